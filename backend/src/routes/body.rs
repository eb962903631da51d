//! `/api/body/{token}`: a message's body, made safe, for a sandboxed frame.
//!
//! The document has a policy of its own and may not run anything, whatever the sanitiser let
//! through; the sandbox stands in the header too, so that a copied address is no way around it.

use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, X_DNS_PREFETCH_CONTROL,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};
use serde::Deserialize;

use super::message::key_of_token;
use crate::AppState;
use crate::error::Failure;
use crate::middleware::{auth::SignedIn, expected_origin};
use crate::mime::document::{Theme, content_security_policy, document};
use crate::mime::html::Remote;

/// How the body is to look.
#[derive(Debug, Deserialize)]
pub(super) struct Look {
    /// `dark` for light text on dark where the mail sets no colours of its own.
    #[serde(default)]
    theme: String,
}

/// Serves a body. The same session that opened the message may ask, and no other.
pub(super) async fn serve(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path(token): Path<String>,
    Query(look): Query<Look>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // A body with its remote pictures, for once, is another body.
    let (token, asked) = match token.strip_suffix(".images") {
        Some(token) => (token, true),
        None => (token.as_str(), false),
    };
    let (key, charset) = key_of_token(token).ok_or(Failure::from(ErrorCode::NonExistent))?;
    let user = state.users.enter(&session);
    let body = user.body(&key, charset.as_deref()).await.map_err(CallError::from)?;
    let show = state.config.access.image_proxy && (body.images_wanted || asked);
    let picture = |remote: &Remote| show.then(|| state.pictures.address(&session, token, remote));
    let html = document(&body.content, Theme::from_name(&look.theme), &picture);
    framed(&state, &headers, html)
}

/// Serves the body of a page or a message inside a message: never with remote pictures.
pub(super) async fn serve_part(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path((token, section)): Path<(String, String)>,
    Query(look): Query<Look>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (key, _) = key_of_token(&token).ok_or(Failure::from(ErrorCode::NonExistent))?;
    let user = state.users.enter(&session);
    let content = user.part_body(&key, &section).await.map_err(CallError::from)?;
    let html = document(&content, Theme::from_name(&look.theme), &|_| None);
    framed(&state, &headers, html)
}

/// A document for a sandboxed frame, with the policy of its own.
fn framed(state: &AppState, headers: &HeaderMap, html: String) -> Result<Response, Failure> {
    let origin = expected_origin(&state.config, headers).unwrap_or_default();
    let base = format!("{origin}{}api", state.config.base_path());
    let images = format!("{base}/blob/ {base}/remote/");
    let policy = HeaderValue::try_from(content_security_policy(&images))
        .map_err(|_| Failure::from(ErrorCode::Invalid))?;
    let fixed: [(HeaderName, HeaderValue); 4] = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (X_DNS_PREFETCH_CONTROL, HeaderValue::from_static("off")),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((fixed, html).into_response())
}
