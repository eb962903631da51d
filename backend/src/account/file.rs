//! Filing a copy of what was sent.

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use postern_shared::api::messages::Urgency;
use postern_shared::flag::Flag;
use postern_shared::mailbox::{MailboxId, Role};

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
}

impl Account {
    /// Whether Sent holds a message of this Message-ID.
    ///
    /// # Errors
    /// The server's.
    pub async fn sent_holds(&self, message_id: String) -> Result<bool, Error> {
        self.ask(Urgency::Now, move |actor| {
            let message_id = message_id.clone();
            async move { actor.sent_holds(&message_id).await }.boxed()
        })
        .await
    }
}

impl Actor {
    async fn sent_holds(&mut self, message_id: &str) -> Result<bool, Error> {
        let Some(sent) = self.tree.of_role(Role::Sent).map(|node| node.shown.id.clone()) else {
            return Ok(false);
        };
        self.select(&sent).await?;
        Ok(!self.store()?.with_message_id(message_id).await?.is_empty())
    }

    async fn file_sent(
        &mut self,
        (blobs, key): (Blobs, BlobKey),
        message_id: &str,
    ) -> Result<(), Error> {
        let sent = self.sent_mailbox().await?;
        self.select(&sent).await?;
        if !self.store()?.with_message_id(message_id).await?.is_empty() {
            return Ok(());
        }
        let name = self.name(&sent)?;
        let content = blobs.get(&key, None).await?;
        let (size, bytes) = (content.size, content.stream.map_err(std::io::Error::other).boxed());
        self.store()?.append_from(&name, &[Flag::Seen], None, (size, bytes)).await?;
        self.later(Chore::Refresh(sent));
        Ok(())
    }

    /// The Sent mailbox, made where there is none.
    async fn sent_mailbox(&mut self) -> Result<MailboxId, Error> {
        if let Some(node) = self.tree.of_role(Role::Sent) {
            return Ok(node.shown.id.clone());
        }
        self.create_for(Role::Sent, SENT).await
    }
}
