//! What a draft takes from elsewhere: a message's text, and HTML that is pasted.

use postern_shared::api::messages::MAX_CLEANED;
use postern_shared::message::{MessageKey, Quote};

use super::{Error, User};
use crate::account;

impl User {
    /// A message's text for a reply or a forward.
    ///
    /// # Errors
    /// As for `open_message`.
    pub async fn quote_message(&self, key: MessageKey) -> Result<Quote, Error> {
        Ok(self.account(&key.account)?.quote_message(&key).await?)
    }

    /// HTML made safe for the editor.
    ///
    /// # Errors
    /// `Limit` past [`MAX_CLEANED`].
    pub async fn clean_html(&self, html: String) -> Result<String, Error> {
        if html.len() > MAX_CLEANED {
            return Err(Error::Limit("what is pasted"));
        }
        Ok(account::clean_html(html).await?)
    }
}
