//! What can go wrong, as codes and parameters; sentences are made in the locales.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What went wrong; names from RFC 5530 where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The mail server refused the credentials.
    AuthenticationFailed,
    /// There is no session, or it has ended.
    NotSignedIn,
    /// The server cannot be reached or does not answer.
    Unavailable,
    /// The server's certificate is not trusted.
    UntrustedCertificate,
    /// No provider is configured for the address.
    UnknownProvider,
    /// The thing does not exist, or no longer.
    NonExistent,
    /// A thing of that name exists already.
    AlreadyExists,
    /// The user may not do this.
    NoPermission,
    /// The mailbox or the user's space is full.
    OverQuota,
    /// A limit was reached: too many, too large, or too often.
    Limit,
    /// The mail server refused the command.
    Refused,
    /// The mail server answered something that could not be understood.
    Garbled,
    /// The mail server cannot do this.
    Unsupported,
    /// What was asked for is not well-formed.
    Invalid,
    /// The request came from another site.
    ForbiddenOrigin,
    /// Page and bridge speak different protocol versions.
    VersionMismatch,
    /// The call was cancelled.
    Cancelled,
    /// A defect of the bridge, or its disk.
    Internal,
    /// Only the header of the message is here, and the rest is no longer at its server.
    Incomplete,
}

/// Characters of a mail server's own words that travel.
pub const MOST_WORDS: usize = 1000;

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{code:?}: {text}")]
pub struct CallError {
    /// What went wrong.
    pub code: ErrorCode,
    /// The mail server's own words, where it said any; shown as a quotation, never as ours.
    pub text: String,
    /// Seconds after which another attempt makes sense; 0 where that is not known.
    pub retry_after: u32,
    /// Where in what the user typed, in characters from its start; none where that is not the cause.
    pub position: Option<u32>,
}

impl CallError {
    /// An error without further words.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self { code, text: String::new(), retry_after: 0, position: None }
    }

    /// The same error with the mail server's words, the first [`MOST_WORDS`] characters of them.
    #[must_use]
    pub fn with_text(mut self, text: impl AsRef<str>) -> Self {
        self.text = text.as_ref().chars().take(MOST_WORDS).collect();
        self
    }

    /// The same error with the time to wait, in seconds.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = seconds;
        self
    }

    /// The same error with the place in what the user typed, in characters.
    #[must_use]
    pub fn with_position(mut self, position: u32) -> Self {
        self.position = Some(position);
        self
    }
}

impl From<ErrorCode> for CallError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}
