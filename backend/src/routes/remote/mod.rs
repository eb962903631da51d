//! `/api/remote/{message}/{seal}/{address}`: a remote picture of a mail, fetched by the bridge.
//!
//! The body route writes these addresses for the session that looks, when the user wants to see
//! the pictures; nobody can make one up, use another's, or keep one for long.

mod budget;
mod seal;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};
use url::Url;

use crate::AppState;
use crate::clock::{self, Clock};
use crate::error::Failure;
use crate::middleware::auth::SignedIn;
use crate::mime::html::Remote;
use crate::net::exchange::Web;
use crate::net::picture::{self, FetchError};
use crate::session::Session;
use budget::Budget;
use seal::{Seals, Subject};

/// What fetching pictures needs.
pub struct Pictures {
    seals: Seals,
    budget: Budget,
    web: Web,
    clock: Clock,
}

impl Pictures {
    /// Seals are good until the bridge stops, and an hour at most.
    #[must_use]
    pub fn new(clock: &Clock, web: Web) -> Self {
        let (seals, budget) = (Seals::new(clock::random()), Budget::default());
        Self { seals, budget, web, clock: clock.clone() }
    }

    /// The address under which a picture of a message is served to a session, relative to the body's.
    pub(super) fn address(&self, session: &Session, message: &str, remote: &Remote) -> String {
        let subject = Subject { session: &session.id()[..], message, url: &remote.url };
        let seal = self.seals.seal(&subject, self.clock.unix_ms());
        format!("../remote/{message}/{seal}/{}", seal::hex(remote.url.as_bytes()))
    }
}

/// Serves a picture. The same session that was given the address may ask, and no other.
pub(super) async fn serve(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path((message, seal, address)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let unknown = || Failure::from(ErrorCode::NonExistent);
    if !state.config.access.image_proxy {
        return Err(unknown());
    }
    let pictures = &state.pictures;
    let url = seal::unhex(&address).and_then(|bytes| String::from_utf8(bytes).ok());
    let url = url.ok_or_else(unknown)?;
    let subject = Subject { session: &session.id()[..], message: &message, url: &url };
    let now = pictures.clock.unix_ms();
    if !pictures.seals.holds(&subject, &seal, now) {
        return Err(unknown());
    }
    let url = Url::parse(&url).map_err(|_| unknown())?;
    let _place = pictures.budget.enter(session.user().0, now).await.ok_or(limit())?;
    let picture = picture::fetch(&url, &pictures.web).await.map_err(failure)?;
    pictures.budget.spend(session.user().0, picture.bytes.len());
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(picture.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, Body::from(picture.bytes)).into_response())
}

fn limit() -> Failure {
    Failure(CallError::new(ErrorCode::Limit).with_retry_after(budget::PERIOD_SECONDS))
}

fn failure(error: FetchError) -> Failure {
    tracing::debug!(%error, "a picture could not be fetched");
    Failure::from(match error {
        FetchError::Refused(_) => ErrorCode::NoPermission,
        FetchError::TooLarge => ErrorCode::Limit,
        FetchError::TimedOut => ErrorCode::Unavailable,
        FetchError::Status(_) | FetchError::Redirected => ErrorCode::Refused,
        FetchError::NotAPicture | FetchError::Http(_) => ErrorCode::Garbled,
    })
}
