//! Fetching a picture from a stranger's web server (RFC 9110, RFC 9112), with nothing of the user.
//!
//! No cookie, no referrer, no name of the user goes out; what comes back is a raster picture by its
//! own first bytes, or nothing.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::header::{ACCEPT, CONTENT_LENGTH, LOCATION};
use hyper::{Request, Response, StatusCode, body::Incoming};
use url::Url;

use super::exchange::Web;
use super::public::Refused;

/// Larger pictures are not shown.
const BYTE_LIMIT: usize = 10 << 20;
/// How often an answer may point elsewhere.
const REDIRECTS: usize = 3;
/// The longest time from the first connection to the last byte.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A picture, as its bytes say.
#[derive(Debug)]
pub struct Picture {
    /// One of the raster types.
    pub content_type: &'static str,
    /// All of it.
    pub bytes: Bytes,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server may not be asked, or does not answer.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The server said no.
    #[error("the server answered {0}")]
    Status(StatusCode),
    /// It points elsewhere too often, or nowhere.
    #[error("redirected too often")]
    Redirected,
    /// It is no raster picture.
    #[error("not a picture")]
    NotAPicture,
    /// It is too large.
    #[error("too large")]
    TooLarge,
    /// It took too long.
    #[error("too slow")]
    TimedOut,
    /// It does not speak HTTP.
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Fetches a picture; every redirect is weighed like the first address.
///
/// # Errors
/// See [`FetchError`].
pub async fn fetch(url: &Url, web: &Web) -> Result<Picture, FetchError> {
    let work = follow(url.clone(), web);
    tokio::time::timeout(TIME_LIMIT, work).await.unwrap_or(Err(FetchError::TimedOut))
}

async fn follow(mut url: Url, web: &Web) -> Result<Picture, FetchError> {
    for _ in 0..=REDIRECTS {
        let response = get(&url, web).await?;
        if !response.status().is_redirection() {
            return read(response).await;
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        url = location
            .and_then(|location| url.join(location).ok())
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .ok_or(FetchError::Redirected)?;
    }
    Err(FetchError::Redirected)
}

async fn get(url: &Url, web: &Web) -> Result<Response<Incoming>, FetchError> {
    let request = Request::get("/")
        .header(ACCEPT, "image/avif,image/webp,image/png,image/jpeg,image/gif")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Refused::Address)?;
    web.send(url, request).await
}

async fn read(response: Response<Incoming>) -> Result<Picture, FetchError> {
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(response.status()));
    }
    let announced = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|value| value.parse::<usize>().ok()).is_some_and(|size| size > BYTE_LIMIT)
    {
        return Err(FetchError::TooLarge);
    }
    let mut body = response.into_body();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if bytes.len() + data.len() > BYTE_LIMIT {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&data);
        // What is no picture is known by its beginning; the rest is not waited for.
        if bytes.len() >= 16 && raster_type(&bytes).is_none() {
            return Err(FetchError::NotAPicture);
        }
    }
    let content_type = raster_type(&bytes).ok_or(FetchError::NotAPicture)?;
    Ok(Picture { content_type, bytes: bytes.freeze() })
}

/// The type of a raster picture by its first bytes; what a server says of it counts for nothing.
fn raster_type(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, magic: &[u8]| bytes.get(from..from + magic.len()) == Some(magic);
    match () {
        () if at(0, b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        () if at(0, b"\xff\xd8\xff") => Some("image/jpeg"),
        () if at(0, b"GIF87a") || at(0, b"GIF89a") => Some("image/gif"),
        () if at(0, b"RIFF") && at(8, b"WEBP") => Some("image/webp"),
        () if at(4, b"ftypavif") || at(4, b"ftypavis") => Some("image/avif"),
        () => None,
    }
}

#[cfg(test)]
mod tests;
