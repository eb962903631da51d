//! `/api/discover`: where the servers of an address are, asked before anybody signs in.

use crate::AppState;
use crate::error::Failure;
use crate::middleware::ClientIp;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Json, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::server::Discover;

/// 200 and what was found, which may be nothing; the limits are those of signing in.
pub(super) async fn discover(
    State(state): State<AppState>,
    Extension(ClientIp(client)): Extension<ClientIp>,
    body: Result<Json<Discover>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(Discover { address }) = body.map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let found = state.sessions.discover(&address, client).await;
    let found = found.map_err(|error| CallError::from(&error))?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(found)).into_response())
}
