//! What the server tells unasked, settled into the listings and pushed as deltas.

use std::collections::HashMap;

use futures_util::FutureExt;
use postern_shared::error::MOST_WORDS;
use postern_shared::event::Event;
use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageSummary;
use postern_shared::window::Generation;

use super::actor::{Actor, Chore};
use super::audience::WindowKey;
use super::error::Error;
use super::keeper::Note;
use super::listing::{Arrival, Lens, Listing, Outline};
use super::windows::{delta, flags_delta};
use crate::store::Row;

/// More arrivals at once than this are learned as bare uids, and windows start anew.
pub(super) const ROWS_AT_ONCE: u32 = 100;
/// More flag changes in one go than this start windows anew.
pub(super) const FLAGS_AT_ONCE: usize = 1000;

/// How often in one go what arrived is asked for; the rest waits for the next piece of work.
const ROUNDS: usize = 4;

/// What is to be done after news were taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: the listing and the server count alike.
    Rest,
    /// Ask for what came after this uid.
    AskAfter(u32),
    /// Compare all uids: the server counts messages that it does not show.
    Compare,
    /// Learn the mailbox from the start.
    StartAnew,
}

impl Actor {
    /// Takes in what the server told since it was asked last, until the listing of the selected
    /// mailbox counts as many messages as the server does.
    pub(super) async fn absorb(&mut self) -> Result<(), Error> {
        let mut rows: Option<Vec<Row>> = None;
        for round in 0..=ROUNDS {
            // Rows that were asked for are put in behind the news that came along: those count in
            // the positions from before.
            let next = self.take_in(rows.take());
            let Some(mailbox) = self.selected.clone() else { return Ok(()) };
            match next {
                Next::Rest => return Ok(()),
                Next::StartAnew => return self.start_anew(&mailbox).await,
                // The server still counts more: the chore that is due after news asks again.
                Next::AskAfter(_) | Next::Compare if round == ROUNDS => return Ok(()),
                Next::AskAfter(uid) => rows = Some(self.store()?.rows_after(uid).boxed().await?),
                Next::Compare if self.resync_uids(&mailbox).boxed().await? => return Ok(()),
                Next::Compare => return self.start_anew(&mailbox).await,
            }
        }
        Ok(())
    }

    /// Takes in news, then rows that were asked for.
    pub(super) fn take_in(&mut self, rows: Option<Vec<Row>>) -> Next {
        let mailbox = self.selected.clone();
        let listing = mailbox.as_ref().and_then(|id| self.listings.get(id));
        let Some(connection) = &mut self.connection else { return Next::Rest };
        let news = connection.take_news(listing.map_or(&[], Listing::uids));
        let followed = listing.is_some();
        self.tell_alerts(&news.alerts);
        let Some(mailbox) = mailbox else { return Next::Rest };
        if !followed {
            if news.stirred {
                self.miss_news(&mailbox);
            }
            return Next::Rest;
        }
        if news.lost_track || news.changed.len() > FLAGS_AT_ONCE {
            return Next::StartAnew;
        }
        if !news.gone.is_empty() {
            self.remove(&mailbox, &news.gone);
        }
        if !news.changed.is_empty() {
            // What was asked for is no news: it would be looked at again for ever.
            self.second_look.plan(&mailbox, &self.clock);
            let changed = news.changed.into_iter().map(|(uid, flags)| (uid, Flags(flags)));
            self.show_flags(&mailbox, &changed.collect::<Vec<_>>());
        }
        let asked = rows.is_some();
        let came = self.put_in(&mailbox, rows.unwrap_or_default());
        if news.stirred || came > 0 {
            self.later(Chore::Count(mailbox.clone()));
        }
        let behind = news.unknown.saturating_sub(came);
        let newest = self.listings.get(&mailbox).and_then(|it| it.uids().last().copied());
        match behind {
            // Whether the number holds is seen by asking, once.
            0 if news.unsure && !asked => Next::AskAfter(newest.unwrap_or(0)),
            0 => Next::Rest,
            _ if behind > ROWS_AT_ONCE => Next::StartAnew,
            _ if asked && came == 0 && !news.stirred => Next::Compare,
            _ => Next::AskAfter(newest.unwrap_or(0)),
        }
    }

    /// Something happened in a mailbox whose uids are not known: what it was nobody can say.
    fn miss_news(&mut self, mailbox: &MailboxId) {
        self.doubt_unfollowed(std::slice::from_ref(mailbox));
        if let Some(promise) = self.promises.get_mut(mailbox) {
            promise.broken = true;
        }
    }

    /// Puts rows into a listing; says how many of them are new there.
    fn put_in(&mut self, mailbox: &MailboxId, rows: Vec<Row>) -> u32 {
        let Some(listing) = self.listings.get(mailbox) else { return 0 };
        let (validity, before) = (listing.uid_validity, listing.uids().len());
        if rows.is_empty() {
            return 0;
        }
        let rows: Vec<MessageSummary> =
            rows.into_iter().map(|row| self.row(mailbox, validity, row)).collect();
        self.insert(mailbox, &rows);
        let now = self.listings.get(mailbox).map_or(before, |listing| listing.uids().len());
        u32::try_from(now - before).unwrap_or(u32::MAX)
    }

    fn tell_alerts(&self, alerts: &[String]) {
        for text in alerts {
            let text = text.chars().take(MOST_WORDS).collect();
            let event = Event::ServerAlert(self.facts.id.clone(), text);
            self.audience.publish(&event);
        }
    }

    /// Takes messages out of a listing and tells its windows.
    pub(super) fn remove(&mut self, mailbox: &MailboxId, gone: &[u32]) {
        let keys = self.lenses(mailbox);
        let Some(listing) = self.listings.get_mut(mailbox) else { return };
        let from = listing.generation;
        let lenses: Vec<Lens> = keys.iter().map(|(_, lens)| *lens).collect();
        let outlines = listing.remove(gone, &lenses);
        let step = (from, listing.generation);
        self.cache.forget(mailbox, gone);
        self.keeper.note(mailbox, Note::Gone(gone.to_vec()));
        self.second_look.plan(mailbox, &self.clock);
        self.push(mailbox, step, outlines, &HashMap::new());
    }

    /// Tells the windows of a mailbox new flags.
    pub(super) fn show_flags(&mut self, mailbox: &MailboxId, changed: &[(u32, Flags)]) {
        self.keeper.note(mailbox, Note::Flags(changed.to_vec()));
        let Some(listing) = self.listings.get_mut(mailbox) else { return };
        let from = listing.generation;
        listing.touch();
        let step = (from, listing.generation);
        let validity = listing.uid_validity;
        let keys: Vec<_> = changed
            .iter()
            .map(|(uid, flags)| (self.key(mailbox, validity, *uid), flags.clone()))
            .collect();
        for (key, flags) in &keys {
            self.cache.set_flags(key, flags);
        }
        let Some(listing) = self.listings.get(mailbox) else { return };
        for (window, opened) in self.windows.on(mailbox) {
            let delta = flags_delta(step, keys.clone(), listing.total(opened.lens));
            self.audience.tell(window.link, Event::WindowDelta(window.window, delta));
        }
    }

    /// Puts arrivals into a listing, tells its windows, and announces new mail in the inbox.
    pub(super) fn insert(&mut self, mailbox: &MailboxId, rows: &[MessageSummary]) {
        let keys = self.lenses(mailbox);
        let Some(listing) = self.listings.get_mut(mailbox) else { return };
        let mut arrivals: Vec<Arrival> = rows
            .iter()
            .map(|row| Arrival { uid: row.key.uid.0, flags: row.flags.clone() })
            .collect();
        arrivals.sort_unstable_by_key(|arrival| arrival.uid);
        let from = listing.generation;
        let uids = arrivals.iter().map(|arrival| arrival.uid).collect();
        self.keeper.note(mailbox, Note::Arrived(uids));
        let lenses: Vec<Lens> = keys.iter().map(|(_, lens)| *lens).collect();
        let outlines = listing.insert(&arrivals, &lenses);
        let step = (from, listing.generation);
        let by_uid: HashMap<u32, &MessageSummary> =
            rows.iter().map(|row| (row.key.uid.0, row)).collect();
        self.second_look.plan(mailbox, &self.clock);
        self.push(mailbox, step, outlines, &by_uid);
        self.announce(mailbox, rows);
    }

    /// Puts arrivals into a listing that no window shows: their uids are all that is needed.
    pub(super) fn insert_unshown(&mut self, mailbox: &MailboxId, uids: &[u32]) {
        let Some(listing) = self.listings.get_mut(mailbox).filter(|_| !uids.is_empty()) else {
            return;
        };
        let arrival = |uid: &u32| Arrival { uid: *uid, flags: Flags::default() };
        listing.insert(&uids.iter().map(arrival).collect::<Vec<_>>(), &[]);
        self.keeper.note(mailbox, Note::Arrived(uids.to_vec()));
    }

    fn lenses(&self, mailbox: &MailboxId) -> Vec<(WindowKey, Lens)> {
        self.windows.on(mailbox).map(|(key, window)| (key, window.lens)).collect()
    }

    fn push(
        &self,
        mailbox: &MailboxId,
        step: (Generation, Generation),
        outlines: Vec<Outline>,
        rows: &HashMap<u32, &MessageSummary>,
    ) {
        for ((key, window), outline) in self.windows.on(mailbox).zip(outlines) {
            let row = |uid| rows.get(&uid).map(|row| (*row).clone());
            let delta = delta(window, step, &outline, row);
            self.audience.tell(key.link, Event::WindowDelta(key.window, delta));
        }
    }

    /// Learns a mailbox from the start; its windows are told to open again.
    pub(super) async fn start_anew(&mut self, mailbox: &MailboxId) -> Result<(), Error> {
        self.listings.remove(mailbox);
        self.cache.forget_mailbox(mailbox);
        self.doubt_index(mailbox);
        for (key, _) in self.windows.on(mailbox) {
            self.audience.tell(key.link, Event::WindowStale(key.window));
        }
        if self.selected.as_ref() == Some(mailbox) {
            self.later(Chore::LearnUids(mailbox.clone()));
        }
        Ok(())
    }
}
