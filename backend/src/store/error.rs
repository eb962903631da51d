//! Why a message store did not do as asked: variants by what the caller can do (RFC 5530).

use std::error::Error as StdError;

/// Which word the server refused with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The command was understood and not done.
    No,
    /// The command was not understood.
    Bad,
}

/// A failed verb. After `Lost`, `TimedOut` and `Limit` the connection is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The credentials were refused: do not try them again.
    #[error("the server refused the sign-in")]
    AuthenticationFailed {
        /// The server's own words.
        text: String,
    },
    /// The server refused; nothing was done.
    #[error("the server refused the command")]
    Refused {
        /// NO or BAD.
        refusal: Refusal,
        /// The response code, without its brackets.
        code: Option<String>,
        /// The server's own words.
        text: String,
    },
    /// No such mailbox or message.
    #[error("no such mailbox or message")]
    NonExistent,
    /// A mailbox of this name is there already.
    #[error("the mailbox exists already")]
    AlreadyExists,
    /// The user's quota is used up.
    #[error("over quota")]
    OverQuota,
    /// The server takes no more connections for this user: wait, or use fewer.
    #[error("too many connections")]
    TooManyConnections {
        /// The server's own words.
        text: String,
    },
    /// The server sent more than is allowed of what is named.
    #[error("the server exceeded the limit of {0}")]
    Limit(&'static str),
    /// The server completed the command, but its answer could not be read.
    #[error("the server's answer could not be read: {0}")]
    Garbled(&'static str),
    /// The connection is gone; the command may or may not have been done.
    #[error("the connection was lost")]
    Lost(#[source] Box<dyn StdError + Send + Sync>),
    /// The server did not answer in time; the connection is given up.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The server does not offer what is named.
    #[error("the server does not offer {0}")]
    Unsupported(&'static str),
    /// Our own disk or database failed; nothing was done.
    #[error("local mail cannot be read or written")]
    Storage(#[source] Box<dyn StdError + Send + Sync>),
    /// Of the message only the header is here; whoever delivered it by this name can fetch the rest.
    #[error("only the header of the message is here")]
    Incomplete {
        /// What its deliverer knows it by.
        name: String,
    },
    /// Of the message only the header is here, and the rest is not to be had any more.
    #[error("the rest of this message is no longer at the server")]
    RestGone,
    /// The caller's argument cannot be sent: control characters, an impossible section or flag.
    #[error("an argument cannot be sent: {0}")]
    Invalid(&'static str),
}

impl Error {
    /// Whether the server refused with this response code (RFC 5530).
    #[must_use]
    pub fn has_code(&self, wanted: &str) -> bool {
        let Self::Refused { code: Some(code), .. } = self else { return false };
        code.split(' ').next().is_some_and(|code| code.eq_ignore_ascii_case(wanted))
    }

    /// Whether another try over a new connection may succeed.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::TimedOut | Self::Limit(_))
    }
}
