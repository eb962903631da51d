//! Requests that change something, and links, come from our own page or not at all.

use crate::AppState;
use crate::config::{Config, PublicUrl, host_of, is_loopback};
use crate::error::Failure;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use postern_shared::error::ErrorCode;

const LOOPBACK_ONLY: &str = "Postern serves only this machine until public_url is set.\n";

/// Refuses foreign hosts (where `public_url` is unset) and foreign origins.
pub(super) async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_probe = matches!(path, "/healthz" | "/readyz");
    let Some(expected) = expected_origin(&state.config, request.headers()) else {
        return match is_probe {
            true => next.run(request).await,
            false => (StatusCode::MISDIRECTED_REQUEST, LOOPBACK_ONLY).into_response(),
        };
    };
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.as_bytes());
    if (!is_safe || path == "/ws") && origin != Some(expected.as_bytes()) {
        return Failure::from(ErrorCode::ForbiddenOrigin).into_response();
    }
    next.run(request).await
}

/// The origin of our page; none where the request's host is not one to be served.
#[must_use]
pub fn expected_origin(config: &Config, headers: &HeaderMap) -> Option<String> {
    if let Some(url) = &config.public_url {
        return Some(PublicUrl::origin(url).to_owned());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?.to_ascii_lowercase();
    let host_is_ours = host_of(&host).is_some_and(is_loopback);
    host_is_ours.then(|| format!("http://{}", host.strip_suffix(":80").unwrap_or(&host)))
}
