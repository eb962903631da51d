//! The folder that `cargo xtask build` writes. Only what its build.json lists is served.

use super::file::{File, Filling};
use super::is_template;
use bytes::Bytes;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The list of files; itself served too, for reloading while developing.
const LIST: &str = "build.json";

pub(super) struct Disk {
    path: PathBuf,
    filling: Filling,
}

#[derive(Deserialize)]
struct List {
    build: String,
    assets: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(rename = "type")]
    content_type: String,
    hashed: bool,
}

impl Disk {
    pub(super) fn new(path: &Path, filling: Filling) -> Self {
        Self { path: path.to_path_buf(), filling }
    }

    /// The build hash; none where nothing was built.
    pub(super) fn build(&self) -> Option<String> {
        self.list().map(|list| list.build)
    }

    fn list(&self) -> Option<List> {
        serde_json::from_slice(&std::fs::read(self.path.join(LIST)).ok()?).ok()
    }

    pub(super) fn read(&self, path: &str) -> Option<File> {
        let listed = self.list()?.assets.into_iter().find(|entry| entry.path == path);
        let entry = listed.or_else(|| {
            let content_type = "application/json".to_owned();
            (path == LIST).then(|| Entry { path: LIST.into(), content_type, hashed: false })
        })?;
        let bytes = |suffix: &str| {
            std::fs::read(self.path.join(format!("{}{suffix}", entry.path))).ok().map(Bytes::from)
        };
        let file = File {
            raw: bytes("")?,
            br: bytes(".br"),
            gz: bytes(".gz"),
            content_type: entry.content_type,
            hashed: entry.hashed,
            tag: String::new(),
        };
        Some(if is_template(path) { file.rendered(&self.filling) } else { file }.tagged())
    }
}
