//! The ENVELOPE of a message (RFC 9051 §7.5.2), decoded to Unicode.

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// The headers that a list and a reply need.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Envelope {
    /// The Date header, in seconds since 1970 UTC; none where it is absent or unreadable.
    pub sent_at: Option<i64>,
    /// The Subject header.
    pub subject: String,
    /// The From header.
    pub from: Vec<Address>,
    /// The Sender header where it differs from From, otherwise empty.
    pub sender: Vec<Address>,
    /// The Reply-To header where it differs from From, otherwise empty.
    pub reply_to: Vec<Address>,
    /// The To header.
    pub to: Vec<Address>,
    /// The Cc header.
    pub cc: Vec<Address>,
    /// The Bcc header.
    pub bcc: Vec<Address>,
    /// The In-Reply-To header, as written.
    pub in_reply_to: String,
    /// The Message-ID header with its angle brackets; empty where there is none.
    pub message_id: String,
}
