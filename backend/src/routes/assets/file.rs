//! One file ready to be sent, in every form there is.

use super::accept::Encoding;
use crate::config::Access;
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::Write;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// Browsers fetch an icon anew with every address that the page shows, unless it may be kept.
const A_DAY: &str = "public, max-age=86400";

/// What the page finds in its own document stands before this.
const BEFORE: &str = "<meta name=\"base-path\"";

/// What the bridge writes into documents.
#[derive(Clone)]
pub struct Filling {
    base_path: String,
    /// A whole element.
    access: String,
}

impl Filling {
    /// The base path, and what users may do.
    #[must_use]
    pub fn new(base_path: &str, access: &Access) -> Self {
        let words = [(access.custom_servers, "custom-servers"), (access.discovery, "discovery")];
        let words: Vec<&str> = words.into_iter().filter(|(may, _)| *may).map(|it| it.1).collect();
        let access = format!("<meta name=\"postern-access\" content=\"{}\">", words.join(" "));
        Self { base_path: base_path.to_owned(), access }
    }
}

#[derive(Clone)]
pub(super) struct File {
    pub(super) content_type: String,
    pub(super) hashed: bool,
    pub(super) raw: Bytes,
    pub(super) br: Option<Bytes>,
    pub(super) gz: Option<Bytes>,
    /// Hash of the content, without quotes.
    pub(super) tag: String,
}

impl File {
    /// Fills in what the page is told, and compresses what came out.
    pub(super) fn rendered(mut self, filling: &Filling) -> Self {
        let text = String::from_utf8_lossy(&self.raw)
            .replace(BEFORE, &format!("{}{BEFORE}", filling.access))
            .replace("{{base}}", &filling.base_path);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        self.gz =
            gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish()).ok().map(Bytes::from);
        self.br = None;
        self.raw = text.into();
        self
    }

    pub(super) fn tagged(mut self) -> Self {
        let hash = Sha256::digest(&self.raw);
        self.tag = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self
    }

    fn chosen(&self, headers: &HeaderMap) -> (Option<Encoding>, Bytes) {
        let accepted = headers
            .get(ACCEPT_ENCODING)
            .and_then(|header| header.to_str().ok())
            .unwrap_or_default();
        let forms = [(Encoding::Brotli, &self.br), (Encoding::Gzip, &self.gz)];
        let packed = forms.into_iter().find_map(|(encoding, bytes)| {
            let bytes = bytes.as_ref().filter(|_| encoding.is_accepted(accepted))?;
            Some((Some(encoding), bytes.clone()))
        });
        packed.unwrap_or_else(|| (None, self.raw.clone()))
    }

    fn kept(&self) -> &'static str {
        match self.hashed {
            true => FOR_EVER,
            false if self.content_type.starts_with("image/") => A_DAY,
            false => ASK_AGAIN,
        }
    }

    pub(super) fn into_response(self, headers: &HeaderMap) -> Response {
        let (encoding, bytes) = self.chosen(headers);
        let tag = format!("\"{}-{}\"", self.tag, encoding.map_or("raw", Encoding::name));
        let known =
            headers.get(IF_NONE_MATCH).and_then(|header| header.to_str().ok()).unwrap_or_default();
        let is_known = known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
        let mut response = match is_known {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => bytes.into_response(),
        };
        let out = response.headers_mut();
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
        out.insert(CACHE_CONTROL, HeaderValue::from_static(self.kept()));
        let tag = HeaderValue::try_from(tag).expect("hex digits and fixed text");
        out.insert(ETAG, tag);
        if is_known {
            out.remove(CONTENT_TYPE);
            return response;
        }
        if let Ok(content_type) = HeaderValue::try_from(self.content_type) {
            out.insert(CONTENT_TYPE, content_type);
        }
        if let Some(encoding) = encoding {
            out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        response
    }
}
