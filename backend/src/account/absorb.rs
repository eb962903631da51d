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
use super::listing::{Arrival, Lens, Outline};
use super::windows::{delta, flags_delta};
use crate::store::Change;

/// More arrivals at once than this are learned as bare uids, and windows start anew.
pub(super) const ROWS_AT_ONCE: u32 = 100;
/// More flag changes in one go than this start windows anew.
pub(super) const FLAGS_AT_ONCE: usize = 1000;

/// Unsolicited news of the selected mailbox, in terms of uids.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// Uids that are gone.
    pub gone: Vec<u32>,
    /// Messages beyond those known.
    pub arrived: u32,
    /// New flags.
    pub changed: Vec<(u32, Flags)>,
    /// The order of events was lost: look again.
    pub lost_track: bool,
}

/// Translates changes by sequence number into news by uid (RFC 9051 §7.5.1).
pub(super) fn read_news(known: &[u32], changes: Vec<Change>) -> News {
    let mut news = News::default();
    // The sequence as the server has it now; `None` stands for a message not known yet.
    let mut now: Option<Vec<Option<u32>>> = None;
    let mut length = known.len();
    for change in changes {
        match change {
            Change::Exists(exists) => {
                let exists = exists as usize;
                if exists < length {
                    news.lost_track = true;
                }
                if let Some(now) = &mut now {
                    now.resize(exists.max(now.len()), None);
                }
                length = exists.max(length);
            }
            Change::Expunged(seq) => {
                let current = now.get_or_insert_with(|| widened(known, length));
                match (seq as usize).checked_sub(1).filter(|index| *index < current.len()) {
                    Some(index) => news.gone.extend(current.remove(index)),
                    None => news.lost_track = true,
                }
                length = current.len();
            }
            Change::Vanished(mut uids) => {
                uids.sort_unstable();
                let current = now.get_or_insert_with(|| widened(known, length));
                let is_gone =
                    |uid: &mut Option<u32>| uid.is_some_and(|uid| uids.binary_search(&uid).is_ok());
                // Each once, however often the server says so.
                news.gone.extend(current.extract_if(.., is_gone).flatten());
                length = current.len();
            }
            Change::Flags { seq, uid, flags } => {
                let at = (seq as usize).wrapping_sub(1);
                let by_seq = match &now {
                    Some(now) => now.get(at).copied().flatten(),
                    None => known.get(at).copied(),
                };
                news.changed.extend(uid.or(by_seq).map(|uid| (uid, Flags(flags))));
            }
            Change::Overflow => news.lost_track = true,
            Change::Counts(..) | Change::Mailboxes | Change::Bye(_) | Change::Alert(_) => {}
        }
    }
    let gone = news.gone.iter().filter(|uid| known.binary_search(uid).is_ok()).count();
    let kept = known.len() - gone;
    news.arrived = u32::try_from(length.saturating_sub(kept)).unwrap_or(u32::MAX);
    news
}

fn widened(known: &[u32], length: usize) -> Vec<Option<u32>> {
    let mut all: Vec<Option<u32>> = known.iter().copied().map(Some).collect();
    all.resize(length.max(known.len()), None);
    all
}

impl Actor {
    /// Settles what the server told since the last command.
    ///
    /// Fetching what arrived may bring further news; after a few rounds the rest waits for the
    /// next piece of work.
    pub(super) async fn absorb(&mut self) -> Result<(), Error> {
        for _ in 0..4 {
            let Some(connection) = &mut self.connection else { return Ok(()) };
            let changes = connection.take_changes();
            if changes.is_empty() {
                return Ok(());
            }
            self.tell_alerts(&changes);
            self.settle_changes(changes).boxed().await?;
        }
        Ok(())
    }

    fn tell_alerts(&self, changes: &[Change]) {
        for change in changes {
            if let Change::Alert(text) = change {
                let text = text.chars().take(MOST_WORDS).collect();
                let event = Event::ServerAlert(self.facts.id.clone(), text);
                self.audience.publish(&event);
            }
        }
    }

    async fn settle_changes(&mut self, changes: Vec<Change>) -> Result<(), Error> {
        let Some(mailbox) = self.selected.clone() else { return Ok(()) };
        let Some(listing) = self.listings.get(&mailbox) else {
            // Without positions nobody knows which messages these are: they are compared again.
            self.doubt_unfollowed(std::slice::from_ref(&mailbox));
            if let Some(promise) = self.promises.get_mut(&mailbox) {
                promise.broken = true;
            }
            return Ok(());
        };
        let News { gone, arrived, changed, lost_track } = read_news(listing.uids(), changes);
        if lost_track || changed.len() > FLAGS_AT_ONCE {
            return self.start_anew(&mailbox).await;
        }
        if !gone.is_empty() {
            self.remove(&mailbox, &gone);
        }
        if !changed.is_empty() {
            self.show_flags(&mailbox, &changed);
        }
        if arrived > 0 {
            self.fetch_arrivals(&mailbox, arrived).await?;
        }
        self.later(Chore::Count(mailbox));
        Ok(())
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

    async fn fetch_arrivals(&mut self, mailbox: &MailboxId, arrived: u32) -> Result<(), Error> {
        let known = self.listings.get(mailbox).map_or(0, |listing| listing.uids().len());
        let first = u32::try_from(known).unwrap_or(u32::MAX).saturating_add(1);
        let last = first.saturating_add(arrived - 1);
        if arrived > ROWS_AT_ONCE {
            return self.start_anew(mailbox).await;
        }
        let rows = self.imap()?.rows_by_seq(first..=last).await?;
        // A server that leaves rows out would shift every position after them.
        if rows.len() != arrived as usize {
            return self.start_anew(mailbox).await;
        }
        let Some(validity) = self.listings.get(mailbox).map(|listing| listing.uid_validity) else {
            return Ok(());
        };
        let rows: Vec<MessageSummary> =
            rows.into_iter().map(|row| self.row(mailbox, validity, row)).collect();
        self.insert(mailbox, &rows);
        Ok(())
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
        self.push(mailbox, step, outlines, &by_uid);
        self.announce(mailbox, rows);
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

#[cfg(test)]
#[path = "absorb_tests.rs"]
mod tests;
