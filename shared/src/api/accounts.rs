//! Calls about accounts.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;

/// Asks for all accounts of the user, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListAccounts;

/// Asks to connect an offline account now instead of at its next attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryAccount {
    /// The account.
    pub account: AccountId,
}
