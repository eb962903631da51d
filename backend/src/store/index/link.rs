//! What ties a message to its thread: hashes of message ids, and of subjects as a last resort. Pure.
//!
//! A thread is a connected part of a graph: messages are tied by the ids that they are called by
//! and refer to (Message-ID, References, In-Reply-To), or by the server's own thread id where it
//! has one. A graph knows no order, so the threads are the same in whatever order mail arrives, and
//! so is a thread's number: the smallest hash in it.
//!
//! Accounts of one user share their threads: who asks by one and is answered by another sees one
//! conversation. A server's own thread id says something of its account alone; the message's own id
//! ties it to what other accounts hold.
//!
//! Only a message without any reference looks at subjects (RFC 5256 §3, REFERENCES step 5), and is
//! tied to others without references only where one of them says "Re:" and the same two people
//! are in both: two newsletters of one name are no thread.

use sha2::{Digest, Sha256};

use super::fold::fold;
use super::subject::base_subject;
use crate::store::IndexRow;

/// References that are read of one message: the first, and the last ones.
const MOST_REFERENCES: usize = 40;
/// Recipients that are read where subjects are compared.
const MOST_RECIPIENTS: usize = 4;

/// What ties one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Links {
    /// Hashes that it shares with the rest of its thread; never empty.
    pub nodes: Vec<i64>,
    /// Hashes of subject and people, where it has no reference.
    pub subjects: Vec<i64>,
    /// Whether its subject says that it is an answer.
    pub is_reply: bool,
}

/// A hash of its own for each kind, within what it is said of: an account, or all of them.
pub(super) fn hash(within: &str, kind: &str, text: &str) -> i64 {
    let mut hash = Sha256::new();
    for part in [within, kind, text] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let bytes: [u8; 32] = hash.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&bytes[..8]);
    // Positive, and never the 0 that stands for "none".
    (i64::from_le_bytes(first) & i64::MAX).max(1)
}

/// The hash of a message's Message-ID; 0 where it has none.
pub(super) fn of_message_id(entry: &IndexRow) -> i64 {
    ids(&entry.row.envelope.message_id).next().map_or(0, of_id)
}

/// The hash of an id, the same in every account.
fn of_id(id: &str) -> i64 {
    hash("", "id", id)
}

/// What ties a message; `alone` names it where nothing else does.
pub(super) fn links(account: &str, alone: &str, entry: &IndexRow) -> Links {
    if let Some(thread) = &entry.thread_id {
        let own = ids(&entry.row.envelope.message_id).take(1).map(of_id);
        let nodes = own.chain([hash(account, "thread", thread)]).collect();
        return Links { nodes, subjects: Vec::new(), is_reply: false };
    }
    let envelope = &entry.row.envelope;
    let own = ids(&envelope.message_id).take(1);
    let all: Vec<&str> = entry.references.iter().flat_map(|text| ids(text)).collect();
    let skipped = all.len().saturating_sub(MOST_REFERENCES);
    let last = all.iter().skip(skipped.max(1)).copied();
    let referred: Vec<&str> = all
        .first()
        .copied()
        .into_iter()
        .chain(last)
        .chain(ids(&envelope.in_reply_to).take(4))
        .collect();
    let mut nodes: Vec<i64> = own.chain(referred.iter().copied()).map(of_id).collect();
    if nodes.is_empty() {
        nodes.push(hash(account, "alone", alone));
    }
    nodes.sort_unstable();
    nodes.dedup();
    let (subjects, is_reply) =
        if referred.is_empty() { subjects(entry) } else { (Vec::new(), false) };
    Links { nodes, subjects, is_reply }
}

fn subjects(entry: &IndexRow) -> (Vec<i64>, bool) {
    let envelope = &entry.row.envelope;
    let base = base_subject(&envelope.subject);
    let Some(from) = envelope.from.first().filter(|_| !base.text.is_empty()) else {
        return (Vec::new(), false);
    };
    let from = fold(&from.email);
    let mut hashes: Vec<i64> = envelope
        .to
        .iter()
        .take(MOST_RECIPIENTS)
        .map(|to| {
            let to = fold(&to.email);
            let (one, other) = if from <= to { (&from, &to) } else { (&to, &from) };
            hash("", "subject", &format!("{one}\n{other}\n{}", base.text))
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    (hashes, base.is_reply)
}

/// The ids between angle brackets.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split('<').skip(1).filter_map(|piece| piece.split_once('>'));
    pieces.map(|(id, _)| id.trim()).filter(|id| !id.is_empty())
}
