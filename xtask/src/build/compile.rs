//! Compiles the front-end for wasm32.

use std::env;
use std::path::PathBuf;

use anyhow::Result;

use super::Mode;
use crate::process;
use crate::workspace::Workspace;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Returns the path of cargo's wasm file.
pub fn wasm(workspace: &Workspace, mode: Mode) -> Result<PathBuf> {
    let folder = match mode {
        Mode::Page => "page",
        Mode::Dev => "debug",
    };
    let mut command =
        workspace.cargo(["rustc", "--package", "postern-frontend", "--target", TARGET]);
    command.args(["--profile", mode.name()]);
    match mode {
        Mode::Page => command.env("CARGO_ENCODED_RUSTFLAGS", flags().join("\x1f")),
        // Line tables make the module many times larger, and binding it as much slower; names of
        // functions are there without.
        Mode::Dev => command.env("CARGO_PROFILE_DEV_DEBUG", "0"),
    };
    // For the last step alone: what the splitter reads.
    command.args(["--", "-Clink-arg=--emit-relocs"]);
    process::run(&mut command)?;
    Ok(workspace.target.join(TARGET).join(folder).join("postern-frontend.wasm"))
}

/// `erase_components` makes Leptos compile each kind of view once and not once per place.
///
/// Panic messages name the source files of dependencies: without the prefix they would name the
/// builder's home, and the same sources would give another hash on each machine.
fn flags() -> [String; 3] {
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or(home).unwrap_or_default();
    let sources = home.join("registry/src");
    let prefix = format!("--remap-path-prefix={}=crates", sources.display());
    ["--cfg".into(), "erase_components".into(), prefix]
}
