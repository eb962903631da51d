//! An identity that mail is sent as (RFC 8621 §6).

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// From name and address, where replies go, and the signature.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The From header.
    pub from: Address,
    /// The Reply-To header, where it differs.
    pub reply_to: Option<Address>,
    /// Plain-text signature, without the `-- ` line; empty for none.
    pub signature: String,
}
