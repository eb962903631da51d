//! The account's verbs for views of the index: what is to be in it, and what only a server finds.

use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, MessageSummary};

use super::Account;
use super::actor::verb;
use super::error::Error;
use super::fill::place_of;
use crate::store;
use crate::store::index;
use crate::store::query::Query;

impl Account {
    /// Says which mailboxes views look at: they come into the index next.
    pub fn want_index(&self, mailboxes: Vec<MailboxId>) {
        self.tell(move |actor| {
            for mailbox in &mailboxes {
                actor.keeper.want(mailbox, false);
            }
        });
    }

    /// Searches a mailbox on the server; gives the ids in the index of what it found, and whether
    /// the server compared everything.
    ///
    /// # Errors
    /// `NonExistent`, or the server's: a refused search is not one that found nothing.
    pub async fn search_mailbox(
        &self,
        mailbox: MailboxId,
        query: Query,
    ) -> Result<(Vec<u32>, bool), Error> {
        let work = verb(move |actor| {
            let (mailbox, query) = (mailbox.clone(), query.clone());
            async move {
                actor.select(&mailbox).await?;
                let found = actor.imap()?.search_query(&query).await?;
                let ids = actor.index_now(&mailbox, &found.uids).await?;
                Ok((ids.into_iter().map(|(_, id)| id).collect(), found.exact))
            }
            .boxed()
        });
        self.ask(Urgency::Ahead, work).await
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
                actor.select_for(&key.mailbox, key.uid_validity).await?;
                actor.index_now(&key.mailbox, &[key.uid.0]).await?;
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
