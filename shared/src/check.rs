//! What a test of an account's servers found: the JSON of `POST /api/check` and of `postern check`.

use serde::{Deserialize, Serialize};

use crate::error::CallError;

/// The answer to `POST /api/check`, whose body is an [`crate::session::AddAccount`]: nothing is
/// added. A sign-in is tried only where there is a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Nothing failed.
    pub good: bool,
    /// Each server that was tried.
    pub servers: Vec<ServerChecked>,
}

/// What was found of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerChecked {
    /// What it is to speak.
    pub protocol: Spoken,
    /// `host:port`; empty where the administrator configured it and a user asks.
    pub endpoint: String,
    /// What was tried, in its order, up to the first that failed.
    pub steps: Vec<Step>,
    /// What it offers.
    pub capabilities: Vec<String>,
    /// Whether its messages have ids that last; only of a POP3 server that was signed in to.
    pub uidl: Option<bool>,
    /// How long it wants to be left alone between two sign-ins, in seconds; POP3.
    pub login_delay: Option<u32>,
}

/// The protocol of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spoken {
    /// RFC 9051, RFC 3501.
    Imap,
    /// RFC 1939.
    Pop3,
    /// Submission, RFC 6409.
    Smtp,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// What was seen, in words of the protocol: an address, a version, a greeting.
    pub seen: String,
    /// Why it failed; none: it did not.
    pub error: Option<CallError>,
}

/// What is tried of a server, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Its name has an address; not told of servers that a user named.
    Resolve,
    /// Somebody listens there.
    Connect,
    /// The connection is protected, and the certificate vouched for.
    Tls,
    /// It speaks its protocol.
    Greeting,
    /// It says what it offers.
    Capabilities,
    /// It takes the password.
    SignIn,
    /// Its messages have ids that last (POP3).
    Uidl,
}
