//! The only map from our modules' errors to what the page is told.
//!
//! Whoever handles an error logs it; the page gets a code, the mail server's words and a time.

use crate::net::one_click::LeaveError;
use crate::net::public::Refused;
use crate::session::{SignInError, VerifyError};
use crate::submission::outbox;
use crate::{account, blob, db, net, store, user};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};
use std::borrow::Cow;
use std::time::Duration;

/// A failed HTTP request: status and JSON of a `CallError`.
#[derive(Debug)]
pub struct Failure(pub CallError);

impl<T: Into<CallError>> From<T> for Failure {
    fn from(error: T) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let retry_after = self.0.retry_after;
        let mut response = (status(self.0.code), Json(self.0)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if retry_after > 0 {
            response.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
        }
        response
    }
}

/// 401 only ever means "there is no session": the page then wipes what it keeps.
fn status(code: ErrorCode) -> StatusCode {
    use ErrorCode as C;
    match code {
        C::NotSignedIn => StatusCode::UNAUTHORIZED,
        C::AuthenticationFailed | C::NoPermission | C::ForbiddenOrigin => StatusCode::FORBIDDEN,
        C::NonExistent => StatusCode::NOT_FOUND,
        C::Incomplete => StatusCode::GONE,
        C::AlreadyExists => StatusCode::CONFLICT,
        C::Limit => StatusCode::TOO_MANY_REQUESTS,
        C::OverQuota => StatusCode::INSUFFICIENT_STORAGE,
        C::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        C::UntrustedCertificate | C::Refused | C::Garbled => StatusCode::BAD_GATEWAY,
        C::UnknownProvider | C::Unsupported => StatusCode::UNPROCESSABLE_ENTITY,
        C::Invalid | C::VersionMismatch | C::Cancelled => StatusCode::BAD_REQUEST,
        C::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<&net::Error> for CallError {
    fn from(error: &net::Error) -> Self {
        match error {
            net::Error::Unreachable { .. } => ErrorCode::Unavailable.into(),
            net::Error::UntrustedCertificate { reason, .. } => {
                Self::new(ErrorCode::UntrustedCertificate).with_text(reason.to_string())
            }
            net::Error::Protocol { .. } => ErrorCode::Garbled.into(),
            net::Error::NotOffered(_) => ErrorCode::Unsupported.into(),
        }
    }
}

impl From<&db::Error> for CallError {
    fn from(error: &db::Error) -> Self {
        match error {
            db::Error::Sqlite(sqlx::Error::Database(error)) if error.code() == FULL => {
                ErrorCode::OverQuota.into()
            }
            _ => ErrorCode::Internal.into(),
        }
    }
}

impl From<&blob::Error> for CallError {
    fn from(error: &blob::Error) -> Self {
        match error {
            blob::Error::NonExistent => ErrorCode::NonExistent.into(),
            // What was to be stored comes from a mail server, or from a browser that has gone.
            blob::Error::Source(_) => ErrorCode::Unavailable.into(),
            blob::Error::Store(error) if is_full(error) => ErrorCode::OverQuota.into(),
            blob::Error::Store(_) => ErrorCode::Internal.into(),
        }
    }
}

impl From<&SignInError> for CallError {
    fn from(error: &SignInError) -> Self {
        match error {
            SignInError::Invalid => ErrorCode::Invalid.into(),
            SignInError::NoPermission => ErrorCode::NoPermission.into(),
            SignInError::UnknownProvider => ErrorCode::UnknownProvider.into(),
            SignInError::Limited(wait) => {
                Self::new(ErrorCode::Limit).with_retry_after(seconds(*wait))
            }
            SignInError::Verify(VerifyError::Refused(text)) => {
                Self::new(ErrorCode::AuthenticationFailed).with_text(text)
            }
            SignInError::Verify(VerifyError::Net(error)) => error.into(),
            SignInError::Verify(VerifyError::Unavailable(text) | VerifyError::Busy(text)) => {
                Self::new(ErrorCode::Unavailable).with_text(text)
            }
            SignInError::Verify(VerifyError::Garbled(_)) => ErrorCode::Garbled.into(),
            SignInError::Database(error) => error.into(),
        }
    }
}

impl From<&store::Error> for CallError {
    fn from(error: &store::Error) -> Self {
        match error {
            store::Error::AuthenticationFailed { text } => {
                Self::new(ErrorCode::AuthenticationFailed).with_text(text.clone())
            }
            store::Error::Refused { code, text, .. } => {
                Self::new(refusal(code.as_deref())).with_text(text.clone())
            }
            store::Error::NonExistent => ErrorCode::NonExistent.into(),
            store::Error::AlreadyExists => ErrorCode::AlreadyExists.into(),
            store::Error::OverQuota => ErrorCode::OverQuota.into(),
            store::Error::TooManyConnections { text } => {
                Self::new(ErrorCode::Limit).with_text(text.clone())
            }
            // More than we take in is, for the user, an answer that cannot be understood.
            store::Error::Garbled(_) | store::Error::Limit(_) => ErrorCode::Garbled.into(),
            store::Error::Lost(_) | store::Error::TimedOut | store::Error::Incomplete { .. } => {
                ErrorCode::Unavailable.into()
            }
            store::Error::RestGone => ErrorCode::Incomplete.into(),
            store::Error::Unsupported(_) => ErrorCode::Unsupported.into(),
            store::Error::Invalid(_) => ErrorCode::Invalid.into(),
            store::Error::Storage(_) => ErrorCode::Internal.into(),
        }
    }
}

impl From<&store::index::Error> for CallError {
    fn from(error: &store::index::Error) -> Self {
        match error {
            // Thrown away while it was looked at: asked again, it is being filled again.
            store::index::Error::Unknown | store::index::Error::Damaged => {
                ErrorCode::Unavailable.into()
            }
            store::index::Error::Full => ErrorCode::Limit.into(),
            store::index::Error::Sqlite(_) => ErrorCode::Internal.into(),
        }
    }
}

impl From<&account::Error> for CallError {
    fn from(error: &account::Error) -> Self {
        match error {
            account::Error::Store(error) => error.into(),
            account::Error::Net(error) => error.into(),
            account::Error::Index(error) => error.into(),
            account::Error::Offline { code, retry_after }
            | account::Error::Rest { code, retry_after } => {
                Self::new(*code).with_retry_after(*retry_after)
            }
            account::Error::NeedsSignIn => ErrorCode::AuthenticationFailed.into(),
            account::Error::NonExistent => ErrorCode::NonExistent.into(),
            account::Error::Limit(_) => ErrorCode::Limit.into(),
            account::Error::Invalid(_) => ErrorCode::Invalid.into(),
            account::Error::Halfway | account::Error::Stopped => ErrorCode::Unavailable.into(),
            account::Error::ReadOnly => ErrorCode::NoPermission.into(),
            account::Error::FlagNotKept => ErrorCode::Unsupported.into(),
            account::Error::Db(error) => error.into(),
            account::Error::Blob(error) => error.into(),
            account::Error::Panicked => ErrorCode::Internal.into(),
        }
    }
}

impl From<user::Error> for CallError {
    fn from(error: user::Error) -> Self {
        match error {
            user::Error::Account(error) => (&error).into(),
            user::Error::NonExistent => ErrorCode::NonExistent.into(),
            user::Error::Invalid(_) | user::Error::Draft(_) => ErrorCode::Invalid.into(),
            user::Error::Query(error) => {
                Self::new(ErrorCode::Invalid).with_position(error.position)
            }
            user::Error::NoPermission => ErrorCode::NoPermission.into(),
            user::Error::WrongCode => ErrorCode::Refused.into(),
            user::Error::Unprovable | user::Error::Unsupported => ErrorCode::Unsupported.into(),
            user::Error::NotYet => ErrorCode::Unavailable.into(),
            user::Error::Limit(_) => ErrorCode::Limit.into(),
            user::Error::Outbox(error) => (&error).into(),
            user::Error::List(error) => (&error).into(),
            user::Error::Db(error) => (&error).into(),
            user::Error::Blob(error) => (&error).into(),
        }
    }
}

impl From<&LeaveError> for CallError {
    fn from(error: &LeaveError) -> Self {
        Self::from(match error {
            LeaveError::Refused(Refused::Address | Refused::NotPublic) => ErrorCode::NoPermission,
            LeaveError::Refused(Refused::Name | Refused::Net(_)) | LeaveError::TimedOut => {
                ErrorCode::Unavailable
            }
            LeaveError::Status(_) => ErrorCode::Refused,
            LeaveError::Http(_) => ErrorCode::Garbled,
        })
    }
}

impl From<&outbox::Error> for CallError {
    fn from(error: &outbox::Error) -> Self {
        match error {
            outbox::Error::TooManyRecipients(_)
            | outbox::Error::TooLarge(_)
            | outbox::Error::TooOften(_) => ErrorCode::Limit.into(),
            outbox::Error::NonExistent => ErrorCode::NonExistent.into(),
            outbox::Error::Busy => ErrorCode::Refused.into(),
            outbox::Error::NoDraft => ErrorCode::Unsupported.into(),
            outbox::Error::Db(error) => error.into(),
            outbox::Error::Blob(error) => error.into(),
            outbox::Error::Unreadable(_) => ErrorCode::Internal.into(),
        }
    }
}

/// SQLite's code for a disk without space.
const FULL: Option<Cow<'static, str>> = Some(Cow::Borrowed("13"));

/// Whether a disk without space, or a quota, is behind an error.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind;
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
        || error.source().is_some_and(is_full)
}

/// What a mail server's response code means for the user (RFC 5530 §3).
fn refusal(code: Option<&str>) -> ErrorCode {
    match code.map(str::to_ascii_uppercase).as_deref() {
        Some("NOPERM" | "READ-ONLY") => ErrorCode::NoPermission,
        Some("UNAVAILABLE" | "INUSE") => ErrorCode::Unavailable,
        Some("LIMIT") => ErrorCode::Limit,
        Some("CANNOT") => ErrorCode::Unsupported,
        _ => ErrorCode::Refused,
    }
}

/// Whole seconds, rounded up: nobody is told to come back too early.
fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}
