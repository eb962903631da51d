//! A message opened again in another charset, and files that lie inside its parts.

use bytes::Bytes;
use postern_shared::api::messages::Urgency;
use postern_shared::message::{Message, MessageKey};

use super::Account;
use super::cache::Opened;
use super::error::Error;
use super::open::blocking;
use crate::mime::{Part, charset, embedded};

/// A container past this many bytes is not looked into.
const CONTAINER_LIMIT: u64 = 64 << 20;

impl Account {
    /// Opens a message with its text read in `name`; as it says itself where that is empty.
    ///
    /// # Errors
    /// As for `open_message`; `Invalid` where `name` is no charset's.
    pub async fn reread_message(&self, key: MessageKey, name: &str) -> Result<Message, Error> {
        let wanted = match name {
            "" => None,
            name => Some(charset::known(name).ok_or(Error::Invalid("no such charset"))?),
        };
        let opened = self.opened_as(&key, wanted.as_deref(), Urgency::Now).await?;
        let mut message = opened.message.clone();
        if let Some(flags) = self.0.cache.flags(&key) {
            message.summary.flags = flags;
        }
        Ok(message)
    }

    /// The bytes of a file inside a part: out of the message where it is held, else its container
    /// is fetched.
    pub(super) async fn embedded_bytes(
        &self,
        key: &MessageKey,
        opened: &Opened,
        part: &Part,
    ) -> Result<Bytes, Error> {
        if let Some(parsed) = &opened.parsed {
            return Ok(parsed.decoded(part));
        }
        let container = part.parent.and_then(|parent| opened.parts.get(parent));
        let container = container.ok_or(Error::NonExistent)?.clone();
        let bytes = self.part_bytes(key, &container.section, CONTAINER_LIMIT, Urgency::Now).await?;
        let section = part.section.clone();
        let found = blocking(move || {
            let files = embedded::files(0, &container, &bytes);
            files.into_iter().find(|file| file.part.section == section).map(|file| file.bytes)
        });
        found.await?.ok_or(Error::NonExistent)
    }
}
