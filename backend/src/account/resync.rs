//! Bringing what is known of a mailbox up to date when it is selected again.
//!
//! Other mail programs may have done anything in between. What can be told apart is told as
//! deltas; where that is not possible the windows are told to open again.

use futures_util::FutureExt;
use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;

use super::absorb::{FLAGS_AT_ONCE, Next, ROWS_AT_ONCE};
use super::actor::Actor;
use super::error::Error;
use super::listing::Listing;
use crate::store::{self, FlagsOf, Selected, Since};

/// What became of a mailbox's uids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub gone: Vec<u32>,
    pub arrived: Vec<u32>,
}

/// Compares two ascending lists of uids.
pub(super) fn difference(before: &[u32], after: &[u32]) -> Difference {
    let missing = |from: &[u32], among: &[u32]| -> Vec<u32> {
        from.iter().copied().filter(|uid| among.binary_search(uid).is_err()).collect()
    };
    Difference { gone: missing(before, after), arrived: missing(after, before) }
}

impl Actor {
    /// Compares a known listing with what SELECT said, and tells its windows what is new.
    pub(super) async fn resync(
        &mut self,
        id: &MailboxId,
        selected: &Selected,
        told: Option<Since>,
    ) -> Result<(), Error> {
        let Some(listing) = self.listings.get(id) else { return Ok(()) };
        if listing.uid_validity.0 != selected.uid_validity {
            return self.start_anew(id).await;
        }
        if let Some(told) = told {
            return self.resync_told(id, selected, told).await;
        }
        let since = listing.modseq;
        // No change of flags says that there is more of a message now.
        if let Some(since) = since
            && !self.store()?.completed_since(since).await?.is_empty()
        {
            return self.start_anew(id).await;
        }
        let Some(listing) = self.listings.get(id) else { return Ok(()) };
        if !holds_the_same(listing, selected) && !self.resync_uids(id).await? {
            return self.start_anew(id).await;
        }
        let flags = match (since, selected.highest_modseq) {
            (Some(since), Some(now)) if since == now => Vec::new(),
            (Some(since), Some(_)) => match self.store()?.flags_since(since).await {
                // Offered and not meant: what the windows show is asked for as without it.
                Err(store::Error::Refused { .. }) => self.shown_flags(id).await?,
                changed => changed?,
            },
            _ => self.shown_flags(id).await?,
        };
        let changed: Vec<(u32, Flags)> = flags.into_iter().map(by_uid).collect();
        if changed.len() > FLAGS_AT_ONCE {
            return self.start_anew(id).await;
        }
        if !changed.is_empty() {
            self.show_flags(id, &changed);
        }
        self.note_state(id, selected);
        Ok(())
    }

    /// Takes what the server told by itself with SELECT (RFC 7162 §3.2.5).
    async fn resync_told(
        &mut self,
        id: &MailboxId,
        selected: &Selected,
        told: Since,
    ) -> Result<(), Error> {
        let Since { vanished, changed, arrived, otherwise } = told;
        if otherwise || changed.len() > FLAGS_AT_ONCE || arrived.len() > ROWS_AT_ONCE as usize {
            return self.start_anew(id).await;
        }
        if !vanished.is_empty() {
            self.remove(id, &vanished);
        }
        if !changed.is_empty() {
            let changed: Vec<(u32, Flags)> = changed.into_iter().map(by_uid).collect();
            self.show_flags(id, &changed);
        }
        let inbox = self.tree.get(id).is_some_and(|node| node.name.is_inbox());
        if !self.windows.has(id) && !inbox {
            self.insert_unshown(id, &arrived);
        }
        // What arrived is counted and not known: that is asked for.
        self.absorb().boxed().await?;
        self.note_state(id, selected);
        Ok(())
    }

    /// Notes as of when a listing is true.
    fn note_state(&mut self, id: &MailboxId, selected: &Selected) {
        if let Some(listing) = self.listings.get_mut(id) {
            listing.modseq = selected.highest_modseq;
            listing.uid_next = selected.uid_next;
        }
    }

    /// Settles removals and arrivals; false where the windows have to start anew.
    pub(super) async fn resync_uids(&mut self, id: &MailboxId) -> Result<bool, Error> {
        let (uids, _) = self.settled_uids().await?;
        let Some(listing) = self.listings.get(id) else { return Ok(false) };
        let Difference { gone, arrived } = difference(listing.uids(), &uids);
        let last = listing.uids().last().copied().unwrap_or(0);
        let in_order = arrived.first().is_none_or(|first| *first > last);
        if !in_order || arrived.len() > ROWS_AT_ONCE as usize {
            return Ok(false);
        }
        if !gone.is_empty() {
            self.remove(id, &gone);
        }
        if arrived.is_empty() {
            return Ok(true);
        }
        // Behind the news that came along: those count in the positions from before.
        let rows = self.store()?.rows_by_uid(&arrived).await?;
        let (left_out, restless) = (rows.len() < arrived.len(), self.store()?.has_news());
        let next = self.take_in(Some(rows));
        Ok(next != Next::StartAnew && (!left_out || restless))
    }

    /// The flags of what windows on a mailbox show.
    async fn shown_flags(&mut self, id: &MailboxId) -> Result<Vec<FlagsOf>, Error> {
        let shown = self.shown_uids(id);
        Ok(self.store()?.flags_by_uid(&shown).await?)
    }

    /// The uids that windows on a mailbox show.
    fn shown_uids(&self, id: &MailboxId) -> Vec<u32> {
        let Some(listing) = self.listings.get(id) else { return Vec::new() };
        let stretch = |window: &super::windows::Opened| {
            listing.stretch(window.lens, window.offset, window.count)
        };
        let mut uids: Vec<u32> =
            self.windows.on(id).flat_map(|(_, window)| stretch(window)).collect();
        uids.sort_unstable();
        uids.dedup();
        uids
    }
}

/// Whether the same messages are there: as many, and none was added (RFC 9051 §2.3.1.1).
fn holds_the_same(listing: &Listing, selected: &Selected) -> bool {
    listing.uids().len() == selected.exists as usize
        && listing.uid_next.is_some()
        && listing.uid_next == selected.uid_next
}

fn by_uid(of: FlagsOf) -> (u32, Flags) {
    (of.uid, Flags(of.flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_and_what_came_is_told_apart() {
        let found = difference(&[1, 2, 5, 9], &[2, 9, 12]);
        assert_eq!(found, Difference { gone: vec![1, 5], arrived: vec![12] });
    }
}
