//! SEARCH and UID SEARCH (RFC 3501 §6.4.4), counted and ranged by ESEARCH (RFC 4731).

mod key;
mod text;

use key::{Candidate, Key};
use text::Decoded;

use super::arguments::Arguments;
use super::sequence_set::compress;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};

/// Which results an ESEARCH asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Min,
    Max,
    All,
    Count,
}

pub(crate) fn search(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    by_uid: bool,
) -> Outcome {
    let esearch = session.shared.capabilities.esearch;
    arguments.space()?;
    let wanted = match esearch && arguments.take_keyword("RETURN") {
        true => Some(results(arguments)?),
        false => None,
    };
    if arguments.take_keyword("CHARSET") {
        arguments.space()?;
        let charset = arguments.text()?.to_ascii_uppercase();
        arguments.space()?;
        if !matches!(charset.as_str(), "US-ASCII" | "UTF-8") {
            return Err(Refusal::no("[BADCHARSET (US-ASCII UTF-8)] Unknown charset"));
        }
    }
    let key = Key::parse_all(arguments)?;
    let tag = session.tag.clone();
    let (user, view, reply) = session.selected()?;
    let (largest_seq, largest_uid) = (view.exists(), view.largest_uid());
    let messages: Vec<_> = {
        let mut mailboxes = user.mailboxes();
        let mailbox = present(mailboxes.by_id(view.mailbox))?;
        let known = view.messages();
        known.filter_map(|(seq, uid)| Some((seq, mailbox.message(uid)?.clone()))).collect()
    };
    let mut found = Vec::new();
    for (seq, message) in &messages {
        let seq = u32::try_from(*seq).unwrap_or(u32::MAX);
        let candidate = Candidate {
            seq,
            largest: (u32::try_from(largest_seq).unwrap_or(u32::MAX), largest_uid),
            message,
            recent: view.is_recent(message.uid),
            decoded: Decoded::new(message),
        };
        if key.matches(&candidate) {
            found.push(if by_uid { message.uid } else { seq });
        }
    }
    match wanted {
        Some(wanted) => reply.untagged(extended(&tag, by_uid, &wanted, &found)),
        None => {
            let numbers: String = found.iter().map(|number| format!(" {number}")).collect();
            reply.untagged(format!("SEARCH{numbers}"));
        }
    }
    done("Searched")
}

fn results(arguments: &mut Arguments<'_>) -> Result<Vec<Wanted>, Refusal> {
    arguments.space()?;
    let mut wanted = arguments.list(|arguments| match arguments.keyword()?.as_str() {
        "MIN" => Ok(Wanted::Min),
        "MAX" => Ok(Wanted::Max),
        "ALL" => Ok(Wanted::All),
        "COUNT" => Ok(Wanted::Count),
        _ => Err(Refusal::bad("Unknown search return option")),
    })?;
    arguments.space()?;
    if wanted.is_empty() {
        wanted.push(Wanted::All);
    }
    Ok(wanted)
}

/// An ESEARCH line; MIN, MAX and ALL are left out where nothing was found.
fn extended(tag: &str, by_uid: bool, wanted: &[Wanted], found: &[u32]) -> String {
    let mut line = format!("ESEARCH (TAG \"{tag}\"){}", if by_uid { " UID" } else { "" });
    for result in wanted {
        let text = match (result, found) {
            (Wanted::Count, found) => format!(" COUNT {}", found.len()),
            (_, []) => continue,
            (Wanted::Min, [first, ..]) => format!(" MIN {first}"),
            (Wanted::Max, [.., last]) => format!(" MAX {last}"),
            (Wanted::All, found) => format!(" ALL {}", compress(found)),
        };
        line.push_str(&text);
    }
    line
}
