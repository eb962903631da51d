//! The first screen of a mailbox out of the index, before the server has answered.
//!
//! What the index has may be out of date, so the window says that it is provisional. Its listing is
//! seeded with what was shown; selecting the mailbox then compares it as any listing from before,
//! and what is told as deltas makes it true.

use futures_util::FutureExt;
use postern_shared::event::Event;
use postern_shared::mailbox::MailboxId;
use postern_shared::uid::UidValidity;
use postern_shared::window::{Anchor, Filter, Generation, Order, Total, Window};
use tokio::sync::oneshot;

use super::actor::{Actor, Chore};
use super::error::Error;
use super::listing::{Listing, fresh_generation};
use super::open_window::Wanted;
use super::windows::flags_delta;
use super::{Account, boxed};
use crate::store::index;
use postern_shared::api::messages::Urgency;

impl Account {
    /// A window out of the index, where it is there and nothing fresher is.
    pub(super) async fn warm_window(&self, wanted: Wanted) -> Result<Option<Window>, Error> {
        let (answer, result) = oneshot::channel();
        let job = boxed(move |actor| {
            async move {
                let window = actor.warm_window(&wanted).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "no first screen out of the index");
                    None
                });
                let generation = window.as_ref().map(|window| window.generation);
                let _ = answer.send(window);
                if let Some(generation) = generation {
                    actor.seed(&wanted.mailbox, generation).await;
                }
            }
            .boxed()
        });
        self.enqueue(Urgency::Now, job)?;
        result.await.map_err(|_| Error::Stopped)
    }
}

impl Actor {
    async fn warm_window(&mut self, wanted: &Wanted) -> Result<Option<Window>, Error> {
        let Some(shelf) = self.keeper.shelf.clone() else { return Ok(None) };
        let Anchor::Offset(offset) = wanted.anchor else { return Ok(None) };
        let fresher = self.listings.contains_key(&wanted.mailbox)
            || self.selected.as_ref() == Some(&wanted.mailbox);
        // An index that is only just to be made answers nothing, and making it takes a while.
        if fresher || wanted.lens.filter != Filter::All || !shelf.index.may_hold() {
            return Ok(None);
        }
        let place = self.place(&wanted.mailbox);
        let known = shelf.index.known(&place).await?;
        if known.is_none_or(|known| !known.mark.complete) {
            return Ok(None);
        }
        let stretch = (offset, wanted.count);
        let (total, rows) =
            match shelf.index.stretch(&place, wanted.lens.sort.descending, stretch).await {
                Err(index::Error::Unknown | index::Error::Damaged) => return Ok(None),
                other => other?,
            };
        // An empty list is said by the server alone.
        if rows.is_empty() {
            return Ok(None);
        }
        self.windows.close(wanted.key);
        self.keep(wanted, offset)?;
        Ok(Some(Window {
            generation: fresh_generation(),
            offset,
            total: Total::AtLeast(total),
            order: Order::Provisional { done: total, of: total },
            rows: rows.into_iter().map(Some).collect(),
        }))
    }

    /// Takes what was shown for a listing from before, to be compared with the server.
    async fn seed(&mut self, mailbox: &MailboxId, generation: Generation) {
        if !self.recollect(mailbox, generation).await {
            for (key, _) in self.windows.on(mailbox) {
                self.audience.tell(key.link, Event::WindowStale(key.window));
            }
        }
        self.later(Chore::Refresh(mailbox.clone()));
    }

    /// Takes what the index knows of a mailbox that nobody follows for a listing from before: the
    /// server then says what changed since (RFC 7162), and not everything that is there.
    pub(super) async fn recall(&mut self, mailbox: &MailboxId) -> Result<(), Error> {
        let Some(shelf) = self.keeper.shelf.clone() else { return Ok(()) };
        let able = self.store()?.capabilities().has("QRESYNC");
        let followed = self.listings.contains_key(mailbox)
            || self.windows.has(mailbox)
            || self.selected.as_ref() == Some(mailbox);
        if able && !followed {
            let known = shelf.index.known(&self.place(mailbox)).await?;
            let whole = known.is_some_and(|it| it.mark.complete && it.mark.modseq.is_some());
            if whole {
                // Where it cannot be read, the server is asked for everything.
                self.recollect(mailbox, fresh_generation()).await;
            }
        }
        Ok(())
    }

    /// Makes a listing of what the index has; whether there is one.
    async fn recollect(&mut self, mailbox: &MailboxId, generation: Generation) -> bool {
        let Some(shelf) = self.keeper.shelf.clone() else { return false };
        let place = self.place(mailbox);
        let (known, uids) = (shelf.index.known(&place).await, shelf.index.uids(&place).await);
        let (Ok(Some(known)), Ok(uids)) = (known, uids) else { return false };
        let mut listing = Listing::new(UidValidity(known.uid_validity), uids, generation);
        listing.modseq = known.mark.modseq;
        listing.uid_next = known.mark.uid_next;
        listing.provisional = true;
        self.listings.insert(mailbox.clone(), listing);
        true
    }

    /// The server has confirmed a listing: windows that were provisional are told.
    pub(super) fn confirm(&mut self, mailbox: &MailboxId) {
        let Some(listing) = self.listings.get_mut(mailbox).filter(|it| it.provisional) else {
            return;
        };
        listing.provisional = false;
        let from = listing.generation;
        listing.touch();
        let step = (from, listing.generation);
        for (window, opened) in self.windows.on(mailbox) {
            let delta = flags_delta(step, Vec::new(), listing.total(opened.lens));
            self.audience.tell(window.link, Event::WindowDelta(window.window, delta));
        }
    }
}
