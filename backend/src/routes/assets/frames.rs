//! `/api/editor/{build}` and `/api/viewer/{build}`: documents that run code apart from the page.
//!
//! Such a frame has an origin of its own that nobody shares, also where its address is opened by
//! itself: the sandbox stands in the header. It reaches no network; what it shows comes from the
//! page by messages. The build in the address only makes it new with every build.

use axum::extract::{Path, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::read;
use crate::AppState;
use crate::middleware::expected_origin;

/// Where documents of frames lie in the build: not to be had by that path.
pub(super) const DOCUMENTS: &str = "frames/";
/// Where their scripts and styles lie.
pub(super) const FILES: &str = "assets/frames/";

/// What a frame is for, and so what its policy lets it do.
#[derive(Clone, Copy)]
enum Frame {
    /// Writes rich text, also around what strangers wrote: any look, but pictures only from memory.
    Editor,
    /// Shows files by a library with a worker and compiled code.
    Viewer,
}

/// The editor of rich text.
pub(in crate::routes) async fn editor(
    State(state): State<AppState>,
    Path(build): Path<String>,
    headers: HeaderMap,
) -> Response {
    serve(state, Frame::Editor, &build, &headers).await
}

/// The viewer of files that need code to be shown.
pub(in crate::routes) async fn viewer(
    State(state): State<AppState>,
    Path(build): Path<String>,
    headers: HeaderMap,
) -> Response {
    serve(state, Frame::Viewer, &build, &headers).await
}

async fn serve(state: AppState, frame: Frame, build: &str, headers: &HeaderMap) -> Response {
    let origin = expected_origin(&state.config, headers).unwrap_or_default();
    let policy = policy(frame, &format!("{origin}{}{FILES}", state.config.base_path()));
    let path = match frame {
        Frame::Editor => "frames/editor.html",
        Frame::Viewer => "frames/viewer.html",
    };
    let is_this_build = state.assets.build() == build;
    let mut response = read(state, path.to_owned(), headers).await;
    let found = response.status() != StatusCode::NOT_FOUND;
    let out = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        out.insert(CONTENT_SECURITY_POLICY, policy);
    }
    // Kept, it opens without a network. One that a page of another build asks for is not.
    let lasts = is_this_build && found;
    let kept = if lasts { "private, max-age=31536000, immutable" } else { "no-store" };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}

/// Lets a frame load a file although its origin is another than ours: they hold nothing secret.
pub(super) fn open_to_frames(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("cross-origin"));
}

/// The policy of a frame whose own files lie below `files`.
fn policy(frame: Frame, files: &str) -> String {
    let allowed = match frame {
        Frame::Editor => format!("script-src {files}; img-src data: blob:"),
        Frame::Viewer => format!(
            "script-src {files} 'wasm-unsafe-eval'; worker-src {files} blob:; font-src data: blob:; \
             img-src data: blob:"
        ),
    };
    format!(
        "default-src 'none'; {allowed}; style-src {files} 'unsafe-inline'; connect-src 'none'; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-scripts"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_runs_our_files_alone_and_reaches_nobody() {
        let policy = policy(Frame::Editor, "https://mail.example.test/webmail/assets/frames/");
        assert_eq!(
            policy,
            "default-src 'none'; \
             script-src https://mail.example.test/webmail/assets/frames/; \
             img-src data: blob:; \
             style-src https://mail.example.test/webmail/assets/frames/ 'unsafe-inline'; \
             connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; \
             sandbox allow-scripts"
        );
    }

    #[test]
    fn no_frame_shares_an_origin_or_opens_a_connection() {
        for frame in [Frame::Editor, Frame::Viewer] {
            let policy = policy(frame, "http://localhost/assets/frames/");
            let sandbox = policy.rsplit("; ").next();
            assert_eq!(sandbox, Some("sandbox allow-scripts"));
            assert!(
                policy.contains("connect-src 'none'") && policy.starts_with("default-src 'none'")
            );
        }
    }
}
