//! `/api/blob/{account}/{mailbox}/{uidvalidity}-{uid}/{section}`: a part of a message as bytes.
//!
//! Everything is a download except raster images that a body shows in place and a message's source
//! as plain text: nothing that a browser could run is ever served inline (RFC 6266 for the names).

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use axum::response::{IntoResponse, Response};
use postern_shared::error::{CallError, ErrorCode};

use super::message;
use crate::AppState;
use crate::account::SOURCE;
use crate::error::Failure;
use crate::middleware::auth::SignedIn;

/// Images that a body may show in place: pictures and nothing else.
const RASTER: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

/// Streams a part, decoded; `?inline` for the pictures of a body and for a message's source.
pub(super) async fn serve(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path((account, mailbox, numbers, section)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let key =
        message::key(&account, &mailbox, &numbers).ok_or(Failure::from(ErrorCode::NonExistent))?;
    let user = state.users.enter(&session);
    let download = user.download(key, &section).await.map_err(CallError::from)?;
    let raster = RASTER.contains(&download.content_type.as_str());
    let wanted = query.as_deref() == Some("inline");
    // A message's source is shown as the text that it is.
    let source = wanted && section == SOURCE;
    let inline = wanted && raster || source;
    let content_type = match download.content_type.as_str() {
        _ if source => "text/plain; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        _ if inline => download.content_type.as_str(),
        // What a browser might interpret keeps its name and loses its type.
        other if is_active(other) => "application/octet-stream",
        other => other,
    };
    let headers = [
        (CONTENT_TYPE, header(content_type)?),
        (CONTENT_DISPOSITION, header(&disposition(inline, &download.name))?),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, Body::from_stream(download.bytes)).into_response())
}

fn is_active(content_type: &str) -> bool {
    ["html", "xml", "svg", "script", "pdf"].iter().any(|word| content_type.contains(word))
}

fn header(value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::try_from(value).map_err(|_| Failure::from(ErrorCode::Internal))
}

/// Content-Disposition with an ASCII name for old programs and the true one (RFC 6266, RFC 8187).
fn disposition(inline: bool, name: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let plain = |c: char| c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '%');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let encode = |byte: u8| match unreserved(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let encoded: String = name.bytes().map(encode).collect();
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_script_survive_in_the_header() {
        assert_eq!(
            disposition(false, "报告 \"1\".pdf"),
            "attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%20%221%22.pdf"
        );
    }

    #[test]
    fn what_could_run_loses_its_type() {
        for active in ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"] {
            assert!(is_active(active), "{active}");
        }
        assert!(!is_active("image/png"));
    }
}
