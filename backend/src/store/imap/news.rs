//! Untagged responses that answer nothing, as changes.

use super::ext::qresync;
use super::fetched::Fetched;
use super::list;
use super::wire::{Condition, Name, Response};
use crate::store::change::Change;
use crate::store::mailbox_name::Spelling;

/// The change that a response reports; none if it reports none that matters.
pub(super) fn change(response: &Response, spelling: Spelling) -> Option<Change> {
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
        // Of earlier times, unasked, or unreadable: something is gone and nobody knows what.
        return Some(qresync::vanished_now(content).map_or(Change::Overflow, Change::Vanished));
    }
    if let Some((_, content)) = response.untagged(Name::Status) {
        return list::told(content, spelling).map(|(name, told)| Change::Counts(name, told));
    }
    if let Some((_, content)) = response.untagged(Name::List) {
        return list::mailbox(content, spelling).map(|_| Change::Mailboxes);
    }
    let fetched = Fetched::read(response)?;
    let flags = fetched.flags()?;
    Some(Change::Flags { seq: fetched.seq, uid: fetched.uid(), flags })
}
