//! Selecting mailboxes, and bringing what is known of one up to date.

use postern_shared::event::Event;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::uid::{Uid, UidValidity};
use postern_shared::window::{Filter, Generation};

use super::actor::{Actor, Chore};
use super::error::Error;
use super::listing::{Listing, fresh_generation};
use super::rows;
use super::tree::Node;
use crate::store::{Connection, Criteria, Known, MailboxName, Opened, Row, Selected, Since};

/// How often uids are asked for until they are as many as the server counts.
const UID_TRIES: usize = 5;

/// What a first window was told before the mailbox's uids were known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    /// The generation it was given.
    pub generation: Generation,
    /// How many messages there were.
    pub exists: u32,
    /// Something happened since.
    pub broken: bool,
}

impl Actor {
    /// The mailbox of an id.
    pub(super) fn node(&self, id: &MailboxId) -> Result<&Node, Error> {
        self.tree.get(id).ok_or(Error::NonExistent)
    }

    /// The server's name of a mailbox.
    pub(super) fn name(&self, id: &MailboxId) -> Result<MailboxName, Error> {
        Ok(self.node(id)?.name.clone())
    }

    /// A message's handle.
    pub(super) fn key(&self, mailbox: &MailboxId, validity: UidValidity, uid: u32) -> MessageKey {
        MessageKey {
            account: self.facts.id.clone(),
            mailbox: mailbox.clone(),
            uid_validity: validity,
            uid: Uid(uid),
        }
    }

    /// A row as it travels.
    pub(super) fn row(
        &self,
        mailbox: &MailboxId,
        validity: UidValidity,
        row: Row,
    ) -> MessageSummary {
        rows::summary(&self.key(mailbox, validity, row.uid), row)
    }

    /// Makes a mailbox the selected one; where it already was, this costs nothing.
    ///
    /// A listing that is known from before is brought up to date, so that sequence numbers may be
    /// used afterwards. Returns how many messages there are and the generation of their uids.
    pub(super) async fn select(&mut self, id: &MailboxId) -> Result<Selected, Error> {
        let name = self.name(id)?;
        // Renamed by somebody else, it has to be selected again by its new name.
        let current = self.connection.as_ref().and_then(Connection::selected);
        let by_name = current.is_none_or(|(current, _)| *current == name);
        let was_selected = self.selected.as_ref() == Some(id) && by_name;
        if !was_selected {
            self.leave_selected();
        }
        if was_selected {
            return Ok(self.store()?.select(&name).await?);
        }
        let (selected, since) = self.select_since(id, &name).await?;
        self.enter(id, &selected, since).await?;
        Ok(selected)
    }

    /// Selects a mailbox; where it is known from before, the server may say what changed since.
    async fn select_since(
        &mut self,
        id: &MailboxId,
        name: &MailboxName,
    ) -> Result<(Selected, Option<Since>), Error> {
        self.store()?;
        let (listing, connection) = (self.listings.get(id), self.connection.as_mut());
        let known = listing.and_then(|listing| {
            let (uid_validity, modseq) = (listing.uid_validity.0, listing.modseq?);
            Some(Known { uid_validity, modseq, uids: listing.uids() })
        });
        match (connection, known) {
            (Some(connection), Some(known)) => Ok(connection.select_since(name, known).await?),
            _ => Ok((self.store()?.select(name).await?, None)),
        }
    }

    /// Until another SELECT succeeds nothing is selected (RFC 9051 §6.3.2), and from here on news of
    /// the mailbox go unheard.
    fn leave_selected(&mut self) {
        let left = self.selected.take();
        if let Some(promise) = left.and_then(|id| self.promises.get_mut(&id)) {
            promise.broken = true;
        }
    }

    /// Notes that a mailbox was selected just now, and compares what is known of it. What else the
    /// server told after SELECT is settled as any other news.
    async fn enter(
        &mut self,
        id: &MailboxId,
        selected: &Selected,
        since: Option<Since>,
    ) -> Result<(), Error> {
        self.selected = Some(id.clone());
        let resynced = self.resync(id, selected, since).await;
        if resynced.as_ref().is_err_and(|error| !error.is_lost()) {
            // Sequence numbers must not be read by a listing that is out of date.
            self.start_anew(id).await?;
        }
        if resynced.is_ok() {
            self.confirm(id);
        }
        resynced
    }

    /// What the server says of a message; selecting its mailbox costs no round trip of its own.
    pub(super) async fn find(&mut self, key: &MessageKey) -> Result<Opened, Error> {
        let found = if self.selected.as_ref() == Some(&key.mailbox) {
            self.select_for(&key.mailbox, key.uid_validity).await?;
            self.store()?.message(key.uid.0).await?
        } else {
            let name = self.name(&key.mailbox)?;
            self.leave_selected();
            let (selected, found) = self.store()?.open_message(&name, key.uid.0).await?;
            self.enter(&key.mailbox, &selected, None).await?;
            found.filter(|_| selected.uid_validity == key.uid_validity.0)
        };
        found.ok_or(Error::NonExistent)
    }

    /// Selects a mailbox and makes sure that it is the one that a key speaks of.
    pub(super) async fn select_for(
        &mut self,
        id: &MailboxId,
        validity: UidValidity,
    ) -> Result<Selected, Error> {
        let selected = self.select(id).await?;
        if selected.uid_validity == validity.0 { Ok(selected) } else { Err(Error::NonExistent) }
    }

    /// Learns the uids of a mailbox, unless they are known.
    pub(super) async fn learn_uids(&mut self, id: &MailboxId) -> Result<(), Error> {
        if self.listings.contains_key(id) {
            return Ok(());
        }
        let selected = self.select(id).await?;
        let promise = self.promises.remove(id);
        let (uids, quiet) = self.settled_uids().await?;
        let kept = promise
            .filter(|promise| quiet && !promise.broken && promise.exists as usize == uids.len());
        let generation = kept.as_ref().map_or_else(fresh_generation, |kept| kept.generation);
        let mut listing = Listing::new(UidValidity(selected.uid_validity), uids, generation);
        listing.modseq = selected.highest_modseq;
        listing.uid_next = selected.uid_next;
        self.listings.insert(id.clone(), listing);
        if kept.is_none() {
            for (key, _) in self.windows.on(id) {
                self.audience.tell(key.link, Event::WindowStale(key.window));
            }
        }
        Ok(())
    }

    /// All uids of the selected mailbox, and whether nothing happened while they were asked for.
    /// Whatever comes next counts from these.
    pub(super) async fn settled_uids(&mut self) -> Result<(Vec<u32>, bool), Error> {
        let connection = self.store()?;
        let mut quiet = !connection.take_news(&[]).stirred;
        for _ in 0..UID_TRIES {
            let mut uids = connection.uids().await?;
            let mut news = connection.take_news(&uids);
            quiet &= !news.stirred;
            news.gone.sort_unstable();
            uids.retain(|uid| news.gone.binary_search(uid).is_err());
            let clear = !news.by_position && !news.lost_track;
            if clear && connection.counted() as usize == uids.len() {
                return Ok((uids, quiet));
            }
            // Some do not list what is gone before they said so.
            connection.noop().await?;
        }
        // A mailbox that never rests, or a server that cannot count.
        let uids = connection.uids().await?;
        connection.take_news(&uids);
        connection.count_from(uids.len());
        Ok((uids, false))
    }

    /// Learns which messages a filter selects, unless that is known.
    pub(super) async fn learn_filter(
        &mut self,
        id: &MailboxId,
        filter: Filter,
    ) -> Result<(), Error> {
        let known = self.listings.get(id).is_some_and(|listing| listing.knows(filter));
        let criteria = match filter {
            Filter::Unseen => Criteria::Unseen,
            Filter::Flagged => Criteria::Flagged,
            // `lens_of` lets no other filter by.
            Filter::All | Filter::WithAttachment | Filter::FromKnown => return Ok(()),
        };
        if !known {
            let uids = self.store()?.search(criteria).await?;
            if let Some(listing) = self.listings.get_mut(id) {
                listing.set_filter(filter, uids);
            }
        }
        Ok(())
    }

    /// Brings a mailbox that has windows up to date.
    pub(super) async fn refresh(&mut self, id: &MailboxId) -> Result<(), Error> {
        if !self.windows.has(id) {
            return self.count(id).await;
        }
        if self.selected.as_ref() == Some(id) {
            self.store()?.noop().await?;
        } else {
            self.select(id).await?;
        }
        if !self.listings.contains_key(id) {
            // A window still waits for its uids: the connection was lost, or they were refused.
            self.learn_uids(id).await?;
        }
        self.later(Chore::Count(id.clone()));
        Ok(())
    }
}
