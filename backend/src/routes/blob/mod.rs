//! `/api/blob/{account}/{mailbox}/{uidvalidity}-{uid}/{section}`: a part of a message as bytes.
//!
//! Everything is a download except raster pictures, sound and film, which the page shows in place,
//! and a message's source as plain text: nothing that a browser could run is ever served inline
//! (RFC 6266 for the names). What can be counted beforehand can be asked for in ranges.

mod all;
mod range;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, future, stream};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::message::MessageKey;
use postern_shared::upload::UploadId;

use self::range::{Wanted, wanted};
use super::message;
use crate::AppState;
use crate::account::{Download, SOURCE};
use crate::error::Failure;
use crate::middleware::auth::SignedIn;
use crate::mime::attachment;
use crate::user;

pub(super) use all::serve as serve_all;

/// Streams a part, decoded; `?inline` for what the page shows in place and a message's source.
pub(super) async fn serve(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path((account, mailbox, numbers, section)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Failure> {
    let key =
        message::key(&account, &mailbox, &numbers).ok_or(Failure::from(ErrorCode::NonExistent))?;
    let etag = etag(&key, &section);
    let user = state.users.enter(&session);
    let download = user.download(key, &section).await.map_err(CallError::from)?;
    let inline = query.as_deref() == Some("inline");
    let show = match download.content_type.as_str() {
        _ if !inline => Show::Not,
        // A message's source is shown as the text that it is.
        _ if section == SOURCE => Show::Source,
        kind if kind.starts_with("image/") => Show::Picture,
        kind if attachment::is_playable(kind) => Show::Film,
        _ => Show::Not,
    };
    let wanted = match show {
        // It is looked at from its beginning.
        Show::Picture => Wanted::Whole,
        _ => wanted(&asked, &etag, download.size),
    };
    answer(&download, show, wanted, &etag).await
}

/// How a part is served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    /// As a file to be saved.
    Not,
    /// In place, if it is what it says.
    Picture,
    /// In place.
    Film,
    /// In place, as text.
    Source,
}

async fn answer(
    download: &Download,
    show: Show,
    wanted: Wanted,
    etag: &str,
) -> Result<Response, Failure> {
    let (range, status) = match wanted {
        Wanted::Whole => (None, StatusCode::OK),
        Wanted::Part(range) => (Some(range), StatusCode::PARTIAL_CONTENT),
        Wanted::Nothing => (Some(0..0), StatusCode::RANGE_NOT_SATISFIABLE),
    };
    let length = match &range {
        Some(range) => Some(range.end - range.start),
        None => download.size,
    };
    let slices = whole(download.bytes(range.clone()));
    let (content_type, inline, body) = match show {
        Show::Picture => picture(slices.map_err(user::Error::from)).await?,
        Show::Source => ("text/plain; charset=utf-8", true, Body::from_stream(slices)),
        Show::Film => (download.content_type.as_str(), true, Body::from_stream(slices)),
        Show::Not => (saved_type(&download.content_type), false, Body::from_stream(slices)),
    };
    let disposition = header(&disposition(inline, &download.name))?;
    let mut headers = headers(header(content_type)?, disposition);
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    if let Some(size) = download.size.filter(|_| show != Show::Picture) {
        headers.insert(ETAG, header(etag)?);
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let told = match range {
            Some(range) if range.is_empty() => Some(format!("bytes */{size}")),
            Some(range) => Some(format!("bytes {}-{}/{size}", range.start, range.end - 1)),
            None => None,
        };
        if let Some(told) = told {
            headers.insert(CONTENT_RANGE, header(&told)?);
        }
    }
    Ok((status, headers, body).into_response())
}

/// A picture that was uploaded for the text of a draft, shown in the editor again.
pub(super) async fn serve_upload(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = state.users.enter(&session);
    let (name, bytes) = user.uploaded_file(&UploadId(id)).await.map_err(CallError::from)?;
    let (content_type, inline, body) = picture(whole(bytes)).await?;
    let disposition = header(&disposition(inline, &name))?;
    Ok((headers(header(content_type)?, disposition), body).into_response())
}

/// A picture by its first bytes; what is none is not shown, whatever it says.
async fn picture(
    slices: impl Stream<Item = Result<Bytes, user::Error>> + Send + 'static,
) -> Result<(&'static str, bool, Body), Failure> {
    let mut slices = Box::pin(slices);
    let first = slices.try_next().await.map_err(CallError::from)?;
    let first = first.unwrap_or_default();
    let kind = attachment::raster(&first);
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(slices));
    Ok((kind.unwrap_or("application/octet-stream"), kind.is_some(), body))
}

/// Without slices that hold nothing: an encoder has them while it waits for the rest of a group.
fn whole<E>(
    slices: impl Stream<Item = Result<Bytes, E>> + Send,
) -> impl Stream<Item = Result<Bytes, E>> + Send {
    slices.try_filter(|slice| future::ready(!slice.is_empty()))
}

/// The type of what is saved. What a browser might interpret keeps its name and loses its type.
fn saved_type(content_type: &str) -> &str {
    match content_type {
        "text/plain" => "text/plain; charset=utf-8",
        other if is_active(other) => "application/octet-stream",
        other => other,
    }
}

/// What every blob says of itself.
pub(super) fn headers(content_type: HeaderValue, disposition: HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, content_type),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ])
}

/// A message's bytes never change under its uid.
fn etag(key: &MessageKey, section: &str) -> String {
    format!("\"{}-{}-{section}\"", key.uid_validity.0, key.uid.0)
}

fn is_active(content_type: &str) -> bool {
    ["html", "xml", "svg", "script", "pdf"].iter().any(|word| content_type.contains(word))
}

pub(super) fn header(value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::try_from(value).map_err(|_| Failure::from(ErrorCode::Internal))
}

/// Content-Disposition with an ASCII name for old programs and the true one (RFC 6266, RFC 8187).
pub(super) fn disposition(inline: bool, name: &str) -> String {
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
            assert_eq!(saved_type(active), "application/octet-stream", "{active}");
        }
        assert_eq!(saved_type("image/png"), "image/png");
    }

    #[tokio::test]
    async fn a_picture_is_one_by_its_bytes() {
        let kind = async |bytes: &'static [u8]| {
            let slices = stream::iter([Ok::<_, user::Error>(Bytes::from_static(bytes))]);
            let (kind, inline, body) = picture(slices).await.unwrap();
            assert_eq!(axum::body::to_bytes(body, 99).await.unwrap(), bytes);
            (kind, inline)
        };
        assert_eq!(kind(b"GIF89a..").await, ("image/gif", true));
        assert_eq!(kind(b"BM......").await, ("image/bmp", true));
        assert_eq!(kind(b"<svg onload=x>").await, ("application/octet-stream", false));
    }
}
