//! Threads: every message of each that was asked for, oldest first, wherever they lie.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::api::messages::OpenThread;
use postern_shared::flag::FlagChange;
use postern_shared::message::{MessageKey, MessageSummary, Moved};

use crate::link::Link;

/// Most threads kept; the one asked for first goes first.
const MOST: usize = 30;

/// The messages of a thread, oldest first.
pub type Rows = Vec<Arc<MessageSummary>>;

#[derive(Debug, Clone)]
struct Entry {
    rows: Rows,
    /// Something happened since: there may be more by now.
    doubted: bool,
}

impl Entry {
    fn holds(&self, key: &MessageKey) -> bool {
        self.rows.iter().any(|row| row.key == *key)
    }
}

/// The threads, the one asked for last at the end.
#[derive(Debug, Clone, Default)]
struct Shelf {
    entries: Vec<Entry>,
    asked: Vec<MessageKey>,
}

impl Shelf {
    fn of(&self, key: &MessageKey) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.holds(key))
    }

    /// Says whether to ask.
    fn want(&mut self, key: &MessageKey) -> bool {
        let known = self.of(key).is_some_and(|entry| !entry.doubted) || self.asked.contains(key);
        if !known {
            self.asked.push(key.clone());
        }
        !known
    }

    fn take(&mut self, key: &MessageKey, rows: Option<Rows>) {
        self.asked.retain(|asked| asked != key);
        // What could not be asked stays as it was, and is not asked for over and over.
        let Some(rows) = rows else {
            return self.entries.iter_mut().for_each(|entry| entry.doubted &= !entry.holds(key));
        };
        // A message is in one thread: what two became is one, and what one became is known anew.
        self.entries.retain(|entry| !rows.iter().any(|row| entry.holds(&row.key)));
        self.entries.push(Entry { rows, doubted: false });
        let over = self.entries.len().saturating_sub(MOST);
        self.entries.drain(..over);
    }

    fn commit(&mut self, keys: &[MessageKey], change: &FlagChange) {
        let rows = self.entries.iter_mut().flat_map(|entry| &mut entry.rows);
        for row in rows.filter(|row| keys.contains(&row.key)) {
            Arc::make_mut(row).flags.apply(change);
        }
    }

    fn rekey(&mut self, moved: &[Moved]) {
        for entry in &mut self.entries {
            entry.rows.retain_mut(|row| {
                let Some(moved) = moved.iter().find(|moved| moved.from == row.key) else {
                    return true;
                };
                let Some(to) = &moved.to else { return false };
                Arc::make_mut(row).key = to.clone();
                true
            });
        }
    }
}

/// The threads, as views know them.
#[derive(Clone, Copy)]
pub struct Threads {
    shelf: RwSignal<Shelf>,
    link: Link,
}

impl Threads {
    /// None asked for yet.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { shelf: RwSignal::new(Shelf::default()), link }
    }

    /// The thread of a message; none where nobody asked for it or it could not be had.
    #[must_use]
    pub fn get(self, key: &MessageKey) -> Option<Rows> {
        self.shelf.with(|shelf| shelf.of(key).map(|entry| entry.rows.clone()))
    }

    /// The thread of a message, unless something happened since it was asked for.
    #[must_use]
    pub fn fresh(self, key: &MessageKey) -> Option<Rows> {
        let fresh = |entry: &&Entry| !entry.doubted;
        self.shelf.with(|shelf| shelf.of(key).filter(fresh).map(|entry| entry.rows.clone()))
    }

    /// Whether two messages are known to be of one thread.
    #[must_use]
    pub fn joins(self, one: &MessageKey, other: &MessageKey) -> bool {
        self.shelf.with(|shelf| shelf.of(one).is_some_and(|entry| entry.holds(other)))
    }

    /// Whether the thread of a message holds messages of several accounts.
    #[must_use]
    pub fn spans(self, key: &MessageKey) -> bool {
        let apart = |row: &Arc<MessageSummary>| row.key.account != key.account;
        self.shelf.with(|shelf| shelf.of(key).is_some_and(|entry| entry.rows.iter().any(apart)))
    }

    /// Asks for the thread of a message, unless what is known of it holds.
    pub fn open(self, key: &MessageKey) {
        if self.shelf.try_update_untracked(|shelf| shelf.want(key)) == Some(true) {
            let key = key.clone();
            spawn_local(async move { drop(self.ask(key).await) });
        }
    }

    /// The thread of a message, asked for where it is not known; none where it cannot be had.
    pub async fn whole(self, key: MessageKey) -> Option<Rows> {
        match untrack(|| self.fresh(&key)) {
            Some(rows) => Some(rows),
            None => self.ask(key).await,
        }
    }

    /// Something happened to mail: what is known of threads is asked for again when it is wanted.
    pub fn doubt(self) {
        if self.shelf.with_untracked(|shelf| !shelf.entries.is_empty()) {
            self.shelf.update(|shelf| {
                shelf.entries.iter_mut().for_each(|entry| entry.doubted = true);
            });
        }
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.shelf.set(Shelf::default());
    }

    /// Makes a confirmed flag change part of the messages.
    pub(super) fn commit(self, keys: &[MessageKey], change: &FlagChange) {
        self.shelf.update(|shelf| shelf.commit(keys, change));
    }

    /// Messages have new keys.
    pub(super) fn rekey(self, moved: &[Moved]) {
        self.shelf.update(|shelf| shelf.rekey(moved));
    }

    async fn ask(self, key: MessageKey) -> Option<Rows> {
        let answer = self.link.call(OpenThread { key: key.clone() }).await;
        let rows = answer.ok().map(in_order);
        self.shelf.update(|shelf| shelf.take(&key, rows.clone()));
        rows
    }
}

/// By the date that is shown, as people read; where that is the same, as the bridge has them.
fn in_order(mut rows: Vec<MessageSummary>) -> Rows {
    rows.sort_by_key(|row| row.envelope.sent_at.unwrap_or(row.received_at));
    rows.into_iter().map(Arc::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{key, row};

    fn thread(uids: &[u32]) -> Option<Rows> {
        Some(uids.iter().map(|uid| Arc::new(row(*uid))).collect())
    }

    #[test]
    fn a_thread_is_asked_for_once_and_again_when_something_happened() {
        let mut shelf = Shelf::default();
        assert!(shelf.want(&key(1)) && !shelf.want(&key(1)));
        shelf.take(&key(1), thread(&[1, 2]));
        assert!(!shelf.want(&key(2)));
        shelf.entries[0].doubted = true;
        assert!(shelf.want(&key(2)));
        shelf.take(&key(2), None);
        assert!(!shelf.want(&key(2)), "a refusal is not asked for over and over");
    }

    #[test]
    fn a_conversation_stands_in_the_order_of_its_dates() {
        let mut late = row(1);
        late.envelope.sent_at = Some(9);
        let uids: Vec<_> =
            in_order(vec![late, row(2), row(3)]).iter().map(|r| r.key.uid.0).collect();
        assert_eq!(uids, [2, 3, 1]);
    }

    #[test]
    fn threads_that_became_one_are_one() {
        let mut shelf = Shelf::default();
        shelf.take(&key(1), thread(&[1]));
        shelf.take(&key(3), thread(&[3]));
        shelf.take(&key(2), thread(&[1, 2, 3]));
        assert_eq!(shelf.entries.len(), 1);
        assert_eq!(shelf.of(&key(1)).unwrap().rows.len(), 3);
    }

    #[test]
    fn a_moved_message_stays_in_its_thread_unless_nobody_knows_where_it_went() {
        let mut shelf = Shelf::default();
        shelf.take(&key(1), thread(&[1, 2, 3]));
        shelf.rekey(&[Moved { from: key(2), to: Some(key(9)) }, Moved { from: key(3), to: None }]);
        let keys: Vec<_> = shelf.entries[0].rows.iter().map(|row| row.key.clone()).collect();
        assert_eq!(keys, [key(1), key(9)]);
    }
}
