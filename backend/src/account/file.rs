//! Filing a copy of what was sent, and removing the draft that it was.

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use postern_shared::api::messages::{Targets, Urgency};
use postern_shared::flag::Flag;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::MessageKey;
use postern_shared::uid::{Uid, UidValidity};

use super::Account;
use super::actor::{Actor, Chore};
use super::error::Error;
use crate::blob::{BlobKey, Blobs};

/// What a Sent mailbox is called where the server has none.
const SENT: &str = "Sent";

impl Account {
    /// Sees to it that Sent holds a message: looks for its Message-ID first, so that a copy filed
    /// by the server, or by an attempt whose answer was lost, is not doubled.
    ///
    /// # Errors
    /// The server's; then nobody knows, and the same call again is harmless.
    pub async fn file_sent(
        &self,
        message: (Blobs, BlobKey),
        message_id: String,
    ) -> Result<(), Error> {
        // Not tried again on a new connection by itself: the caller waits a while first.
        self.ask_once(Urgency::Now, move |actor| {
            let (message, message_id) = (message.clone(), message_id.clone());
            async move { actor.file_sent(message, &message_id).await }.boxed()
        })
        .await
    }

    /// Expunges every copy with this Message-ID from Drafts; that there is none is no error.
    ///
    /// # Errors
    /// The server's; the same call again is harmless.
    pub async fn remove_drafts(&self, message_id: String) -> Result<(), Error> {
        let found = self.ask(Urgency::Now, move |actor| {
            let message_id = message_id.clone();
            async move { actor.drafts_of(&message_id).await }.boxed()
        });
        let found = found.await?;
        if found.is_empty() {
            return Ok(());
        }
        self.expunge_messages(Targets::Keys(found)).await.map(drop)
    }
}

impl Actor {
    async fn file_sent(
        &mut self,
        (blobs, key): (Blobs, BlobKey),
        message_id: &str,
    ) -> Result<(), Error> {
        let sent = self.sent_mailbox().await?;
        self.select(&sent).await?;
        if !self.imap()?.with_message_id(message_id).await?.is_empty() {
            return Ok(());
        }
        let name = self.name(&sent)?;
        let content = blobs.get(&key, None).await?;
        let (size, bytes) = (content.size, content.stream.map_err(std::io::Error::other).boxed());
        self.imap()?.append_from(&name, &[Flag::Seen], size, bytes).await?;
        self.later(Chore::Refresh(sent));
        Ok(())
    }

    /// The copies of a message in Drafts, where there is such a mailbox.
    pub(super) async fn drafts_of(&mut self, message_id: &str) -> Result<Vec<MessageKey>, Error> {
        let Some(node) = self.tree.of_role(Role::Drafts) else { return Ok(Vec::new()) };
        let mailbox = node.shown.id.clone();
        let uid_validity = self.select(&mailbox).await?.uid_validity;
        let uids = self.imap()?.with_message_id(message_id).await?;
        let account = self.facts.id.clone();
        let key = |uid| MessageKey {
            account: account.clone(),
            mailbox: mailbox.clone(),
            uid_validity: UidValidity(uid_validity),
            uid: Uid(uid),
        };
        Ok(uids.into_iter().map(key).collect())
    }

    /// The Sent mailbox, made where there is none.
    async fn sent_mailbox(&mut self) -> Result<MailboxId, Error> {
        if let Some(node) = self.tree.of_role(Role::Sent) {
            return Ok(node.shown.id.clone());
        }
        self.create_for(Role::Sent, SENT).await
    }
}
