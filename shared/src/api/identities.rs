//! Calls about identities; which there are stands in the account.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;
use crate::identity::{Identity, IdentityId};

/// Adds an identity, or changes one. An address that is new and that nobody has confirmed is sent
/// a code, unless the provider lets its users send as anybody.
///
/// `standing` is the bridge's to say. The address of the account itself stays what it is.
///
/// # Errors
/// `Invalid` (not an address, a control character), `Limit` (a signature, how many there are, codes
/// in an hour or a day), `NonExistent`, `Unsupported` where the account's servers would show the
/// code to its sender; as `SubmitMessage` where the code cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveIdentity {
    /// This action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// The identity.
    pub identity: Identity,
    /// Whether it is the first from now on: what new messages are sent as.
    pub first: bool,
    /// The language of the message with the code (BCP 47).
    pub language: String,
}

/// Removes an identity. Of the account's own address only what was changed about it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteIdentity {
    /// This action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// The identity.
    pub identity: IdentityId,
}

/// Shows that mail to an identity's address comes to the user.
///
/// # Errors
/// `Refused` where it is not the code; `Limit` after too many tries: a new one is needed then;
/// `NonExistent` where none is waited for; `Unsupported` where the sender could read it elsewhere;
/// `Unavailable` while that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmIdentity {
    /// This action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// The identity.
    pub identity: IdentityId,
    /// The code that was sent to its address.
    pub code: String,
}

/// Sends a new code to an identity that waits for one; an older one is void.
///
/// # Errors
/// As `SaveIdentity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCode {
    /// This action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// The identity.
    pub identity: IdentityId,
    /// The language of the message with the code (BCP 47).
    pub language: String,
}
