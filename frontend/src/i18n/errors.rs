//! What each error code says on screen.

use super::{Key, text, text_count, text_with};
use postern_shared::error::{CallError, ErrorCode};

/// A sentence for a failed call: with the time to wait where it is known, and with the mail
/// server's own words where it said any.
pub fn error_text(error: &CallError) -> String {
    let sentence = match error {
        CallError { code: ErrorCode::Limit, retry_after: 1.., .. } => {
            text_count(Key::ErrorLimitWait, error.retry_after.into(), &[])
        }
        _ => text(key(error.code)),
    };
    if error.text.is_empty() {
        return sentence;
    }
    text_with(Key::ErrorQuoted, &[("sentence", &sentence), ("text", &error.text)])
}

fn key(code: ErrorCode) -> Key {
    match code {
        ErrorCode::AuthenticationFailed => Key::ErrorAuthenticationFailed,
        ErrorCode::NotSignedIn => Key::ErrorNotSignedIn,
        ErrorCode::Unavailable => Key::ErrorUnavailable,
        ErrorCode::UntrustedCertificate => Key::ErrorUntrustedCertificate,
        ErrorCode::UnknownProvider => Key::ErrorUnknownProvider,
        ErrorCode::NonExistent => Key::ErrorNonExistent,
        ErrorCode::AlreadyExists => Key::ErrorAlreadyExists,
        ErrorCode::NoPermission => Key::ErrorNoPermission,
        ErrorCode::OverQuota => Key::ErrorOverQuota,
        ErrorCode::Limit => Key::ErrorLimit,
        ErrorCode::Refused => Key::ErrorRefused,
        ErrorCode::Garbled => Key::ErrorGarbled,
        ErrorCode::Unsupported => Key::ErrorUnsupported,
        ErrorCode::Invalid => Key::ErrorInvalid,
        ErrorCode::ForbiddenOrigin => Key::ErrorForbiddenOrigin,
        ErrorCode::VersionMismatch => Key::ErrorVersionMismatch,
        ErrorCode::Cancelled => Key::ErrorCancelled,
        ErrorCode::Internal => Key::ErrorInternal,
        ErrorCode::Incomplete => Key::ErrorIncomplete,
    }
}
