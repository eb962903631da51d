//! Calls about parts of messages.

use serde::{Deserialize, Serialize};

use crate::message::MessageKey;

/// Opens a part of a message that is shown in place of being saved: text, a page, a message, cards.
///
/// # Errors
/// `NonExistent` where the message or the part is gone; `Unsupported` for what is none of these;
/// `Limit` for a message that is too large to be opened inside another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPart {
    /// The message.
    pub key: MessageKey,
    /// The part; of a message inside, `2!1.3`.
    pub section: String,
}
