//! What can go wrong with an account, by what the caller can do about it.

use postern_shared::error::ErrorCode;
use thiserror::Error;

use super::throttle::asked_pause;
use crate::{blob, db, net, store};

/// Why an account's verb failed.
#[derive(Debug, Error)]
pub enum Error {
    /// The mail server said no, or could not be understood, or is gone.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The mail server cannot be reached.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// The index.
    #[error(transparent)]
    Index(#[from] store::index::Error),
    /// The last attempt to connect failed a moment ago.
    #[error("the mail server was not reachable a moment ago")]
    Offline {
        /// Why.
        code: ErrorCode,
        /// Seconds until the next attempt.
        retry_after: u32,
    },
    /// Of the message only the header is here, and the rest cannot be fetched now.
    #[error("the rest of the message could not be fetched")]
    Rest {
        /// Why.
        code: ErrorCode,
        /// Seconds until another attempt makes sense; 0 where that is not known.
        retry_after: u32,
    },
    /// The server refused the credentials earlier; they are not tried again.
    #[error("the account needs a new sign-in")]
    NeedsSignIn,
    /// No such mailbox or message, or no longer.
    #[error("it does not exist, or no longer")]
    NonExistent,
    /// More was asked for than is allowed.
    #[error("{0} past the limit")]
    Limit(&'static str),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(&'static str),
    /// The mailbox can only be read.
    #[error("the mailbox can only be read")]
    ReadOnly,
    /// The mailbox cannot keep a flag or keyword that was to be set.
    #[error("the mailbox cannot keep this flag")]
    FlagNotKept,
    /// Durable state.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// Durable bytes.
    #[error(transparent)]
    Blob(#[from] blob::Error),
    /// The connection was lost between two steps of which the first must not happen twice.
    #[error("the connection was lost halfway")]
    Halfway,
    /// The account has been stopped.
    #[error("the account is stopped")]
    Stopped,
    /// A defect of ours.
    #[error("the work on it panicked")]
    Panicked,
}

impl Error {
    /// Whether the connection is to blame, so that a new one may succeed.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_lost())
    }

    /// Whether the server refused the credentials, not the moment.
    pub(super) fn is_refused_sign_in(&self) -> bool {
        asked_pause(self).is_none()
            && matches!(
                self,
                Self::Store(store::Error::AuthenticationFailed { .. }) | Self::NeedsSignIn
            )
    }
}
