//! An unsent message, as the composer holds it.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::address::Address;
use crate::message::MessageKey;

/// Everything that the composer knows of a message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The account that sends it.
    pub account: AccountId,
    /// The From header; must be one of the account's identities unless the provider allows any.
    pub from: Address,
    /// The To header.
    pub to: Vec<Address>,
    /// The Cc header.
    pub cc: Vec<Address>,
    /// Gets the message without standing in it.
    pub bcc: Vec<Address>,
    /// The Subject header.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub text: String,
    /// What this message answers or passes on.
    pub origin: Origin,
}

/// How a draft relates to an earlier message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// It stands alone.
    New,
    /// It answers `original`: its References are carried on and it becomes `\Answered`.
    Reply {
        /// The message answered.
        original: MessageKey,
        /// The original's Message-ID with angle brackets; may be empty.
        message_id: String,
        /// The original's References, oldest first.
        references: Vec<String>,
    },
    /// It passes `original` on, with the attachments in `sections`; it becomes `$Forwarded`.
    Forward {
        /// The message passed on.
        original: MessageKey,
        /// The original's Message-ID with angle brackets; may be empty.
        message_id: String,
        /// The original's References, oldest first.
        references: Vec<String>,
        /// The attachments of the original that travel along.
        sections: Vec<String>,
    },
}
