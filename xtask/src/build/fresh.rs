//! Whether dist/ is newer than everything it is made of.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Mode;
use crate::workspace::Workspace;

/// What the page is made of; xtask too, because it does the making.
pub const PAGE: &[&str] = &["frontend", "shared", "public", "xtask/src", "Cargo.lock"];

/// Says whether dist/ holds `mode`'s result for the sources as they are now.
pub fn is_fresh(workspace: &Workspace, mode: Mode) -> bool {
    let list = workspace.dist().join("build.json");
    let Ok(text) = fs::read_to_string(&list) else { return false };
    let Ok(Value::Object(build)) = serde_json::from_str(&text) else { return false };
    let built = list.metadata().and_then(|metadata| metadata.modified());
    build.get("mode").is_some_and(|name| name == mode.name())
        && built.is_ok_and(|built| newest(&workspace.root, PAGE).is_some_and(|last| last < built))
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
