//! The page: its files from inside the program, or from disk while developing.
//!
//! index.html is rendered with the base path; every path that the page understands gives it.
//! Hashed files are cached for ever, all others are asked for again each time (ETag, 304).

mod accept;
mod disk;
mod file;
pub(super) mod frames;

use crate::AppState;
use crate::config::Access;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use disk::Disk;
use file::File;
pub use file::Filling;
use std::collections::HashMap;
use std::path::Path;

/// One file of the page; `build.rs` writes the table of them.
pub struct Asset {
    /// Below the base path.
    pub path: &'static str,
    /// Complete, with charset where there is one.
    pub content_type: &'static str,
    /// The name holds the content's hash.
    pub hashed: bool,
    /// As it is.
    pub raw: &'static [u8],
    /// Brotli.
    pub br: Option<&'static [u8]>,
    /// Gzip.
    pub gz: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const INDEX: &str = "index.html";
const NOT_BUILT: &str = "The page is not built: run `cargo xtask build` and ask again.\n";

/// The files of the page.
pub struct Assets(Source);

enum Source {
    Embedded { build: &'static str, files: HashMap<&'static str, File> },
    Disk(Disk),
}

impl Assets {
    /// What this program was built with, rendered for `base_path` and what users may do.
    #[must_use]
    pub fn new(base_path: &str, access: &Access) -> Self {
        let filling = Filling::new(base_path, access);
        if let Some(folder) = DIST {
            return Self::from_disk(Path::new(folder), filling);
        }
        let render = |asset: &Asset| {
            let file = File {
                content_type: asset.content_type.to_owned(),
                hashed: asset.hashed,
                raw: Bytes::from_static(asset.raw),
                br: asset.br.map(Bytes::from_static),
                gz: asset.gz.map(Bytes::from_static),
                tag: String::new(),
            };
            let file = if is_template(asset.path) { file.rendered(&filling) } else { file };
            (asset.path, file.tagged())
        };
        Self(Source::Embedded { build: BUILD, files: ASSETS.iter().map(render).collect() })
    }

    /// A folder that `cargo xtask build` writes, read again for every request.
    #[must_use]
    pub fn from_disk(folder: &Path, filling: Filling) -> Self {
        Self(Source::Disk(Disk::new(folder, filling)))
    }

    /// The build hash of the page that is served now; empty where none was built.
    #[must_use]
    pub fn build(&self) -> String {
        match &self.0 {
            Source::Embedded { build, .. } => (*build).to_owned(),
            Source::Disk(disk) => disk.build().unwrap_or_default(),
        }
    }

    fn find(&self, path: &str) -> Found {
        let file = match &self.0 {
            Source::Embedded { files, .. } => files.get(path).cloned(),
            Source::Disk(disk) => match disk.build() {
                None if path == INDEX => return Found::NotBuilt,
                None => None,
                Some(_) => disk.read(path),
            },
        };
        file.map_or(Found::Nothing, Found::File)
    }
}

enum Found {
    File(File),
    Nothing,
    NotBuilt,
}

/// Answers whatever no other route took.
pub(super) async fn serve(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let wanted = if is_page(&path) { INDEX.to_owned() } else { path };
    // A frame's document has a policy of its own, which only its route gives.
    if wanted.starts_with(frames::DOCUMENTS) {
        return answer(Found::Nothing, request.headers());
    }
    let for_frames = wanted.starts_with(frames::FILES);
    let mut response = read(state, wanted, request.headers()).await;
    if for_frames {
        frames::open_to_frames(response.headers_mut());
    }
    response
}

/// One file, whoever asks.
async fn read(state: AppState, path: String, headers: &HeaderMap) -> Response {
    // From disk this reads files; embedded it is a look into a table.
    let found = tokio::task::spawn_blocking(move || state.assets.find(&path)).await;
    answer(found.unwrap_or(Found::Nothing), headers)
}

fn answer(found: Found, headers: &HeaderMap) -> Response {
    match found {
        Found::File(file) => file.into_response(headers),
        Found::NotBuilt => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
        Found::Nothing => (StatusCode::NOT_FOUND, "There is no such page.\n").into_response(),
    }
}

/// Whether a file holds `{{base}}`.
fn is_template(path: &str) -> bool {
    path.ends_with(".html")
}

/// Whether the page itself understands a path (see the table of paths in ARCHITECTURE.md).
fn is_page(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    match first {
        "" | "login" | "all" | "outbox" | "search" => path == first,
        "mail" | "compose" | "settings" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
