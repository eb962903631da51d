//! An account: one set of server credentials that a user added.

use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::identity::Identity;

/// An account's id: stable for as long as the account exists, safe in a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub String);

/// How an account receives mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// IMAP (RFC 9051, RFC 3501): the mail stays on the server.
    Imap,
    /// POP3 (RFC 1939): the mail is collected into local mailboxes.
    Pop3,
}

/// What the page shows of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The address that it was added with.
    pub address: String,
    /// How it receives mail.
    pub protocol: Protocol,
    /// Whether its server answers.
    pub state: AccountState,
    /// What mail may be sent as; the first is the default.
    pub identities: Vec<Identity>,
    /// What the user calls it; empty: its address.
    pub name: String,
    /// Which of the page's colours marks it, 1 to [`COLOURS`]; 0 is none.
    pub colour: u8,
    /// Added beside the account of the sign-in: it can be removed.
    pub added: bool,
}

impl Account {
    /// What people are shown of it: its name, or its address.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.address } else { &self.name }
    }
}

/// How many colours there are for accounts.
pub const COLOURS: u8 = 8;
/// Characters that the name of an account may have.
pub const MOST_NAME: usize = 60;
/// Accounts that one user may have.
pub const MOST_ACCOUNTS: usize = 20;

/// Whether an account's server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountState {
    /// A connection is being opened for the first time.
    Connecting,
    /// The server answers.
    Online,
    /// The server does not answer; the bridge keeps trying.
    Offline {
        /// Why the last attempt failed.
        code: ErrorCode,
        /// Milliseconds until the next attempt.
        retry_in_ms: u32,
    },
    /// The server refused the credentials: they are not tried again by themselves.
    NeedsSignIn,
}
