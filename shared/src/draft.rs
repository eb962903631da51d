//! An unsent message, as the composer holds it.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::address::Address;
use crate::message::MessageKey;
use crate::upload::UploadId;

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
    /// The same text as HTML, where it was written as such; `text` then stands beside it.
    ///
    /// It may come from whoever wrote a stored draft: only the editor's frame takes it.
    #[serde(default)]
    pub html: Option<String>,
    /// Files that travel along, in their order.
    #[serde(default)]
    pub attachments: Vec<Enclosed>,
    /// What is seldom changed.
    #[serde(default)]
    pub options: DraftOptions,
}

/// A file that travels with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosed {
    /// Its file name.
    pub name: String,
    /// Its `type/subtype`.
    pub content_type: String,
    /// Its bytes, as far as that is known.
    pub size: u64,
    /// Where its bytes are.
    pub source: Source,
    /// The Content-ID, without angle brackets, by which `html` shows it in place; else it is shown
    /// as a file.
    pub content_id: Option<String>,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// At the bridge, uploaded.
    Upload(UploadId),
    /// In a message of the same account: the part of this section, or `source` for all of it.
    Part(MessageKey, String),
}

/// What is seldom changed in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DraftOptions {
    /// The Message-ID with angle brackets, from the first save on; empty: the bridge makes one.
    pub message_id: String,
    /// The Reply-To header, where replies go elsewhere.
    pub reply_to: Vec<Address>,
    /// The sender's zone, in minutes east of UTC.
    pub zone_minutes: i32,
    /// The reader's program is asked to say that it was read (RFC 8098); it may decline.
    pub ask_read: bool,
    /// The servers are asked to say that it was delivered (RFC 3461).
    pub ask_delivered: bool,
    /// The copy in Drafts that this is the next version of, as far as the page knows.
    #[serde(default)]
    pub stored: Option<MessageKey>,
}

/// How a draft relates to an earlier message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// It stands alone.
    New,
    /// It answers `original`: its References are carried on and it becomes `\Answered`.
    Reply {
        /// The message answered; of uid 0 where it is not here, or nobody knows where.
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
