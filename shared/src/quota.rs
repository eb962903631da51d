//! How much space a user has, and how much is taken (RFC 9208).

use serde::{Deserialize, Serialize};

/// A limit that a mail server sets on a user's mailboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// What it is set on, in the server's words; empty where there is only one.
    pub root: String,
    /// What is counted.
    pub resource: Resource,
    /// How much is taken: bytes, messages or mailboxes.
    pub used: u64,
    /// How much may be taken.
    pub limit: u64,
}

/// What a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resource {
    /// Bytes.
    Storage,
    /// Messages.
    Messages,
    /// Mailboxes.
    Mailboxes,
}
