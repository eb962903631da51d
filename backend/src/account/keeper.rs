//! What the actor has still to do for the index. Pure.
//!
//! Mailboxes that somebody looks at, the inbox and the sent mail come first. The rest follows in
//! idle time, so that threads, searches and orders over everything are whole: patiently, and only
//! as long as there is room. What listings learn is noted here and written down behind the work
//! that brought it.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;
use tokio::task::JoinHandle;

use super::progress::Shelf;
use super::stretches::Stretches;
use crate::store::IndexRow;
use crate::store::index::{self, Mark, Place};

/// How long nothing else may have been to do before the index goes on.
const QUIET: Duration = Duration::from_millis(150);
/// The same before it turns to what nobody has asked for.
const LONG_QUIET: Duration = Duration::from_secs(3);
/// Between two pieces of that.
const BREATH: Duration = Duration::from_millis(60);
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
    /// Uids that are still to be fetched: the newest are next.
    pub missing: Stretches,
    /// Flags of uids below this one are still to be compared: the newest are next.
    pub recheck: Option<u32>,
    /// What is written down when all is done.
    pub mark: Mark,
}

impl Filling {
    /// Whether nothing is left to be asked for.
    pub(super) fn is_done(&self) -> bool {
        self.missing.is_empty() && self.recheck.is_none()
    }
}

/// What was fetched, being written down beside everything else that the actor does.
type Writing = JoinHandle<Result<(), index::Error>>;

/// The work that waits for the index.
#[derive(Default)]
pub(super) struct Keeper {
    /// Where it is written down; none: there is no index.
    pub shelf: Option<Shelf>,
    /// Taken up since the connection was made: changes are written down.
    pub held: HashSet<MailboxId>,
    /// The mailbox being filled.
    pub filling: Option<Filling>,
    writing: Option<Writing>,
    /// How the last writing ended.
    written: Option<Result<(), index::Error>>,
    wanted: VecDeque<MailboxId>,
    /// What nobody has asked for.
    rest: VecDeque<MailboxId>,
    /// Taken up though nobody has asked for it.
    unasked: HashSet<MailboxId>,
    notes: Vec<(MailboxId, Note)>,
    /// The last piece of work was for the index.
    busy: bool,
    failures: u32,
    /// Pieces so far.
    pub pieces: u32,
}

impl Keeper {
    /// A keeper of this shelf.
    pub(super) fn new(shelf: Option<Shelf>) -> Self {
        Self { shelf, ..Self::default() }
    }

    /// Somebody needs a mailbox; `again` also where it has been taken up already.
    pub(super) fn want(&mut self, mailbox: &MailboxId, again: bool) {
        self.unasked.remove(mailbox);
        let under_way = self.filling.as_ref().is_some_and(|it| it.mailbox == *mailbox);
        let done = !again && self.held.contains(mailbox);
        if self.shelf.is_some() && !under_way && !done && !self.wanted.contains(mailbox) {
            self.rest.retain(|other| other != mailbox);
            self.wanted.push_back(mailbox.clone());
        }
    }

    /// These are there as well: whoever has time takes them up, in this order.
    pub(super) fn offer(&mut self, mailboxes: impl IntoIterator<Item = MailboxId>) {
        let under_way = self.filling.as_ref().map(|filling| &filling.mailbox);
        let known = |id: &MailboxId| {
            self.held.contains(id) || self.wanted.contains(id) || under_way == Some(id)
        };
        self.rest = mailboxes.into_iter().filter(|id| !known(id)).collect();
    }

    /// What is known of a mailbox may be out of date.
    pub(super) fn doubt(&mut self, mailbox: &MailboxId) {
        if !self.unasked.contains(mailbox) {
            self.want(mailbox, true);
        } else if !self.rest.contains(mailbox) {
            self.rest.push_back(mailbox.clone());
        }
    }

    /// Whether nobody has asked for a mailbox.
    pub(super) fn is_unasked(&self, mailbox: &MailboxId) -> bool {
        self.unasked.contains(mailbox)
    }

    /// There is no room for what nobody has asked for.
    pub(super) fn decline_rest(&mut self) {
        self.rest.clear();
    }

    /// The next mailbox to take up.
    pub(super) fn next(&mut self) -> Option<MailboxId> {
        self.wanted.pop_front().or_else(|| {
            let next = self.rest.pop_front()?;
            self.unasked.insert(next.clone());
            Some(next)
        })
    }

    /// The filling to go on with. One that nobody has asked for stands back where somebody has
    /// asked for another mailbox.
    pub(super) fn take_filling(&mut self) -> Option<Filling> {
        let filling = self.filling.take()?;
        if self.wanted.is_empty() || !self.unasked.contains(&filling.mailbox) {
            return Some(filling);
        }
        self.rest.push_front(filling.mailbox);
        None
    }

    /// Has rows written down, while the actor goes on: one piece at a time.
    pub(super) async fn write(&mut self, shelf: &Shelf, place: Place, rows: Vec<IndexRow>) {
        self.at_rest().await;
        let index = shelf.index.clone();
        self.writing = Some(tokio::spawn(async move { index.add(&place, &rows).await }));
    }

    /// Whether something is being written down, or how that ended was not asked yet.
    pub(super) fn is_writing(&self) -> bool {
        self.writing.is_some() || self.written.is_some()
    }

    /// Waits until nothing is being written down. May be given up and asked again.
    pub(super) async fn at_rest(&mut self) {
        let Some(writing) = &mut self.writing else { return };
        let written = writing.await.unwrap_or(Err(index::Error::Damaged));
        self.writing = None;
        // The first failure is the one that counts.
        if !matches!(self.written, Some(Err(_))) {
            self.written = Some(written);
        }
    }

    /// How what was written down ended.
    pub(super) async fn settled(&mut self) -> Result<(), index::Error> {
        self.at_rest().await;
        self.written.take().unwrap_or(Ok(()))
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
        let asked = self.filling.is_some() || !self.wanted.is_empty();
        let work = asked || !self.rest.is_empty();
        self.shelf.is_some() && work && self.failures < MOST_FAILURES
    }

    /// How long to wait before the next piece: while nothing else happens, not at all.
    pub(super) fn pause(&self) -> Duration {
        let asked = |filling: &Filling| !self.unasked.contains(&filling.mailbox);
        let is_asked = !self.wanted.is_empty() || self.filling.as_ref().is_some_and(asked);
        match (is_asked, self.busy) {
            (true, true) => Duration::ZERO,
            (true, false) => QUIET,
            (false, true) => BREATH,
            (false, false) => LONG_QUIET,
        }
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
        again.iter().for_each(|mailbox| self.doubt(mailbox));
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

    fn filling(mailbox: &MailboxId) -> Filling {
        let (missing, mark) = (Stretches::default(), Mark::default());
        Filling { mailbox: mailbox.clone(), uid_validity: 1, missing, recheck: Some(9), mark }
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
    fn what_nobody_asked_for_comes_last_and_stands_back() {
        let mut keeper = keeper();
        let [inbox, old, older] = ["inbox", "old", "older"].map(|name| MailboxId(name.into()));
        keeper.want(&inbox, false);
        keeper.offer([inbox.clone(), old.clone(), older.clone()]);
        assert_eq!(keeper.next(), Some(inbox.clone()));
        keeper.held.insert(inbox.clone());
        assert_eq!(keeper.pause(), LONG_QUIET);
        assert_eq!(keeper.next(), Some(old.clone()));
        keeper.filling = Some(filling(&old));
        keeper.want(&inbox, true);
        assert_eq!(keeper.take_filling(), None, "somebody waits for the inbox");
        assert_eq!(keeper.next(), Some(inbox));
        assert_eq!(keeper.next(), Some(old.clone()));
        keeper.filling = Some(filling(&old));
        keeper.want(&old, false);
        keeper.want(&older, false);
        let taken = keeper.take_filling().map(|filling| filling.mailbox);
        assert_eq!(taken, Some(old), "by now somebody has asked for it");
    }

    #[test]
    fn without_a_shelf_there_is_no_work() {
        let mut keeper = Keeper::default();
        keeper.want(&MailboxId("inbox".into()), true);
        assert!(!keeper.has_work());
    }
}
