//! The text of one part, in the charset that it is written in.

use postern_shared::message::MessageKey;

use super::Account;
use super::error::Error;
use super::open::blocking;
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
        let (part, bytes, _) = self.encoded(key, section, body::TEXT_LIMIT).await?;
        blocking(move || {
            let text = parse::text_of(&part, &bytes).0;
            (part, text)
        })
        .await
    }
}
