//! The text of one part, in the charset that it is written in.

use postern_shared::api::messages::Urgency;
use postern_shared::message::MessageKey;

use super::Account;
use super::error::Error;
use crate::mime::{Part, body, parse};

impl Account {
    /// A part and its text; what is longer than a body may be is cut.
    ///
    /// # Errors
    /// `NonExistent` for a message or a part that is not there.
    pub async fn part_text(
        &self,
        key: &MessageKey,
        section: &str,
    ) -> Result<(Part, String), Error> {
        let opened = self.opened(key, Urgency::Now).await?;
        let found = opened.parts.iter().find(|part| part.section == section);
        let part = found.cloned().ok_or(Error::NonExistent)?;
        let bytes = match (&opened.parsed, part.embedded) {
            (Some(parsed), _) => parsed.encoded(&part),
            (None, Some(_)) => self.embedded_bytes(key, &opened, &part).await?,
            (None, None) => {
                let limit = body::TEXT_LIMIT as u64;
                self.part_bytes(key, section, limit, Urgency::Now).await?
            }
        };
        let bytes = bytes.slice(..bytes.len().min(body::TEXT_LIMIT));
        let read = move || {
            let text = parse::text_of(&part, &bytes).0;
            (part, text)
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| Error::Panicked)
    }
}
