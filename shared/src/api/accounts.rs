//! Calls about accounts.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;

/// Asks for all accounts of the user, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListAccounts;

/// Asks to connect an offline account now instead of at its next attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryAccount {
    /// The account.
    pub account: AccountId,
}

/// Sets how an account is shown: the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditAccount {
    /// The action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// What the user calls it, at most [`MOST_NAME`](crate::account::MOST_NAME) characters; empty:
    /// its address.
    pub name: String,
    /// Its colour, 1 to [`COLOURS`](crate::account::COLOURS); 0 is none.
    pub colour: u8,
}

/// Forgets an account that was added: its mail stays at its server. Refused with `Refused` while
/// the outbox holds mail of it, with `NoPermission` for the account of the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveAccount {
    /// The action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
}

/// Sets the order of the accounts. Those that are not named come last, as they stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAccounts {
    /// The action.
    pub action: ActionId,
    /// The accounts, the first one first.
    pub accounts: Vec<AccountId>,
}
