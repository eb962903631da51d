//! Signing in and out, and whether somebody is signed in.

use leptos::prelude::*;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::session::{SignIn, SignedIn};

use crate::browser::fetch::{self, Answer};
use crate::browser::{history, storage};

/// Whether somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// Not asked yet, or no answer came.
    Unknown,
    /// Nobody.
    SignedOut,
    /// Somebody.
    SignedIn(SignedIn),
}

/// Kept on this device while signed in, so that a reload need not ask before it connects.
const MARK: &str = "signed-in";

/// The session, as views know it.
#[derive(Clone, Copy)]
pub struct Session {
    state: RwSignal<SessionState>,
    besides: StoredValue<String>,
}

impl Session {
    /// Not asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(SessionState::Unknown),
            besides: StoredValue::new(String::new()),
        }
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn state(self) -> Signal<SessionState> {
        self.state.into()
    }

    /// Whether this device was signed in when the page was last open.
    #[must_use]
    pub fn expected(self) -> bool {
        storage::get(MARK).is_some()
    }

    /// Asks the bridge who is signed in; without an answer nothing changes.
    pub async fn check(self) {
        if let Some(answer) = fetch::request("GET", &url(), None).await {
            match answer.status {
                200 => self.enter(&answer),
                401 => self.leave(),
                _ => {}
            }
        }
    }

    /// Signs in.
    ///
    /// # Errors
    /// `AuthenticationFailed`, `Unavailable`, `UntrustedCertificate`, `UnknownProvider`, `Limit`.
    pub async fn sign_in(self, with: &SignIn) -> Result<(), CallError> {
        let (address, password) = (fetch::quote(&with.address), fetch::quote(&with.password));
        let keep = if with.keep { "true" } else { "false" };
        let besides = self.besides.get_value();
        let json = ["{\"address\":", &address, ",\"password\":", &password, ",\"keep\":", keep];
        let json = [&json.concat(), &*besides, "}"].concat();
        let answer = fetch::request("POST", &url(), Some(&json)).await;
        let answer = answer.ok_or_else(|| CallError::new(ErrorCode::NotSignedIn))?;
        if answer.status == 200 {
            self.enter(&answer);
            return Ok(());
        }
        Err(failure(&answer))
    }

    /// What goes along with a sign-in, as more fields of its JSON: the servers that a later part
    /// of the page let somebody type in.
    pub fn go_along(self, fields: String) {
        self.besides.set_value(fields);
    }

    /// Signs out; the session ends here also where the bridge cannot be told.
    pub async fn sign_out(self) {
        fetch::request("DELETE", &url(), None).await;
        self.leave();
    }

    /// The session is over.
    pub fn leave(self) {
        storage::remove(MARK);
        self.state.set(SessionState::SignedOut);
    }

    fn enter(self, answer: &Answer) {
        storage::set(MARK, "1");
        let signed_in = SignedIn { address: answer.text("address"), keep: answer.flag("keep") };
        self.state.set(SessionState::SignedIn(signed_in));
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

fn url() -> String {
    history::base_path() + "api/session"
}

/// What an answer says went wrong.
pub(super) fn failure(answer: &Answer) -> CallError {
    let code = code(&answer.text("code")).unwrap_or(match answer.status {
        429 => ErrorCode::Limit,
        502..=504 => ErrorCode::Unavailable,
        _ => ErrorCode::Internal,
    });
    let retry_after = answer.number("retry_after") as u32;
    CallError { code, text: answer.text("text"), retry_after, position: None }
}

/// An error code by the name that it has in the bridge's JSON.
pub(super) fn code(name: &str) -> Option<ErrorCode> {
    // Not by `Debug`: it would bring the names of all codes along, and the formatting of texts.
    Some(match name {
        "AuthenticationFailed" => ErrorCode::AuthenticationFailed,
        "NotSignedIn" => ErrorCode::NotSignedIn,
        "Unavailable" => ErrorCode::Unavailable,
        "UntrustedCertificate" => ErrorCode::UntrustedCertificate,
        "UnknownProvider" => ErrorCode::UnknownProvider,
        "NoPermission" => ErrorCode::NoPermission,
        "Limit" => ErrorCode::Limit,
        "Refused" => ErrorCode::Refused,
        "Garbled" => ErrorCode::Garbled,
        "Invalid" => ErrorCode::Invalid,
        "AlreadyExists" => ErrorCode::AlreadyExists,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_by_their_wire_names() {
        assert_eq!(code("AuthenticationFailed"), Some(ErrorCode::AuthenticationFailed));
        assert_eq!(code("UntrustedCertificate"), Some(ErrorCode::UntrustedCertificate));
        assert_eq!(code("nonsense"), None);
    }
}
