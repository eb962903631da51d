//! One list: its total, the rows known of it by position, and which of them the bridge follows.

use std::ops::Range;
use std::sync::Arc;

use postern_shared::api::windows::{MAX_WINDOW_ROWS, OpenWindow, ResumeWindow};
use postern_shared::error::CallError;
use postern_shared::flag::FlagChange;
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::window::{Anchor, Delta, Generation, Order, Total, View, Window, WindowId};

use super::rows::Rows;

/// Rows asked for at first: more than one screen shows.
const FIRST_ROWS: u32 = 50;
/// Most rows kept of one list; those farthest from the view go first.
const MOST_ROWS: usize = 1000;

/// How far a list is loaded.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing has come yet.
    Loading,
    /// There is something to show.
    Ready,
    /// The last question was refused; what is shown may be old.
    Failed(CallError),
}

/// A list that the page shows or has shown.
#[derive(Debug, Clone)]
pub struct List {
    /// Its window's name.
    pub id: WindowId,
    /// What it shows.
    pub view: View,
    /// How far it is loaded.
    pub phase: Phase,
    /// How long it is.
    pub total: Total,
    /// Whether its order is final.
    pub order: Order,
    generation: Generation,
    /// Positions that the bridge follows.
    followed: Range<u32>,
    rows: Rows,
    stale: bool,
    visible: Range<u32>,
    around: Option<MessageKey>,
    asked: Option<u32>,
}

impl List {
    /// A list of which nothing is known yet; `around` is to be in sight at first.
    pub fn new(id: WindowId, view: View, around: Option<MessageKey>) -> Self {
        Self {
            id,
            view,
            phase: Phase::Loading,
            total: Total::Unknown,
            order: Order::Final,
            generation: Generation::default(),
            followed: 0..0,
            rows: Rows::default(),
            stale: true,
            visible: 0..0,
            around,
            asked: None,
        }
    }

    /// How many positions it has, as far as is known.
    pub fn len(&self) -> u32 {
        match self.total {
            Total::Exact(total) | Total::AtLeast(total) => total,
            Total::Unknown => self.rows.last().map_or(0, |last| last + 1),
        }
    }

    /// The row at a position, where it is known.
    pub fn at(&self, position: u32) -> Option<&Arc<MessageSummary>> {
        self.rows.get(position)?.as_ref()
    }

    /// Every known row with its position, in order.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &Arc<MessageSummary>)> {
        self.rows.iter()
    }

    /// Where a message stands, where that is known.
    pub fn position(&self, key: &MessageKey) -> Option<u32> {
        self.rows().find(|(_, row)| same(row, key)).map(|(position, _)| position)
    }

    /// Says which positions are in sight.
    pub fn see(&mut self, visible: Range<u32>) {
        self.visible = visible;
    }

    /// The question that is to be asked now, if any; one at a time, the newest view wins.
    pub fn want(&mut self) -> Option<OpenWindow> {
        if self.asked.is_some() || matches!(self.phase, Phase::Failed(_)) {
            return None;
        }
        let anchor = self.around.take().map(Anchor::Around);
        let need = self.needed();
        if anchor.is_none() && !self.stale && self.covered(&need) {
            return None;
        }
        let screen = (need.end - need.start).max(FIRST_ROWS / 5);
        let count = (screen * 5).clamp(FIRST_ROWS, MAX_WINDOW_ROWS);
        let middle = need.start + (need.end - need.start) / 2;
        let offset = middle.saturating_sub(count / 2);
        self.asked = Some(count);
        let anchor = anchor.unwrap_or(Anchor::Offset(offset));
        Some(OpenWindow { window: self.id, view: self.view.clone(), anchor, count })
    }

    /// The question was refused: says whether another one makes sense at once.
    pub fn refuse(&mut self, error: CallError, was_around: bool) {
        self.asked = None;
        if !was_around {
            self.phase = Phase::Failed(error);
        }
    }

    /// Takes an answer in.
    pub fn fill(&mut self, window: Window) {
        let count = self.asked.take().unwrap_or_default().max(window.rows.len() as u32);
        if self.generation != window.generation || self.stale {
            self.rows.clear();
        }
        self.generation = window.generation;
        (self.total, self.order) = (window.total, window.order);
        self.followed = window.offset..window.offset.saturating_add(count);
        (self.phase, self.stale) = (Phase::Ready, false);
        for (position, row) in (window.offset..).zip(window.rows) {
            self.rows.put(position, row.map(Arc::new));
        }
        self.prune();
    }

    /// Applies a delta; false where one before it is missing, and the list is stale from then on.
    pub fn apply(&mut self, delta: Delta) -> bool {
        if self.stale || delta.to <= self.generation {
            return true;
        }
        if delta.from != self.generation {
            self.stale = true;
            return false;
        }
        for position in delta.removed.iter().rev() {
            self.rows.remove(*position);
            self.rows.shift(*position, -1);
        }
        for (position, row) in delta.inserted {
            self.rows.shift(position, 1);
            if let Some(row) = row {
                self.rows.put(position, Some(Arc::new(row)));
            }
        }
        for (key, flags) in delta.changed {
            if let Some(row) = self.rows.iter_mut().find(|row| same(row, &key)) {
                Arc::make_mut(row).flags = flags;
            }
        }
        (self.generation, self.total, self.order) = (delta.to, delta.total, delta.order);
        true
    }

    /// Makes a flag change that the bridge confirmed part of the rows.
    pub fn commit(&mut self, keys: &[MessageKey], change: &FlagChange) {
        for row in self.rows.iter_mut().filter(|row| keys.contains(&row.key)) {
            Arc::make_mut(row).flags.apply(change);
        }
    }

    /// Puts into the rows how their messages begin.
    pub fn learn_previews(&mut self, found: &[(MessageKey, String)]) {
        for row in self.rows.iter_mut().filter(|row| row.preview.is_empty()) {
            if let Some((_, words)) = found.iter().find(|(key, _)| same(row, key)) {
                Arc::make_mut(row).preview.clone_from(words);
            }
        }
    }

    /// What is known is out of date; it is shown until the next answer.
    pub fn mark_stale(&mut self) {
        self.stale = true;
        if matches!(self.phase, Phase::Failed(_)) {
            self.phase = if self.rows.is_empty() { Phase::Loading } else { Phase::Ready };
        }
    }

    /// The question with which it is taken up after the link broke; none where nothing came yet.
    pub fn resume(&self) -> Option<ResumeWindow> {
        let count = self.followed.end - self.followed.start;
        let anchor = Anchor::Offset(self.followed.start);
        let open = OpenWindow { window: self.id, view: self.view.clone(), anchor, count };
        (count > 0 && !self.stale).then_some(ResumeWindow { open, generation: self.generation })
    }

    /// Takes in what stands in for the window after the link broke.
    pub fn restart(&mut self, window: Window) {
        self.stale = true;
        self.fill(window);
    }

    fn needed(&self) -> Range<u32> {
        let len = self.len();
        self.visible.start.min(len)..self.visible.end.min(len)
    }

    /// Whether what is in sight is known and followed, with half a screen to spare.
    fn covered(&self, need: &Range<u32>) -> bool {
        let spare = (need.end - need.start) / 2;
        let start = need.start.saturating_sub(spare);
        let end = need.end.saturating_add(spare).min(self.len());
        need.is_empty()
            || self.followed.start <= start
                && end <= self.followed.end
                && need.clone().all(|position| self.rows.get(position).is_some())
    }

    fn prune(&mut self) {
        let middle = self.visible.start + (self.visible.end - self.visible.start) / 2;
        while self.rows.len() > MOST_ROWS {
            let first = self.rows.first().unwrap_or_default();
            let last = self.rows.last().unwrap_or_default();
            let far = if middle.abs_diff(first) > middle.abs_diff(last) { first } else { last };
            self.rows.remove(far);
        }
    }
}

/// Whether a row is that message; the uid first, as it tells most apart without comparing texts.
fn same(row: &MessageSummary, key: &MessageKey) -> bool {
    row.key.uid == key.uid && row.key == *key
}
