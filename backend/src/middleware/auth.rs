//! Who is asking: the session that a request's cookie stands for.

use crate::AppState;
use crate::error::Failure;
use crate::session::Session;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use postern_shared::error::{CallError, ErrorCode};

/// A signed-in request; without a session it is answered 401. `Option<SignedIn>` asks softly.
pub struct SignedIn(pub Session);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        find(parts, state).await?.ok_or_else(|| ErrorCode::NotSignedIn.into())
    }
}

impl OptionalFromRequestParts<AppState> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Option<Self>, Failure> {
        find(parts, state).await
    }
}

async fn find(parts: &Parts, state: &AppState) -> Result<Option<SignedIn>, Failure> {
    let Some(token) = state.cookie.find(&parts.headers) else { return Ok(None) };
    match state.sessions.authenticate(&token).await {
        Ok(session) => Ok(session.map(SignedIn)),
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            Err(CallError::from(&error).into())
        }
    }
}
