//! One open view of the index: its order as the page knows it, and what has changed since.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::AbortHandle;
use postern_shared::flag::Flags;
use postern_shared::message::{MessageSummary, ThreadSummary};
use postern_shared::window::{Anchor, Delta, Filter, Generation, Grouping, Order, Total, Window};

use super::diff::{Step, step};
use super::served::Served;
use crate::account::Progress;
use crate::store::index::{Error, Index, Look, Place};

/// More changed positions at once than this: the window is opened again instead.
const MOST_CHANGES: usize = 4_000;

/// An open view.
pub(super) struct Opened {
    /// What it looks at.
    pub look: Look,
    /// Ids in order, as the page knows them: 4 bytes a message.
    pub ids: Vec<u32>,
    /// The position of the first row of the window.
    pub offset: u32,
    /// How many rows the window holds at most.
    pub count: u32,
    /// The version that the page holds.
    pub generation: Generation,
    /// Whether it is the order that was asked for, as the page was told.
    pub order: Order,
    /// The server's order, as long as it takes the place of the index's.
    pub served: Option<Served>,
    /// How much of a search the servers have answered.
    pub searched: Option<(u32, u32)>,
    /// Ends the search.
    pub search: Option<AbortHandle>,
    /// Why nothing could be searched, until the page has been told.
    pub failure: Option<crate::user::Error>,
    /// Mailboxes that could not be searched while others were.
    pub unsearched: Vec<Place>,
    /// When that was found out.
    pub failed_at: Duration,
    /// The rows of the window that can change, as the page knows them.
    shown: HashMap<u32, Shown>,
}

/// What can change in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    flags: Flags,
    thread: Option<ThreadSummary>,
}

/// What became of a view.
pub(super) enum News {
    /// Nothing that the page would see.
    None,
    /// This.
    Delta(Delta),
    /// Too much.
    Stale,
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(search) = &self.search {
            search.abort();
        }
    }
}

impl Opened {
    pub(super) fn new(look: Look, count: u32, generation: Generation) -> Self {
        Self {
            look,
            ids: Vec::new(),
            offset: 0,
            count,
            generation,
            order: Order::Final,
            served: None,
            searched: None,
            search: None,
            failure: None,
            unsearched: Vec::new(),
            failed_at: Duration::ZERO,
            shown: HashMap::new(),
        }
    }

    /// The window at an anchor; none where the anchor's message is not in the view.
    pub(super) async fn window(
        &mut self,
        index: &Index,
        progress: &Progress,
        anchor: &Anchor,
    ) -> Result<Option<Window>, Error> {
        self.ids = index.order(&self.look, &[]).await?;
        self.order = self.progressed(index, progress).await?;
        self.offset = match anchor {
            Anchor::Offset(offset) => (*offset).min(len(&self.ids)),
            Anchor::Around(key) => {
                let (account, mailbox) = (key.account.clone(), key.mailbox.clone());
                let place = Place { account, mailbox };
                let valid = index.known(&place).await?;
                let valid = valid.is_some_and(|it| it.uid_validity == key.uid_validity.0);
                let id = if valid { index.ids(&place, &[key.uid.0]).await? } else { Vec::new() };
                let at = id.first().and_then(|(_, id)| self.ids.iter().position(|it| it == id));
                let Some(at) = at else { return Ok(None) };
                u32::try_from(at).unwrap_or(u32::MAX).saturating_sub(self.count / 2)
            }
        };
        let ids = self.in_window(&self.ids).to_vec();
        let mut rows = self.rows(index, &ids).await?;
        self.shown = rows.iter().map(|(id, row)| (*id, Shown::of(row))).collect();
        Ok(Some(Window {
            generation: self.generation,
            offset: self.offset,
            total: self.total(),
            order: self.order,
            rows: ids.iter().map(|id| rows.remove(id)).collect(),
        }))
    }

    /// The window at a stretch of the order that a server gave.
    pub(super) fn served_window(
        &mut self,
        served: Served,
        offset: u32,
        rows: Vec<Option<(u32, MessageSummary)>>,
    ) -> Window {
        (self.offset, self.order) = (offset, Order::Final);
        self.shown = rows.iter().flatten().map(|(id, row)| (*id, Shown::of(row))).collect();
        (self.ids, self.served) = (Vec::new(), Some(served));
        Window {
            generation: self.generation,
            offset,
            total: self.total(),
            order: self.order,
            rows: rows.into_iter().map(|row| row.map(|(_, row)| row)).collect(),
        }
    }

    /// Looks again at the rows that a server's order put into the window: who is in a thread waits
    /// for the index.
    pub(super) async fn refresh_served(&mut self, index: &Index) -> Result<News, Error> {
        if self.look.grouping == Grouping::Threads {
            return Ok(News::None);
        }
        let ids: Vec<u32> = self.shown.keys().copied().collect();
        let rows = index.rows(&ids).await?;
        let mut changed = Vec::new();
        for (id, row) in rows {
            let now = Shown::of(&row);
            if self.shown.get(&id).is_some_and(|before| *before != now) {
                changed.push((row.key, row.flags));
                self.shown.insert(id, now);
            }
        }
        if changed.is_empty() {
            return Ok(News::None);
        }
        let from = self.generation;
        self.generation.0 += 1;
        let (to, total, order) = (self.generation, self.total(), self.order);
        let (removed, inserted) = (Vec::new(), Vec::new());
        Ok(News::Delta(Delta { from, to, removed, inserted, changed, total, order }))
    }

    /// Looks again, and says what changed.
    pub(super) async fn refresh(
        &mut self,
        index: &Index,
        progress: &Progress,
    ) -> Result<News, Error> {
        // What a filter selected stays until the view is opened anew.
        let held = if self.look.filter == Filter::All { &[][..] } else { &self.ids };
        let ids = index.order(&self.look, held).await?;
        let order = self.progressed(index, progress).await?;
        let mut rows = self.rows(index, self.in_window(&ids)).await?;
        let threads = self.look.grouping == Grouping::Threads;
        let changed = |id: u32| {
            let (before, now) = (self.shown.get(&id), rows.get(&id));
            before.zip(now).is_some_and(|(before, now)| *before != Shown::of(now))
        };
        // A thread's row says more than a change of flags can.
        let Step { removed, inserted } = step(&self.ids, &ids, |id| threads && changed(id));
        let flags: Vec<_> = rows
            .iter()
            .filter(|(id, _)| !threads && changed(**id))
            .map(|(_, row)| (row.key.clone(), row.flags.clone()))
            .collect();
        let quiet = removed.is_empty() && inserted.is_empty() && flags.is_empty();
        if quiet && order == self.order {
            return Ok(News::None);
        }
        if removed.len() + inserted.len() > MOST_CHANGES {
            return Ok(News::Stale);
        }
        let inserted: Vec<(u32, u32)> = inserted;
        let window = self.offset..self.offset.saturating_add(self.count);
        let shown = rows.iter().map(|(id, row)| (*id, Shown::of(row))).collect();
        let inserted = inserted
            .into_iter()
            .map(|(at, id)| (at, rows.remove(&id).filter(|_| window.contains(&at))))
            .collect();
        let from = self.generation;
        self.generation.0 += 1;
        (self.ids, self.order, self.shown) = (ids, order, shown);
        Ok(News::Delta(Delta {
            from,
            to: self.generation,
            removed,
            inserted,
            changed: flags,
            total: self.total(),
            order,
        }))
    }

    /// Takes in what a server found.
    pub(super) fn add_found(&mut self, ids: Vec<u32>) {
        if let Some(wanted) = &mut self.look.wanted {
            wanted.found.extend(ids);
            wanted.found.sort_unstable();
            wanted.found.dedup();
        }
    }

    async fn rows(
        &self,
        index: &Index,
        ids: &[u32],
    ) -> Result<HashMap<u32, MessageSummary>, Error> {
        match self.look.grouping {
            Grouping::Messages => index.rows(ids).await,
            Grouping::Threads => index.thread_rows(ids).await,
        }
    }

    fn in_window<'a>(&self, ids: &'a [u32]) -> &'a [u32] {
        let start = (self.offset as usize).min(ids.len());
        let end = start.saturating_add(self.count as usize).min(ids.len());
        &ids[start..end]
    }

    fn total(&self) -> Total {
        let length = self.served.as_ref().map_or_else(|| len(&self.ids), Served::len);
        match self.order {
            Order::Final => Total::Exact(length),
            Order::Provisional { .. } => Total::AtLeast(length),
        }
    }

    /// Whether everything that the view needs is known.
    async fn progressed(&self, index: &Index, progress: &Progress) -> Result<Order, Error> {
        let stages: Vec<_> = self.look.places.iter().map(|place| progress.get(place)).collect();
        if let Some((done, of)) = self.searched {
            // A mailbox that a server searches need not be in the index.
            let answered = done == of;
            return Ok(if answered { Order::Final } else { Order::Provisional { done, of } });
        }
        if stages.iter().all(|stage| stage.verified) {
            return Ok(Order::Final);
        }
        let done = index.count(&self.look.places).await?;
        let of = stages.iter().fold(0_u32, |sum, stage| sum.saturating_add(stage.of));
        Ok(Order::Provisional { done, of: of.max(done) })
    }
}

impl Shown {
    fn of(row: &MessageSummary) -> Self {
        Self { flags: row.flags.clone(), thread: row.thread.clone() }
    }
}

fn len(ids: &[u32]) -> u32 {
    u32::try_from(ids.len()).unwrap_or(u32::MAX)
}
