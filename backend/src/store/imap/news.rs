//! Untagged responses that answer nothing, as changes.

use super::ext::{esearch, token};
use super::fetched::Fetched;
use super::list;
use super::wire::{Condition, Name, Response};
use crate::store::Change;
use crate::store::mailbox_name::Spelling;

/// The change that a response reports; none if it reports none that matters.
pub(super) fn change(response: &Response, most_uids: usize, spelling: Spelling) -> Option<Change> {
    if let Some(status) = response.status() {
        let text = || status.text.clone();
        return match status.condition {
            Condition::Bye => Some(Change::Bye(text())),
            _ if status.code_arguments("ALERT").is_some() => Some(Change::Alert(text())),
            _ => None,
        };
    }
    if let Some((Some(count), _)) = response.untagged(Name::Exists) {
        return Some(Change::Exists(count));
    }
    if let Some((Some(seq), _)) = response.untagged(Name::Expunge) {
        return Some(Change::Expunged(seq));
    }
    if let Some((_, content)) = response.untagged(Name::Vanished) {
        return vanished(content, most_uids);
    }
    if let Some((_, content)) = response.untagged(Name::Status) {
        return list::counts(content, spelling).map(|(name, counts)| Change::Counts(name, counts));
    }
    if let Some((_, content)) = response.untagged(Name::List) {
        return list::mailbox(content, spelling).map(|_| Change::Mailboxes);
    }
    let fetched = Fetched::read(response)?;
    let flags = fetched.flags()?;
    Some(Change::Flags { seq: fetched.seq, uid: fetched.uid(), flags })
}

fn vanished(content: &[u8], most_uids: usize) -> Option<Change> {
    let values = token::Tokens::new(content).all().ok()?;
    let [set] = &values[..] else {
        // Of earlier times, unasked: how many there were nobody knows.
        return Some(Change::Overflow);
    };
    let set = set.bytes()?;
    let mut uids = Vec::new();
    match esearch::expand(set, most_uids, &mut uids) {
        Ok(()) => Some(Change::Vanished(uids)),
        // Something is gone and nobody knows what.
        Err(_) => Some(Change::Overflow),
    }
}
