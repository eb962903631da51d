//! Where rows stand for threads: which row stands for a message, and which messages a row means.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::window::Grouping;

use super::Stores;
use super::actions::Target;
use super::threads::Rows;
use crate::routes::Route;

/// Which messages of a thread an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The row's own.
    Row,
    /// Those that lie where the row's own does.
    Mailbox,
    /// All.
    Thread,
}

impl Stores {
    /// Whether lists show one row a thread.
    #[must_use]
    pub fn conversing(self) -> bool {
        self.preferences.all().with(|preferred| preferred.threads)
    }

    /// Shows one row a thread from now on, or one a message.
    pub fn converse(self, on: bool) {
        self.preferences.change(|preferred| preferred.threads = on);
        self.selection.clear();
        let found = matches!(untrack(|| self.location.list()), Some(Route::Search(_)));
        let grouping = if on && !found { Grouping::Threads } else { Grouping::Messages };
        self.windows.group(grouping);
    }

    /// Where a message stands in the list in sight, by itself or with its thread.
    #[must_use]
    pub fn row_of(self, key: &MessageKey) -> Option<usize> {
        self.windows.index_of(key).or_else(|| {
            let rows = self.conversing().then(|| self.threads.get(key)).flatten()?;
            rows.iter().rev().find_map(|row| self.windows.index_of(&row.key))
        })
    }

    /// Whether a row is the open message's.
    #[must_use]
    pub fn is_open(self, row: &MessageKey) -> bool {
        match self.location.route() {
            Route::Message(open) => {
                open == *row || self.conversing() && self.threads.joins(&open, row)
            }
            _ => false,
        }
    }

    /// Whether something in a row is without `\Seen`.
    #[must_use]
    pub fn unseen(self, row: &MessageSummary) -> bool {
        let Some(thread) = &row.thread else { return !row.flags.seen() };
        match self.threads.fresh(&row.key) {
            Some(rows) => rows.into_iter().any(|row| !self.windows.laid(row).flags.seen()),
            None => thread.unseen > 0,
        }
    }

    /// Whether something in a row has `\Flagged`.
    #[must_use]
    pub fn flagged(self, row: &MessageSummary) -> bool {
        let Some(thread) = &row.thread else { return row.flags.flagged() };
        match self.threads.fresh(&row.key) {
            Some(rows) => rows.into_iter().any(|row| self.windows.laid(row).flags.flagged()),
            None => thread.flagged,
        }
    }

    /// Acts on the messages that rows mean: at once where they are known.
    pub(super) fn reach(
        self,
        targets: Vec<Target>,
        reach: Reach,
        act: impl FnOnce(&[Target]) + 'static,
    ) {
        let meant = |row: &Target| match untrack(|| self.threads.fresh(&row.key)) {
            _ if reach == Reach::Row || !self.stands_for_thread(row) => Some(vec![row.clone()]),
            Some(rows) => Some(self.within(row, reach, rows)),
            None => None,
        };
        if let Some(known) = targets.iter().map(meant).collect::<Option<Vec<_>>>() {
            return act(&known.concat());
        }
        spawn_local(async move {
            let mut all = Vec::new();
            for row in targets {
                let whole = match self.stands_for_thread(&row) {
                    true => self.threads.whole(row.key.clone()).await,
                    false => None,
                };
                match whole {
                    Some(rows) => all.extend(self.within(&row, reach, rows)),
                    None => all.push(row),
                }
            }
            act(&all);
        });
    }

    /// Whether a row means more than its own message: one of a list of threads, or the open one.
    fn stands_for_thread(self, row: &Target) -> bool {
        match &row.thread {
            Some(thread) => thread.messages > 1,
            None => untrack(|| {
                let open = Route::Message(row.key.clone()) == self.location.route();
                open && self.conversing() && !self.selection.any()
            }),
        }
    }

    fn within(self, row: &Target, reach: Reach, rows: Rows) -> Vec<Target> {
        let fits = |known: &Target| match reach {
            Reach::Row => known.key == row.key,
            Reach::Mailbox => known.key.mailbox == row.key.mailbox,
            Reach::Thread => true,
        };
        let shown = |row| untrack(|| self.windows.laid(row));
        let found: Vec<_> = rows.into_iter().filter(fits).map(shown).collect();
        if found.is_empty() { vec![row.clone()] } else { found }
    }
}
