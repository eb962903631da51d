//! Signing in and out, and adding accounts: the JSON of `/api/session` and `/api/account`.

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Protocol};
use crate::server::Servers;

/// The body of `POST /api/session` for whoever is content with the configured servers: the page's
/// first part knows no more.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The address, as typed.
    pub address: String,
    /// The password.
    pub password: String,
    /// Whether to stay signed in on this device.
    pub keep: bool,
}

/// The body of `POST /api/session` in full.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInWith {
    /// Address, password, and how long.
    #[serde(flatten)]
    pub sign_in: SignIn,
    /// What to receive with, where the provider has both; none: its best.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// The servers, where somebody typed them in or took what was found; none: the provider's.
    #[serde(default)]
    pub servers: Option<Servers>,
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
    /// What to receive with, where the provider has both; none: its best.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// The servers, where somebody typed them in or took what was found; none: the provider's.
    #[serde(default)]
    pub servers: Option<Servers>,
}

/// The answer to `POST /api/account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAdded {
    /// The account.
    pub account: AccountId,
}
