//! Orders that a server gives while the index is on its way: SORT and THREAD (RFC 5256).
//!
//! The server names every message in order, and what a window shows of it comes into the index
//! first. So the window is final from the beginning; once the index has everything, it takes over.

use std::collections::HashMap;

use postern_shared::account::AccountState;
use postern_shared::api::windows::OpenWindow;
use postern_shared::message::MessageSummary;
use postern_shared::window::{Anchor, Filter, Grouping, View};

use super::{Error, Views, failed, is_same};
use crate::account::{Account, Ranked, WindowKey};
use crate::store::index::{Look, Place};

/// Members of the threads of one window that come into the index for it.
const MOST_MEMBERS: usize = 2_000;

/// Rows with their ids in the index.
type Rows = Vec<Option<(u32, MessageSummary)>>;
/// A part of an order: the whole of it, the position where the part begins, its rows.
pub(super) type Stretch = (Served, u32, Rows);

/// An order that a server has given.
#[derive(Debug)]
pub(super) struct Served {
    place: Place,
    ranked: Ranked,
    /// How many messages the mailbox had then.
    of: u32,
}

impl Served {
    /// How many rows it has.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.ranked.rows.len()).unwrap_or(u32::MAX)
    }

    /// Where a window of so many rows begins; none where its anchor is not in the order.
    pub(super) fn offset(&self, anchor: &Anchor, count: u32) -> Option<u32> {
        let key = match anchor {
            Anchor::Offset(offset) => return Some((*offset).min(self.len())),
            Anchor::Around(key) => key,
        };
        let valid = self.ranked.uid_validity == key.uid_validity;
        let at = self.ranked.rows.iter().position(|row| *row == key.uid.0).filter(|_| valid)?;
        Some(u32::try_from(at).unwrap_or(u32::MAX).saturating_sub(count / 2))
    }
}

impl Views {
    /// The order of a view by its server, where the index cannot give it yet and the server can.
    async fn serve(&self, view: &View, look: &Look) -> Option<Served> {
        let [place] = look.places.as_slice() else { return None };
        let stage = self.0.shelf.progress.get(place);
        if stage.verified || look.wanted.is_some() {
            return None;
        }
        // Whoever is offline is shown what the index has, at once.
        let is_online = |account: &Account| account.shown().state == AccountState::Online;
        let account = &self.account(&place.account).filter(is_online)?;
        let ranked = account.rank(view.clone()).await;
        // Where the server cannot, the index will.
        let ranked = ranked.inspect_err(|error| tracing::debug!(%error, "no order by the server"));
        let ranked = ranked.ok()?;
        let of = match view.filter {
            Filter::All => ranked.messages(),
            _ => self.0.shelf.progress.get(place).of,
        };
        Some(Served { place: place.clone(), ranked, of })
    }

    /// What a window shows of an order by its server, and where it begins; none where the index
    /// gives the order.
    pub(super) async fn served_stretch(
        &self,
        key: WindowKey,
        open: &OpenWindow,
        look: &Look,
    ) -> Result<Option<Stretch>, Error> {
        let Some(served) = self.served_for(key, &open.view, look).await else { return Ok(None) };
        let offset = served.offset(&open.anchor, open.count).ok_or(Error::NonExistent)?;
        let rows = self.served_rows(&served, look.grouping, (offset, open.count)).await?;
        Ok(Some((served, offset, rows)))
    }

    /// The order that an open view was given before, or a fresh one.
    async fn served_for(&self, key: WindowKey, view: &View, look: &Look) -> Option<Served> {
        let mut all = self.0.open.lock().await;
        let known = all.get_mut(&key).filter(|known| is_same(&known.look, look));
        let known = known.and_then(|known| known.served.take());
        drop(all);
        match known.filter(|served| self.is_current(served)) {
            Some(served) => Some(served),
            None => self.serve(view, look).await,
        }
    }

    /// Whether an order is still what the server would say, as far as is known.
    pub(super) fn is_current(&self, served: &Served) -> bool {
        let stage = self.0.shelf.progress.get(&served.place);
        !stage.verified && (stage.of == served.of || served.of == 0 || stage.of == 0)
    }

    /// The rows of a stretch, by position; what is gone is left out.
    async fn served_rows(
        &self,
        served: &Served,
        grouping: Grouping,
        (offset, count): (u32, u32),
    ) -> Result<Rows, Error> {
        let all = &served.ranked.rows;
        let start = (offset as usize).min(all.len());
        let end = start.saturating_add(count as usize).min(all.len());
        let uids = &all[start..end];
        let mut needed = uids.to_vec();
        let members = (start..end).flat_map(|at| served.ranked.members(at));
        needed.extend(members.take(MOST_MEMBERS));
        needed.sort_unstable();
        needed.dedup();
        let (account, place) = (self.account(&served.place.account), &served.place);
        let account = account.ok_or(Error::NonExistent)?;
        account.index_messages(&place.mailbox, served.ranked.uid_validity, &needed, true).await?;
        let index = &self.0.shelf.index;
        let known = index.ids(place, uids).await.map_err(failed)?;
        let by_uid: HashMap<u32, u32> = known.into_iter().collect();
        let ids: Vec<u32> = by_uid.values().copied().collect();
        let mut rows = match grouping {
            Grouping::Messages => index.rows(&ids).await,
            Grouping::Threads => index.thread_rows(&ids).await,
        }
        .map_err(failed)?;
        let row = |uid: &u32| by_uid.get(uid).and_then(|id| Some((*id, rows.remove(id)?)));
        Ok(uids.iter().map(row).collect())
    }
}
