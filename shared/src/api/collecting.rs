//! Calls about collecting maildrops. Refused with `Unsupported` for accounts that have none.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;
use crate::collecting::Policy;

/// Asks how the collection of an account goes; what changes comes as `CollectingChanged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadCollecting {
    /// The account.
    pub account: AccountId,
}

/// Begins a round now, unless one is on its way or the server's LOGIN-DELAY is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectNow {
    /// The account.
    pub account: AccountId,
}

/// Stops the round that is on its way, and begins none until `CollectNow`. What came stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopCollecting {
    /// The account.
    pub account: AccountId,
}

/// Sets how an account is collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPolicy {
    /// The action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// The policy.
    pub policy: Policy,
}
