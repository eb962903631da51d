//! Whether dist/ was made of the sources as they are.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Mode;
use crate::workspace::Workspace;

/// What the page is made of; xtask too, because it does the making.
const PAGE: &[&str] =
    &["frontend", "shared", "public", "xtask/src", "Cargo.lock", "package-lock.json"];

/// Says whether dist/ holds `mode`'s result for the sources as they are now.
pub fn is_fresh(workspace: &Workspace, mode: Mode) -> bool {
    let Ok(text) = fs::read_to_string(workspace.dist().join("build.json")) else { return false };
    let Ok(build) = serde_json::from_str::<Value>(&text) else { return false };
    build["mode"] == mode.name() && build["sources"] == stamp(&workspace.root)
}

/// Stands for the sources' state: taken before a build, so that a change during it is not missed.
pub fn stamp(root: &Path) -> String {
    let newest = newest(root, PAGE).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    newest.map_or_else(String::new, |time| time.as_nanos().to_string())
}

/// The latest change below any of `paths`, folders' own times (a file went away) included.
pub fn newest(root: &Path, paths: &[&str]) -> Option<SystemTime> {
    let mut newest = None;
    for path in paths {
        // What vanishes while we look is seen at the next look.
        let _ = walk(&root.join(path), &mut |file| {
            newest = newest.max(file.metadata().and_then(|metadata| metadata.modified()).ok());
        });
    }
    newest
}

/// Calls `visit` for `path` and everything below it.
pub fn walk(path: &Path, visit: &mut impl FnMut(&Path)) -> Result<()> {
    visit(path);
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
            walk(&entry?.path(), visit)?;
        }
    }
    Ok(())
}
