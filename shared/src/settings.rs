//! What the administrator's configuration means for the page.

use serde::{Deserialize, Serialize};

/// Limits and permissions that the page must know before it offers something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest message that may be sent, in bytes.
    pub message_bytes: u64,
    /// Most recipients of one message.
    pub recipients: u32,
    /// Largest file that may be attached, in bytes.
    pub upload_bytes: u64,
    /// Seconds during which a submission can be taken back.
    pub undo_seconds: u32,
}
