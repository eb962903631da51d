//! The lists that are open over the link, and the one in sight.

use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::api::windows::{CloseWindow, FocusWindow, OpenWindow, Resumed};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::window::{
    Anchor, Delta, Filter, Grouping, Order, Sort, Total, View, Window, WindowId,
};

use super::hidden::{hidden_positions, to_base, to_shown};
use super::list::{List, Phase};
use super::overlay::Overlay;
use crate::link::Link;

/// Most lists kept open, so that going back to one shows it at once.
const MOST_LISTS: usize = 6;

/// What stands in a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A message.
    Message(MessageKey),
    /// One that is not known yet, at this position.
    Hole(usize),
}

/// The open lists, the one in sight last.
#[derive(Debug, Clone, Default)]
struct Board {
    lists: Vec<List>,
    last_id: u32,
    asking: u32,
}

impl Board {
    fn current(&self) -> Option<&List> {
        self.lists.last()
    }

    fn get(&mut self, id: WindowId) -> Option<&mut List> {
        self.lists.iter_mut().find(|list| list.id == id)
    }

    /// Puts a view's list in sight; answers the windows that are to be closed.
    fn show(&mut self, view: View, around: Option<MessageKey>) -> Vec<WindowId> {
        let known = self.lists.iter().position(|list| list.view == view);
        let list = match known {
            Some(at) => self.lists.remove(at),
            None => {
                self.last_id += 1;
                List::new(WindowId(self.last_id), view, around)
            }
        };
        self.lists.push(list);
        let over = self.lists.len().saturating_sub(MOST_LISTS);
        self.lists.drain(..over).map(|list| list.id).collect()
    }
}

/// The lists, as views know them.
#[derive(Clone, Copy)]
pub struct Windows {
    board: RwSignal<Board>,
    overlay: RwSignal<Overlay>,
    hidden: Memo<Vec<u32>>,
    link: Link,
}

impl Windows {
    /// No list yet.
    #[must_use]
    pub fn new(link: Link, overlay: RwSignal<Overlay>) -> Self {
        let board = RwSignal::new(Board::default());
        let hidden = Memo::new(move |_| {
            let hidden = |list: &List| overlay.with(|overlay| hidden_positions(list, overlay));
            board.with(|board| board.current().map(hidden).unwrap_or_default())
        });
        Self { board, overlay, hidden, link }
    }

    /// What is laid over the rows.
    #[must_use]
    pub(super) fn overlay(self) -> RwSignal<Overlay> {
        self.overlay
    }

    /// The view in sight.
    #[must_use]
    pub fn view(self) -> Option<View> {
        self.with(|list| list.view.clone())
    }

    /// How far the list in sight is loaded.
    #[must_use]
    pub fn phase(self) -> Phase {
        self.with(|list| list.phase.clone()).unwrap_or(Phase::Loading)
    }

    /// Whether the list in sight has its order, or how far that is.
    #[must_use]
    pub fn order(self) -> Order {
        self.with(|list| list.order).unwrap_or(Order::Final)
    }

    /// How many rows are shown, and whether that is the truth.
    #[must_use]
    pub fn count(self) -> (usize, bool) {
        let hidden = self.hidden.with(Vec::len);
        let count = self.with(|list| (list.len() as usize, matches!(list.total, Total::Exact(_))));
        let (rows, exact) = count.unwrap_or_default();
        (rows.saturating_sub(hidden), exact)
    }

    /// What stands in a row.
    #[must_use]
    pub fn key_at(self, index: usize) -> RowKey {
        let base = self.hidden.with(|hidden| to_base(hidden, index as u32));
        let key = self.with(|list| list.at(base).map(|row| row.key.clone())).flatten();
        key.map_or(RowKey::Hole(index), RowKey::Message)
    }

    /// Where a message is shown in the list in sight.
    #[must_use]
    pub fn index_of(self, key: &MessageKey) -> Option<usize> {
        let position = self.with(|list| list.position(key)).flatten()?;
        self.hidden.with(|hidden| {
            let shown = !hidden.contains(&position);
            shown.then(|| to_shown(hidden, position) as usize)
        })
    }

    /// The message in a row.
    #[must_use]
    pub fn at(self, index: usize) -> Option<Arc<MessageSummary>> {
        match self.key_at(index) {
            RowKey::Message(key) => self.get(&key),
            RowKey::Hole(_) => None,
        }
    }

    /// A message as it is to be shown, if one of the open lists knows it.
    #[must_use]
    pub fn get(self, key: &MessageKey) -> Option<Arc<MessageSummary>> {
        let find = |list: &List| list.position(key).and_then(|at| list.at(at)).cloned();
        let row = self.board.with(|board| board.lists.iter().rev().find_map(find))?;
        Some(self.laid(row))
    }

    /// A summary with the overlay's flags.
    #[must_use]
    pub fn laid(self, row: Arc<MessageSummary>) -> Arc<MessageSummary> {
        match self.overlay.with(|overlay| overlay.flags(&row.key, &row.flags)) {
            Some(flags) if flags != row.flags => {
                Arc::new(MessageSummary { flags, ..(*row).clone() })
            }
            _ => row,
        }
    }

    /// Those of some messages that the user has not sent away.
    #[must_use]
    pub fn staying(self, mut keys: Vec<MessageKey>) -> Vec<MessageKey> {
        self.overlay.with(|overlay| keys.retain(|key| !overlay.hides(key)));
        keys
    }

    /// Every known row of the list in sight, in order.
    #[must_use]
    pub fn loaded(self) -> Vec<MessageKey> {
        let keys = |list: &List| list.rows().map(|(_, row)| row.key.clone()).collect::<Vec<_>>();
        self.staying(self.with(keys).unwrap_or_default())
    }

    /// The keywords of the rows that are known of the list in sight, each once.
    #[must_use]
    pub fn keywords(self) -> Vec<String> {
        let mut found = Vec::new();
        self.with(|list| {
            for flag in list.rows().flat_map(|(_, row)| &row.flags.0) {
                match flag {
                    Flag::Keyword(word) if !found.contains(word) => found.push(word.clone()),
                    _ => {}
                }
            }
        });
        found
    }

    /// The rows of the list in sight that do not say how their messages begin.
    #[must_use]
    pub fn blank(self, counts: impl Fn(&MessageKey) -> bool) -> Vec<MessageKey> {
        let blank = |list: &List| {
            let rows = list.rows().map(|(_, row)| row).filter(|row| row.preview.is_empty());
            rows.filter(|row| counts(&row.key)).map(|row| row.key.clone()).collect()
        };
        self.with(blank).unwrap_or_default()
    }

    /// Puts into the rows how their messages begin.
    pub fn learn_previews(self, found: &[(MessageKey, String)]) {
        if found.iter().any(|(_, words)| !words.is_empty()) {
            self.board.update(|board| {
                board.lists.iter_mut().for_each(|list| list.learn_previews(found));
            });
        }
    }

    /// Puts a view in sight; `around` is to be in sight in it at first.
    pub fn show(self, view: View, around: Option<MessageKey>) {
        if self.board.with_untracked(|board| board.current().is_some_and(|list| list.view == view))
        {
            return;
        }
        let closed = self.board.try_update(|board| board.show(view, around));
        for window in closed.unwrap_or_default() {
            self.link.tell(CloseWindow { window });
        }
        self.ask();
        let id = self.board.with_untracked(|board| board.current().map(|list| list.id));
        if let Some(window) = id {
            self.link.tell(FocusWindow { window });
        }
    }

    /// Orders the list in sight anew.
    pub fn sort(self, sort: Sort) {
        if let Some(view) = untrack(|| self.view()) {
            self.show(View { sort, ..view }, None);
        }
    }

    /// Narrows the list in sight.
    pub fn filter(self, filter: Filter) {
        if let Some(view) = untrack(|| self.view()) {
            // A filter holds what fitted when it was opened: each time it is opened anew.
            self.board.update(|board| {
                let filtered = board.lists.iter_mut().filter(|list| list.view.filter == filter);
                filtered.filter(|list| list.view.filter != Filter::All).for_each(List::mark_stale);
            });
            self.show(View { filter, ..view }, None);
        }
    }

    /// Shows one row a message in the list in sight, or one a thread.
    pub fn group(self, grouping: Grouping) {
        if let Some(view) = untrack(|| self.view()) {
            self.show(View { grouping, ..view }, None);
        }
    }

    /// Says which rows are in sight.
    pub fn see(self, shown: Range<usize>) {
        let visible = self.hidden.with_untracked(|hidden| {
            to_base(hidden, shown.start as u32)..to_base(hidden, shown.end as u32)
        });
        self.board.update_untracked(|board| {
            if let Some(list) = board.lists.last_mut() {
                list.see(visible);
            }
        });
        self.ask();
    }

    /// Asks for the list in sight anew.
    pub fn refresh(self) {
        self.board.update(|board| board.lists.iter_mut().for_each(List::mark_stale));
        self.ask();
    }

    /// A window's list changed.
    pub fn apply(self, id: WindowId, delta: Delta) {
        self.board.update(|board| {
            if let Some(list) = board.get(id) {
                list.apply(delta);
            }
        });
        self.ask();
    }

    /// A window cannot be followed any longer.
    pub fn stale(self, id: WindowId) {
        self.board.update(|board| board.get(id).into_iter().for_each(List::mark_stale));
        self.ask();
    }

    /// Takes every list up again after the link broke.
    pub fn resume(self) {
        let resumes = self.board.with_untracked(|board| {
            board.lists.iter().map(|list| (list.id, list.resume())).collect::<Vec<_>>()
        });
        for (id, resume) in resumes {
            let Some(resume) = resume else { continue };
            let waiter = self.link.call(resume);
            spawn_local(async move {
                match waiter.await {
                    Ok(Resumed::Current) => {}
                    Ok(Resumed::Stale(window)) => {
                        self.board.update(|board| {
                            board.get(id).into_iter().for_each(|list| list.restart(window.clone()));
                        });
                    }
                    Err(_) => self.stale(id),
                }
                self.ask();
            });
        }
    }

    /// Makes a confirmed flag change part of the rows.
    pub(super) fn commit(self, keys: &[MessageKey], change: &FlagChange) {
        self.board
            .update(|board| board.lists.iter_mut().for_each(|list| list.commit(keys, change)));
    }

    /// Drops confirmed changes from the overlay once no older snapshot can come in.
    pub(super) fn sweep(self) {
        if self.board.with_untracked(|board| board.asking == 0) {
            self.overlay.update(Overlay::sweep);
        }
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.board.set(Board::default());
        self.overlay.set(Overlay::default());
    }

    fn with<T>(self, read: impl FnOnce(&List) -> T) -> Option<T> {
        self.board.with(|board| board.current().map(read))
    }

    /// Asks what the list in sight wants to know.
    fn ask(self) {
        let open = self.board.try_update_untracked(|board| {
            let open = board.lists.last_mut()?.want()?;
            board.asking += 1;
            Some(open)
        });
        if let Some(open) = open.flatten() {
            let waiter = self.link.call(open.clone());
            spawn_local(async move {
                let outcome = waiter.await;
                self.answer(&open, outcome);
            });
        }
    }

    fn answer(self, open: &OpenWindow, outcome: Result<Window, CallError>) {
        let was_around = matches!(open.anchor, Anchor::Around(_));
        self.board.update(|board| {
            board.asking = board.asking.saturating_sub(1);
            let Some(list) = board.get(open.window) else { return };
            match outcome {
                Ok(window) => list.fill(window),
                Err(error) => {
                    let retry = was_around && error.code == ErrorCode::NonExistent;
                    list.refuse(error, retry);
                }
            }
        });
        self.sweep();
        self.ask();
    }
}
