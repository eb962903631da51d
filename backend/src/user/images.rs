//! Whose remote images the user wants to see, and what a message says of its own.

use postern_shared::card::CardContent;
use postern_shared::insight::Insight;
use postern_shared::message::{Message, MessageKey, RemoteContent, RemoteImages};
use postern_shared::trust::Standing;

use super::{Error, User};
use crate::account::{self, Account};
use crate::db::images;
use crate::mime::html::Sanitised;

/// A message's body and what its user decided about its sender.
pub struct Body {
    /// Made safe.
    pub content: Sanitised,
    /// The sender's remote images are wanted.
    pub images_wanted: bool,
}

/// The sender as it is written down; one that anybody could pretend to be is none.
fn sender_of(message: &Message) -> Option<String> {
    let Standing::Confirmed(_) = Insight::decode(&message.insight).trust.standing else {
        return None;
    };
    match message.summary.envelope.from.as_slice() {
        [only] if only.email.contains('@') => Some(only.email.to_lowercase()),
        _ => None,
    }
}

/// Whether a card is what people send each other, not a report by a server.
fn is_of_person(content: &CardContent) -> bool {
    !matches!(
        content,
        CardContent::Delivery(_) | CardContent::Disposition(_) | CardContent::Abuse(_)
    )
}

impl User {
    /// Says whose remote images are shown.
    ///
    /// # Errors
    /// `Invalid` for a sender that is no address; the database's.
    pub async fn allow_images(&self, sender: Option<String>, allowed: bool) -> Result<(), Error> {
        let sender = sender.unwrap_or_default().to_lowercase();
        if !sender.is_empty() && (!sender.contains('@') || sender.len() > 320) {
            return Err(Error::Invalid("the sender is no address"));
        }
        let written = images::set(&self.db, self.id, &sender, allowed).await;
        Ok(written.map_err(account::Error::from)?)
    }

    /// Whose remote images are shown; the empty sender stands for everybody.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_image_senders(&self) -> Result<Vec<String>, Error> {
        Ok(images::list(&self.db, self.id).await.map_err(account::Error::from)?)
    }

    /// A message's body, made safe; its text read in `charset`, where one is named.
    ///
    /// # Errors
    /// As for `open_message`.
    pub async fn body(&self, key: &MessageKey, charset: Option<&str>) -> Result<Body, Error> {
        let (content, message) = self.account(&key.account)?.body(key, charset).await?;
        let images_wanted =
            !content.remote.is_empty() && self.images_of(&message).await? == RemoteImages::Shown;
        Ok(Body { content, images_wanted })
    }

    /// What a message wants from elsewhere.
    ///
    /// # Errors
    /// As for `open_message`.
    pub async fn remote_content(&self, key: &MessageKey) -> Result<RemoteContent, Error> {
        let (_, message) = self.account(&key.account)?.body(key, None).await?;
        let images = self.images_of(&message).await?;
        Ok(RemoteContent { images, ..Insight::decode(&message.insight).remote })
    }

    /// The message as this user is told of it: with what becomes of its remote images, and whether
    /// its sender is new here.
    pub(super) async fn informed(&self, mut message: Message) -> Message {
        let mut insight = Insight::decode(&message.insight);
        insight.first_contact = self.is_first_contact(&message, &insight).await;
        if insight.first_contact {
            message.insight = insight.encode();
        }
        if insight.receipt.is_some() && !self.is_asked(&message, &insight).await {
            insight.receipt = None;
            message.insight = insight.encode();
        }
        if insight.remote.count > 0 {
            let images = self.images_of(&message).await;
            insight.remote.images = images.unwrap_or_else(|error| {
                tracing::error!(%error, "whose images are shown could not be read");
                RemoteImages::Blocked
            });
            message.insight = insight.encode();
        }
        message
    }

    /// Whether it is certain that the user never had to do with the sender. Lists and reports are
    /// from nobody in particular, and what is not certain is not said.
    async fn is_first_contact(&self, message: &Message, insight: &Insight) -> bool {
        let [from] = message.summary.envelope.from.as_slice() else { return false };
        let own = |account: &Account| {
            let mut identities = account.facts().identities.confirmed();
            identities.any(|identity| identity.from.same_mailbox(from))
        };
        let mine = self.roster.all().iter().any(own);
        let report = insight.cards.iter().any(|card| !is_of_person(&card.content));
        if mine || report || insight.list.is_some() || !from.email.contains('@') {
            return false;
        }
        self.views.is_stranger(&from.email).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether a sender is new could not be looked up");
            false
        })
    }

    /// What becomes of the remote images of a message.
    async fn images_of(&self, message: &Message) -> Result<RemoteImages, Error> {
        if !self.shows_images {
            return Ok(RemoteImages::Off);
        }
        let sender = sender_of(message).unwrap_or_else(|| "-".to_owned());
        let allowed = images::allows(&self.db, self.id, &sender).await;
        Ok(match allowed.map_err(account::Error::from)? {
            true => RemoteImages::Shown,
            false => RemoteImages::Blocked,
        })
    }
}
