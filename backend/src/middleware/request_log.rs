//! One line a request: what was asked, what came of it, how long it took. No ids, no tokens.

use crate::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

pub(super) async fn log(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = route_of(request.uri().path());
    let started = state.clock.elapsed();
    let response = next.run(request).await;
    let duration_ms =
        u64::try_from((state.clock.elapsed() - started).as_millis()).unwrap_or(u64::MAX);
    let status = response.status();
    match status.is_server_error() {
        true => tracing::warn!(%method, route, status = status.as_u16(), duration_ms, "request"),
        false => tracing::debug!(%method, route, status = status.as_u16(), duration_ms, "request"),
    }
    response
}

/// The fixed part of a path: what follows may be a token or name a mailbox.
fn route_of(path: &str) -> String {
    let mut segments = path.split('/').skip(1);
    match (segments.next(), segments.next()) {
        (Some("api"), Some(second)) => format!("/api/{second}"),
        (Some(first), None) => format!("/{first}"),
        (Some(first), Some(_)) => format!("/{first}/…"),
        (None, _) => "/".into(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_and_names_are_left_out() {
        let check = |path, expect| assert_eq!(super::route_of(path), expect);
        check("/", "/");
        check("/ws", "/ws");
        check("/api/session", "/api/session");
        check("/api/body/secret-token", "/api/body");
        check("/mail/account/mailbox/1-2", "/mail/…");
    }
}
