//! Everything that is reached by HTTP, below the base path.

mod account;
pub mod assets;
mod blob;
mod body;
mod discover;
mod export;
mod health;
mod link;
mod message;
pub mod remote;
mod session;
mod upload;

use crate::AppState;
use crate::middleware;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower::ServiceExt;

pub use health::metrics_router;

/// The whole HTTP side, base path and all.
pub fn router(state: AppState) -> Router {
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/session", get(session::who).post(session::sign_in).delete(session::sign_out))
        .route("/api/account", post(account::add))
        .route("/api/check", post(account::check))
        .route("/api/discover", post(discover::discover))
        .route("/ws", get(link::open))
        .route("/api/body/{token}", get(body::serve))
        .route("/api/body/{token}/{section}", get(body::serve_part))
        .route("/api/remote/{message}/{seal}/{address}", get(remote::serve))
        .route("/api/blob/{account}/{mailbox}/{numbers}/{section}", get(blob::serve))
        .route("/api/blob/{account}/{mailbox}/{numbers}/zip", get(blob::serve_all))
        .route("/api/export/{transfer}", get(export::serve))
        .route("/api/editor/{build}", get(assets::frames::editor))
        .route("/api/viewer/{build}", get(assets::frames::viewer))
        .route("/api/upload", post(upload::begin))
        .route("/api/upload/{id}/picture", get(blob::serve_upload))
        .route("/api/upload/{id}", get(upload::look).put(upload::add).delete(upload::end))
        // A path below api/ that no route took is no page.
        .route("/api/{*rest}", axum::routing::any(no_such_route))
        .fallback(assets::serve)
        .with_state(state.clone());
    below(&state, middleware::wrap(&state, routes))
}

async fn no_such_route() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Takes the base path off; what is not below it does not exist, except the probes.
fn below(state: &AppState, inner: Router) -> Router {
    let base = state.config.base_path().to_owned();
    if base == "/" {
        return inner;
    }
    Router::new().fallback(move |request: Request| {
        let (inner, base) = (inner.clone(), base.clone());
        async move { strip(&base, inner, request).await }
    })
}

async fn strip(base: &str, inner: Router, mut request: Request) -> Response {
    let path = request.uri().path();
    let stripped = match path.strip_prefix(base) {
        Some(rest) => format!("/{rest}"),
        None if matches!(path, "/healthz" | "/readyz") => path.to_owned(),
        None if path == "/" || path == base.trim_end_matches('/') => {
            return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, base)]).into_response();
        }
        None => return StatusCode::NOT_FOUND.into_response(),
    };
    let target = match request.uri().query() {
        Some(query) => format!("{stripped}?{query}"),
        None => stripped,
    };
    let Ok(uri) = target.parse::<Uri>() else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    match inner.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests;
