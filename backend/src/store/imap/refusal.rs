//! The server's refusals and the wire's failures as errors of the store (RFC 5530).

use super::wire::{Condition, Failure, Status};
use crate::store::{Error, Refusal};

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Limit(what) => Self::Limit(what),
            Failure::Closed | Failure::Io(_) => Self::Lost(Box::new(failure)),
        }
    }
}

/// The error of a command whose tagged status is not OK.
pub(super) fn refused(status: &Status) -> Error {
    let text = status.text.clone();
    let code = status.code.as_deref().and_then(|code| code.split(' ').next()).unwrap_or_default();
    if is_too_many(&text) {
        return Error::TooManyConnections { text };
    }
    match code.to_ascii_uppercase().as_str() {
        "NONEXISTENT" | "TRYCREATE" => Error::NonExistent,
        "ALREADYEXISTS" => Error::AlreadyExists,
        "OVERQUOTA" => Error::OverQuota,
        "" if says_nonexistent(&text) => Error::NonExistent,
        _ => {
            let refusal =
                if status.condition == Condition::Bad { Refusal::Bad } else { Refusal::No };
            Error::Refused { refusal, code: status.code.clone(), text }
        }
    }
}

/// Whether the server lost what lies behind it: Exchange says so and answers nothing else any more.
pub(super) fn is_cut_off(text: &str) -> bool {
    text.to_ascii_lowercase().contains("authenticated but not connected")
}

/// Dovecot's SELECT and others say it in words alone.
fn says_nonexistent(text: &str) -> bool {
    const WORDS: [&str; 4] =
        ["doesn't exist", "does not exist", "no such mailbox", "unknown mailbox"];
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|words| text.contains(words))
}

/// The error of a refused LOGIN or AUTHENTICATE.
pub(super) fn sign_in_refused(status: &Status) -> Error {
    // These say that the credentials were not even looked at.
    const TEMPORARY: [&str; 4] = ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"];
    let temporary = TEMPORARY.iter().any(|code| status.code_arguments(code).is_some());
    match refused(status) {
        Error::Refused { refusal: Refusal::No, text, .. } if !temporary => {
            Error::AuthenticationFailed { text }
        }
        other => other,
    }
}

/// Whether the server's words mean that this user has too many connections.
pub(super) fn is_too_many(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let many = text.contains("too many") || text.contains("maximum number of");
    many && (text.contains("connection") || text.contains("simultaneous"))
}
