//! What the actor has still to do for the index. Pure.
//!
//! Mailboxes that somebody looks at, the inbox and the sent mail come first; the rest follows when
//! nothing else is to do. What listings learn is noted here and written down behind the work that
//! brought it.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;

use super::progress::Shelf;
use crate::store::index::Mark;

/// How long nothing else may have been to do before the index goes on.
const QUIET: Duration = Duration::from_millis(150);
/// Mailboxes that may fail in a row before the index rests until the next connection.
const MOST_FAILURES: u32 = 8;

/// Something that happened in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    /// These uids are gone.
    Gone(Vec<u32>),
    /// These came.
    Arrived(Vec<u32>),
    /// These have other flags.
    Flags(Vec<(u32, Flags)>),
}

/// A mailbox on its way into the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filling {
    /// Which one.
    pub mailbox: MailboxId,
    /// The generation of its uids.
    pub uid_validity: u32,
    /// Uids that are still to be fetched, ascending: the newest are next.
    pub missing: Vec<u32>,
    /// Uids whose flags are still to be compared, ascending.
    pub recheck: Vec<u32>,
    /// What is written down when all is done.
    pub mark: Mark,
}

/// The work that waits for the index.
#[derive(Default)]
pub(super) struct Keeper {
    /// Where it is written down; none: there is no index.
    pub shelf: Option<Shelf>,
    /// Taken up since the connection was made: changes are written down.
    pub held: HashSet<MailboxId>,
    /// The mailbox being filled.
    pub filling: Option<Filling>,
    wanted: VecDeque<MailboxId>,
    notes: Vec<(MailboxId, Note)>,
    /// The last piece of work was for the index.
    busy: bool,
    failures: u32,
}

impl Keeper {
    /// A keeper of this shelf.
    pub(super) fn new(shelf: Option<Shelf>) -> Self {
        Self { shelf, ..Self::default() }
    }

    /// Somebody needs a mailbox; `again` also where it has been taken up already.
    pub(super) fn want(&mut self, mailbox: &MailboxId, again: bool) {
        let under_way = self.filling.as_ref().is_some_and(|it| it.mailbox == *mailbox);
        let done = !again && self.held.contains(mailbox);
        if self.shelf.is_some() && !under_way && !done && !self.wanted.contains(mailbox) {
            self.wanted.push_back(mailbox.clone());
        }
    }

    /// The next mailbox to take up.
    pub(super) fn next(&mut self) -> Option<MailboxId> {
        self.wanted.pop_front()
    }

    /// Notes what happened in a mailbox, if the index holds it.
    pub(super) fn note(&mut self, mailbox: &MailboxId, note: Note) {
        if self.held.contains(mailbox) {
            self.notes.push((mailbox.clone(), note));
        }
    }

    /// What is to be written down.
    pub(super) fn take_notes(&mut self) -> Vec<(MailboxId, Note)> {
        std::mem::take(&mut self.notes)
    }

    /// Whether a mailbox is being filled or waits for it.
    pub(super) fn has_work(&self) -> bool {
        let work = self.filling.is_some() || !self.wanted.is_empty();
        self.shelf.is_some() && work && self.failures < MOST_FAILURES
    }

    /// How long to wait before the next piece: while nothing else happens, not at all.
    pub(super) fn pause(&self) -> Duration {
        if self.busy { Duration::ZERO } else { QUIET }
    }

    /// Says whether the last piece of work was for the index.
    pub(super) fn set_busy(&mut self, busy: bool) {
        self.busy = busy;
    }

    /// A mailbox could not be taken up, or was.
    pub(super) fn judge(&mut self, success: bool) {
        self.failures = if success { 0 } else { self.failures + 1 };
    }

    /// The connection is lost: everything is to be compared again on the next one.
    pub(super) fn lose(&mut self) {
        self.notes.clear();
        self.failures = 0;
        let filling = self.filling.take().map(|filling| filling.mailbox);
        let again: Vec<MailboxId> = filling.into_iter().chain(self.held.drain()).collect();
        again.iter().for_each(|mailbox| self.want(mailbox, true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::progress::Progress;
    use crate::store::index::{Indexes, Settings};

    fn keeper() -> Keeper {
        let index = Indexes::new(Settings { directory: None, most_bytes: 1 << 20 }).of("ann");
        Keeper::new(Some(Shelf { index, progress: Progress::default() }))
    }

    #[test]
    fn what_is_held_is_compared_again_after_a_loss() {
        let mut keeper = keeper();
        let [inbox, sent] = ["inbox", "sent"].map(|name| MailboxId(name.into()));
        keeper.want(&inbox, false);
        keeper.want(&inbox, false);
        assert_eq!(keeper.next(), Some(inbox.clone()));
        keeper.held.insert(inbox.clone());
        keeper.want(&inbox, false);
        assert!(!keeper.has_work());
        keeper.note(&inbox, Note::Gone(vec![1]));
        keeper.note(&sent, Note::Gone(vec![2]));
        assert_eq!(keeper.take_notes().len(), 1);
        keeper.lose();
        assert_eq!(keeper.next(), Some(inbox));
        assert_eq!(keeper.next(), None);
    }

    #[test]
    fn without_a_shelf_there_is_no_work() {
        let mut keeper = Keeper::default();
        keeper.want(&MailboxId("inbox".into()), true);
        assert!(!keeper.has_work());
    }
}
