//! The account's verbs for views of the index: what is to be in it, and what only a server finds.

use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::uid::UidValidity;

use super::Account;
use super::actor::{Actor, verb};
use super::error::Error;
use super::fill::{PIECE, place_of};
use crate::store;
use crate::store::index;
use crate::store::query::Query;

/// What a server found in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finds {
    /// Where.
    pub mailbox: MailboxId,
    /// The generation of the uids.
    pub uid_validity: UidValidity,
    /// All of them, ascending.
    pub uids: Vec<u32>,
    /// Whether the server compared everything; if not, some of these do not match.
    pub exact: bool,
}

impl Account {
    /// Says which mailboxes views look at: they come into the index next.
    pub fn want_index(&self, mailboxes: Vec<MailboxId>) {
        self.tell(move |actor| {
            for mailbox in &mailboxes {
                actor.keeper.want(mailbox, false);
            }
        });
    }

    /// Searches a mailbox on the server. What it finds need not be in the index yet.
    ///
    /// # Errors
    /// `NonExistent`, or the server's: a refused search is not one that found nothing.
    pub async fn search_mailbox(&self, mailbox: MailboxId, query: Query) -> Result<Finds, Error> {
        let work = verb(move |actor| {
            let (mailbox, query) = (mailbox.clone(), query.clone());
            async move {
                let selected = actor.select(&mailbox).await?;
                let found = actor.store()?.search_query(&query).await?;
                let uid_validity = UidValidity(selected.uid_validity);
                Ok(Finds { mailbox, uid_validity, uids: found.uids, exact: found.exact })
            }
            .boxed()
        });
        self.ask(Urgency::Ahead, work).await
    }

    /// Sees to it that these messages of a mailbox are in the index, and gives their ids. Those
    /// that are gone are left out. Each piece is a piece of work of its own: a click overtakes.
    /// `fresh`: the flags of those that are there already are asked for as well.
    ///
    /// # Errors
    /// `NonExistent` where the uid_validity has passed; `Unsupported` without an index.
    pub async fn index_messages(
        &self,
        mailbox: &MailboxId,
        validity: UidValidity,
        uids: &[u32],
        fresh: bool,
    ) -> Result<Vec<u32>, Error> {
        let mut ids = Vec::with_capacity(uids.len());
        for piece in uids.chunks(PIECE) {
            let (mailbox, piece) = (mailbox.clone(), piece.to_vec());
            let work = verb(move |actor: &mut Actor| {
                let (mailbox, piece) = (mailbox.clone(), piece.clone());
                async move {
                    if fresh {
                        actor.freshen(&mailbox, validity, &piece).await?;
                    }
                    actor.index_now(&mailbox, validity, &piece).await
                }
                .boxed()
            });
            let known = self.ask(Urgency::Ahead, work).await?;
            ids.extend(known.into_iter().map(|(_, id)| id));
        }
        Ok(ids)
    }

    /// The whole thread of a message, oldest first.
    ///
    /// # Errors
    /// `NonExistent` where the message is gone; `Unsupported` without an index.
    pub async fn open_thread(&self, key: MessageKey) -> Result<Vec<MessageSummary>, Error> {
        let work = verb(move |actor| {
            let key = key.clone();
            async move {
                let Some(shelf) = actor.keeper.shelf.clone() else {
                    return Err(store::Error::Unsupported("no index is kept").into());
                };
                let place = place_of(&key);
                let known = shelf.index.known(&place).await?;
                if known.is_some_and(|known| known.uid_validity == key.uid_validity.0) {
                    match shelf.index.thread(&place, key.uid.0).await {
                        Err(index::Error::Unknown) => {}
                        other => return Ok(other?),
                    }
                }
                actor.index_now(&key.mailbox, key.uid_validity, &[key.uid.0]).await?;
                match shelf.index.thread(&place, key.uid.0).await {
                    Err(index::Error::Unknown) => Err(Error::NonExistent),
                    other => Ok(other?),
                }
            }
            .boxed()
        });
        self.ask(Urgency::Now, work).await
    }
}

impl Actor {
    /// Takes the flags that messages have now into the index, where it has the messages.
    async fn freshen(
        &mut self,
        id: &MailboxId,
        validity: UidValidity,
        uids: &[u32],
    ) -> Result<(), Error> {
        let Some(shelf) = self.keeper.shelf.clone() else { return Ok(()) };
        let place = self.place(id);
        let known = shelf.index.known(&place).await?;
        if known.is_none_or(|known| known.uid_validity != validity.0) {
            return Ok(());
        }
        let known: Vec<u32> =
            shelf.index.ids(&place, uids).await?.into_iter().map(|(uid, _)| uid).collect();
        if known.is_empty() {
            return Ok(());
        }
        self.select_for(id, validity).await?;
        let flags = self.store()?.flags_by_uid(&known).await?;
        let flags: Vec<(u32, Flags)> =
            flags.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
        Ok(shelf.index.set_flags(&place, &flags).await?)
    }

    /// Sees to it that these messages of a mailbox, at most a piece of them, are in the index, and
    /// gives uids with their ids.
    async fn index_now(
        &mut self,
        id: &MailboxId,
        validity: UidValidity,
        uids: &[u32],
    ) -> Result<Vec<(u32, u32)>, Error> {
        let Some(shelf) = self.keeper.shelf.clone() else {
            return Err(store::Error::Unsupported("no index is kept").into());
        };
        let place = self.place(id);
        let known = shelf.index.known(&place).await?;
        if known.is_none_or(|known| known.uid_validity != validity.0) {
            self.select_for(id, validity).await?;
            let now = self.clock.unix_ms();
            shelf.index.begin(&place, validity.0, self.kind(id)?, now).await?;
        }
        self.keeper.want(id, false);
        let known = shelf.index.ids(&place, uids).await?;
        let is_missing = |uid: &&u32| known.binary_search_by_key(*uid, |(uid, _)| *uid).is_err();
        let missing: Vec<u32> = uids.iter().filter(is_missing).copied().collect();
        if missing.is_empty() {
            return Ok(known);
        }
        self.select_for(id, validity).await?;
        let rows = self.store()?.index_rows(&missing).await?;
        shelf.index.add(&place, &rows).await?;
        Ok(shelf.index.ids(&place, uids).await?)
    }
}
