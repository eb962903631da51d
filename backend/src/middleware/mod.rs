//! What happens to every request before and after its handler.

pub mod auth;
mod client;
pub mod csp;
mod headers;
mod origin;
mod request_log;

use crate::AppState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;

pub use client::ClientIp;
pub use origin::expected_origin;

/// Largest body of a request, for routes that do not set their own.
const BODY_LIMIT: usize = 64 * 1024;

/// Wraps the routes below the base path; the last layer sees a request first.
pub fn wrap(state: &AppState, routes: Router) -> Router {
    routes
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(state.clone(), origin::check))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn_with_state(state.clone(), client::identify))
        .layer(from_fn_with_state(state.clone(), request_log::log))
}
