//! Opening, moving and resuming windows.
//!
//! The first window of a mailbox does not wait for its uids: the rows come in order of arrival
//! straight after SELECT, and the uid map that later changes need is learned behind the answer.

use std::collections::HashMap;

use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::api::windows::{OpenWindow, ResumeWindow, Resumed};
use postern_shared::event::Event;
use postern_shared::mailbox::MailboxId;
use postern_shared::uid::UidValidity;
use postern_shared::window::{Anchor, Filter, Generation, Order, Total, Window, WindowId};

use super::Account;
use super::actor::{Actor, Chore};
use super::audience::{LinkId, WindowKey};
use super::error::Error;
use super::listing::{Lens, fresh_generation};
use super::select::Promise;
use super::windows::{Opened, bounded_count, flags_delta, lens_of};
use crate::store::{self, Row, Stretch};

/// How often a window is made anew whose messages went while their rows were read.
const TRIES: u32 = 4;

/// A window that a link asks for, checked.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub key: WindowKey,
    pub mailbox: MailboxId,
    pub lens: Lens,
    pub anchor: Anchor,
    pub count: u32,
}

impl Account {
    /// Opens a window for a link, or moves it; its deltas follow the answer.
    ///
    /// # Errors
    /// `Limit`, `Invalid`, `NonExistent` as the call's documentation says.
    pub async fn open_window(&self, link: LinkId, open: OpenWindow) -> Result<Window, Error> {
        let wanted = self.wanted(link, &open)?;
        if let Some(window) = self.warm_window(wanted.clone()).await? {
            return Ok(window);
        }
        self.ask(Urgency::Now, move |actor| {
            let wanted = wanted.clone();
            async move { actor.open_window(wanted).await }.boxed()
        })
        .await
    }

    /// Takes a window up again; says whether what the page holds is current.
    ///
    /// # Errors
    /// As for `open_window`.
    pub async fn resume_window(
        &self,
        link: LinkId,
        resume: ResumeWindow,
    ) -> Result<Resumed, Error> {
        let wanted = self.wanted(link, &resume.open)?;
        let generation = resume.generation;
        self.ask(Urgency::Now, move |actor| {
            let wanted = wanted.clone();
            async move { actor.resume_window(wanted, generation).await }.boxed()
        })
        .await
    }

    /// Says which window the user looks at.
    pub fn focus_window(&self, link: LinkId, window: WindowId) {
        self.tell(move |actor| actor.windows.focus(WindowKey { link, window }));
    }

    /// Ends a window.
    pub fn close_window(&self, link: LinkId, window: WindowId) {
        self.tell(move |actor| actor.close_window(WindowKey { link, window }));
    }

    /// Ends every window of a link.
    pub fn leave(&self, link: LinkId) {
        self.tell(move |actor| {
            actor.windows.leave(link);
            actor.drop_unused();
        });
    }

    fn wanted(&self, link: LinkId, open: &OpenWindow) -> Result<Wanted, Error> {
        let (mailbox, lens) = lens_of(&self.facts().id, &open.view)?;
        let key = WindowKey { link, window: open.window };
        let (anchor, count) = (open.anchor.clone(), bounded_count(open)?);
        Ok(Wanted { key, mailbox, lens, anchor, count })
    }
}

impl Actor {
    async fn open_window(&mut self, wanted: Wanted) -> Result<Window, Error> {
        let moved = self.windows.shows(wanted.key, (&wanted.mailbox, wanted.lens));
        // Nobody need be told that a window is stale which is being opened anew.
        self.windows.close(wanted.key);
        let selected = self.select(&wanted.mailbox).await?;
        self.absorb().await?;
        if !moved {
            self.renew_filter(&wanted.mailbox, wanted.lens.filter);
        }
        let known = self.listings.contains_key(&wanted.mailbox);
        let plain = wanted.lens.filter == Filter::All && matches!(wanted.anchor, Anchor::Offset(_));
        if plain && !known {
            return self.first_window(wanted, selected.uid_validity).await;
        }
        self.learn_uids(&wanted.mailbox).await?;
        self.learn_filter(&wanted.mailbox, wanted.lens.filter).await?;
        self.absorb().await?;
        self.window(wanted).await
    }

    /// Has a filter's selection learned anew where flags have changed since; windows that show the
    /// old one are told.
    fn renew_filter(&mut self, mailbox: &MailboxId, filter: Filter) {
        let Some(listing) = self.listings.get_mut(mailbox) else { return };
        let from = listing.generation;
        if !listing.forget_outdated(filter) {
            return;
        }
        let step = (from, listing.generation);
        for (key, window) in self.windows.on(mailbox) {
            let event = match window.lens.filter == filter {
                true => Event::WindowStale(key.window),
                false => {
                    let delta = flags_delta(step, Vec::new(), listing.total(window.lens));
                    Event::WindowDelta(key.window, delta)
                }
            };
            self.audience.tell(key.link, event);
        }
    }

    /// A window before the mailbox's uids are known: by the order of arrival alone.
    async fn first_window(&mut self, wanted: Wanted, validity: u32) -> Result<Window, Error> {
        let Anchor::Offset(offset) = wanted.anchor else {
            return Err(Error::Invalid("a first window has an offset"));
        };
        let validity = UidValidity(validity);
        let newest_first = wanted.lens.sort.descending;
        let stretch = Stretch { newest_first, offset, count: wanted.count };
        let (exists, rows) = self.store()?.rows_of(stretch).await?;
        not_none(&rows, exists > offset)?;
        let row = |row: Option<Row>| row.map(|row| self.row(&wanted.mailbox, validity, row));
        let rows = rows.into_iter().map(row).collect();
        // The page is told the generation that the listing gets once its uids are learned.
        let generation = fresh_generation();
        let promised = Promise { generation, exists, broken: false };
        self.promises.insert(wanted.mailbox.clone(), promised);
        self.keep(&wanted, offset)?;
        self.later(Chore::LearnUids(wanted.mailbox));
        Ok(Window { generation, offset, total: Total::Exact(exists), order: Order::Final, rows })
    }

    /// A window of a listing that is known. Where messages went before their rows were read, it is
    /// made anew, so that it has no gaps.
    async fn window(&mut self, wanted: Wanted) -> Result<Window, Error> {
        let mut tries = 0;
        loop {
            let listing = self.listings.get(&wanted.mailbox).ok_or(Error::NonExistent)?;
            let (lens, total) = (wanted.lens, listing.total(wanted.lens));
            let offset = match &wanted.anchor {
                Anchor::Offset(offset) => (*offset).min(total),
                Anchor::Around(key) => {
                    let known = key.uid_validity == listing.uid_validity;
                    let at = listing.position(lens, key.uid.0).filter(|_| known);
                    at.ok_or(Error::NonExistent)?.saturating_sub(wanted.count / 2)
                }
            };
            let (generation, validity) = (listing.generation, listing.uid_validity);
            let uids = listing.stretch(lens, offset, wanted.count);
            let mut fetched = match uids.is_empty() {
                true => HashMap::new(),
                false => by_uid(self.store()?.rows_by_uid(&uids).await?),
            };
            let rows: Vec<Option<Row>> = uids.iter().map(|uid| fetched.remove(uid)).collect();
            if rows.iter().any(Option::is_none) && self.store()?.has_news() && tries < TRIES {
                tries += 1;
                self.absorb().await?;
                self.learn_uids(&wanted.mailbox).await?;
                self.learn_filter(&wanted.mailbox, lens.filter).await?;
                continue;
            }
            not_none(&rows, !uids.is_empty())?;
            let row = |row: Option<Row>| row.map(|row| self.row(&wanted.mailbox, validity, row));
            let rows = rows.into_iter().map(row).collect();
            self.keep(&wanted, offset)?;
            let (total, order) = (Total::Exact(total), Order::Final);
            return Ok(Window { generation, offset, total, order, rows });
        }
    }

    async fn resume_window(
        &mut self,
        wanted: Wanted,
        generation: Generation,
    ) -> Result<Resumed, Error> {
        self.windows.close(wanted.key);
        self.select(&wanted.mailbox).await?;
        self.store()?.noop().await?;
        self.absorb().await?;
        let current = self.listings.get(&wanted.mailbox).is_some_and(|listing| {
            listing.generation == generation && listing.knows(wanted.lens.filter)
        });
        match wanted.anchor {
            Anchor::Offset(offset) if current => {
                self.keep(&wanted, offset)?;
                Ok(Resumed::Current)
            }
            _ => Ok(Resumed::Stale(self.open_window(wanted).await?)),
        }
    }

    pub(super) fn keep(&mut self, wanted: &Wanted, offset: u32) -> Result<(), Error> {
        let Wanted { mailbox, lens, count, .. } = wanted.clone();
        self.want_index(&mailbox);
        self.windows.open(wanted.key, Opened { mailbox, lens, offset, count })?;
        self.drop_unused();
        Ok(())
    }

    fn close_window(&mut self, key: WindowKey) {
        self.windows.close(key);
        self.drop_unused();
    }

    /// Forgets listings and selections that no window needs; the selected mailbox's stays.
    pub(super) fn drop_unused(&mut self) {
        let Self { listings, windows, selected, .. } = self;
        listings.retain(|id, _| windows.has(id) || selected.as_ref() == Some(id));
        for (id, listing) in listings {
            listing.keep_filters(|filter| windows.uses(id, filter));
        }
    }
}

/// Rows that were asked for: a server may leave one out, but an answer without any is none.
fn not_none(rows: &[Option<Row>], some: bool) -> Result<(), Error> {
    match some && rows.iter().all(Option::is_none) {
        true => Err(store::Error::Garbled("FETCH without rows").into()),
        false => Ok(()),
    }
}

fn by_uid(rows: Vec<Row>) -> HashMap<u32, Row> {
    rows.into_iter().map(|row| (row.uid, row)).collect()
}
