//! Signing in and out, and adding accounts: the JSON of `/api/session` and `/api/account`.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;

/// The body of `POST /api/session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The address, as typed.
    pub address: String,
    /// The password.
    pub password: String,
    /// Whether to stay signed in on this device.
    pub keep: bool,
}

/// The answer to `GET` and `POST /api/session` while signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The address of the sign-in account.
    pub address: String,
    /// Whether the session outlives the browser.
    pub keep: bool,
}

/// The body of `POST /api/account`: adds an account to whoever is signed in, or gives one that is
/// there already another password. Failures are those of a sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddAccount {
    /// The address, as typed.
    pub address: String,
    /// The password, or what the provider gives out in its place.
    pub password: String,
}

/// The answer to `POST /api/account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAdded {
    /// The account.
    pub account: AccountId,
}
