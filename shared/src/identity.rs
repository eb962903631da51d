//! An identity that mail is sent as (RFC 8621 §6).

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// Most identities of an account.
pub const MAX_IDENTITIES: usize = 50;
/// Longest signature of either kind, in bytes.
pub const MAX_SIGNATURE: usize = 64 << 10;

/// An identity's id; empty for one that is new.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct IdentityId(pub String);

/// From name and address, where replies go, and the signature.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The From header.
    pub from: Address,
    /// The Reply-To header, where it differs.
    pub reply_to: Option<Address>,
    /// Whether a copy of what is sent goes to its own address.
    pub bcc_self: bool,
    /// Plain-text signature, without the `-- ` line; empty for none.
    pub signature: String,
    /// The same as HTML, made safe by the bridge; empty where only the text is.
    pub signature_html: String,
    /// Where an answer has it.
    pub placement: Placement,
    /// How it came about, and whether mail may be sent as it.
    pub standing: Standing,
}

/// Where an answer has the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Placement {
    /// Above what is quoted.
    #[default]
    Above,
    /// Below what is quoted.
    Below,
}

/// How an identity came about, and whether mail may be sent as it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Standing {
    /// The address that the account signs in with: always there.
    #[default]
    SignIn,
    /// Added by the user, who has shown that its mail comes to them, or need not.
    Confirmed,
    /// Added by the user: a code that was sent to it is waited for.
    Waiting,
}

impl Identity {
    /// Whether mail may be sent as it.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.standing != Standing::Waiting
    }
}
