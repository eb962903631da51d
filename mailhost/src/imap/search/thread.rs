//! THREAD: what both algorithms know of a message, and ORDEREDSUBJECT (RFC 5256 §3).

use super::Found;
use super::sort::{sent_at, subject};
use super::subject::base_subject;
use crate::mime::field;
use crate::object_id::message_ids;

/// A message as threading sees it.
#[derive(Debug)]
pub(crate) struct Letter {
    pub number: u32,
    pub sent_at: i64,
    /// Without what marks answers; compared in one case.
    pub subject: String,
    pub answers: bool,
    pub id: Option<String>,
    /// What it answers, the oldest first.
    pub references: Vec<String>,
}

impl Letter {
    pub fn of(found: &Found) -> Self {
        let content = &found.message.content;
        let header = &content.raw[content.structure().header.clone()];
        let ids = |name| field(header, name).map(|value| message_ids(&value)).unwrap_or_default();
        let mut references = ids("References");
        if references.is_empty() {
            references = ids("In-Reply-To").into_iter().take(1).collect();
        }
        let (subject, answers) = base_subject(&subject(header));
        Self {
            number: found.number,
            sent_at: sent_at(&found.message),
            subject: subject.to_uppercase(),
            answers,
            id: ids("Message-ID").into_iter().next(),
            references,
        }
    }
}

/// Threads of equal subjects: the oldest message is the parent of all others.
pub(crate) fn ordered_subject(letters: &[Letter]) -> String {
    let mut order: Vec<&Letter> = letters.iter().collect();
    order.sort_by_key(|letter| (&letter.subject, letter.sent_at, letter.number));
    let mut threads: Vec<&[&Letter]> =
        order.chunk_by(|one, other| one.subject == other.subject).collect();
    threads.sort_by_key(|thread| (thread[0].sent_at, thread[0].number));
    let shown = threads.iter().map(|thread| {
        let (first, rest) = (thread[0].number, &thread[1..]);
        match rest {
            [] => format!("({first})"),
            [only] => format!("({first} {})", only.number),
            rest => {
                let rest: String =
                    rest.iter().map(|letter| format!("({})", letter.number)).collect();
                format!("({first} {rest})")
            }
        }
    });
    shown.collect()
}
