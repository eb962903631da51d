//! A transfer under way: what it counts, where that is kept, and why it ends.

use std::time::Duration;

use futures_util::future::BoxFuture;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::transfer::Stage;
use tokio_util::sync::CancellationToken;

use crate::bundle::messages;
use crate::clock::Clock;
use crate::db;
use crate::db::transfers::TransferState;
use crate::user::Error;
use crate::{account, blob};

/// Who keeps how far a transfer is, and tells it.
pub(super) trait Log: Send + Sync {
    /// Makes it durable.
    fn keep<'a>(&'a mut self, state: &'a TransferState) -> BoxFuture<'a, Result<(), db::Error>>;

    /// Tells it, a few times a second; `at_once`: now.
    fn tell(&mut self, state: &TransferState, at_once: bool);
}

/// How long an account that is gone is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Until it is back.
    Endless,
    /// For so long.
    Within(Duration),
}

/// A transfer under way.
pub(super) struct Course {
    pub(super) state: TransferState,
    pub(super) clock: Clock,
    /// Ends when it is to be stopped.
    pub(super) stop: CancellationToken,
    pub(super) patience: Patience,
    log: Box<dyn Log>,
}

/// Why a transfer ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum End {
    /// Somebody stopped it.
    #[error("it was stopped")]
    Stopped,
    /// Nobody takes the file any longer, or the account is gone with its user.
    #[error("nobody is there for it any longer")]
    Left,
    /// The file to bring in is there no longer.
    #[error("the file is there no longer")]
    NoFile,
    /// The file cannot be read to its end.
    #[error(transparent)]
    File(messages::Error),
    /// The account, or what lies here.
    #[error(transparent)]
    Failed(Error),
}

impl Course {
    pub(super) fn new(
        state: TransferState,
        (clock, stop): (Clock, CancellationToken),
        patience: Patience,
        log: Box<dyn Log>,
    ) -> Self {
        Self { state, clock, stop, patience, log }
    }

    /// From now on in this stage: durable, and told at once.
    pub(super) async fn enter(&mut self, stage: Stage) -> Result<(), db::Error> {
        let is_news = super::stage_of(&self.state.stage) != stage;
        if is_news {
            self.state.stage = super::written(stage);
        }
        self.log.keep(&self.state).await?;
        self.log.tell(&self.state, is_news);
        Ok(())
    }

    /// Tells how it goes.
    pub(super) fn tell(&mut self) {
        self.log.tell(&self.state, false);
    }
}

impl End {
    /// What the user is told.
    pub(super) fn code(self) -> ErrorCode {
        use crate::bundle::zip::Error::TooMany;
        match self {
            Self::Stopped | Self::Left => ErrorCode::Cancelled,
            Self::NoFile => ErrorCode::NonExistent,
            Self::File(messages::Error::Bomb | messages::Error::Zip(TooMany)) => ErrorCode::Limit,
            Self::File(messages::Error::Unknown | messages::Error::Zip(_)) => ErrorCode::Invalid,
            Self::File(messages::Error::Io(_)) => ErrorCode::Internal,
            Self::Failed(error) => CallError::from(error).code,
        }
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<account::Error> for End {
    fn from(error: account::Error) -> Self {
        match error {
            account::Error::Stopped => Self::Left,
            error => Self::Failed(error.into()),
        }
    }
}

impl From<blob::Error> for End {
    fn from(error: blob::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<db::Error> for End {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<std::io::Error> for End {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(Error::Blob(blob::Error::Source(error)))
    }
}

/// Whether the account is not there now.
pub(super) fn is_away(error: &account::Error) -> bool {
    use account::Error::{Limit, Net, Offline};
    matches!(error, Offline { .. } | Net(_) | Limit(_))
}
