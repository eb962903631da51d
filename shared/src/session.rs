//! Signing in and out: the JSON of `/api/session`.

use serde::{Deserialize, Serialize};

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
