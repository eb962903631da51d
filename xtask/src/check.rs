//! `cargo xtask check`: everything that reads the code and runs nothing of it.

use anyhow::{Result, ensure};

use crate::install::{self, Need};
use crate::process;
use crate::timing::Timing;
use crate::workspace::Workspace;

/// xtask apart from the rest: built together, cargo would compile what both use a second time,
/// with the features of both.
pub const WORKSPACE: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// The verb.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "check takes no arguments");
    let mut timing = Timing::default();
    parts(workspace, &mut timing);
    timing.part("tidy", || tidy(workspace));
    timing.finish()
}

/// Formatting, lints for both targets, documentation.
pub fn parts(workspace: &Workspace, timing: &mut Timing) {
    timing.part("fmt", || process::run(&mut workspace.cargo(["fmt", "--all", "--check"])));
    timing.part("clippy", || {
        clippy(workspace, &WORKSPACE, &["--all-targets"])?;
        clippy(workspace, &["--package", "xtask"], &["--all-targets"])
    });
    timing.part("clippy wasm32", || {
        install::all(workspace, &[Need::Wasm])?;
        let packages = ["--package", "postern-frontend", "--package", "postern-shared"];
        clippy(workspace, &packages, &["--target", "wasm32-unknown-unknown"])
    });
    timing.part("doc", || {
        let mut command = workspace.cargo(["doc", "--no-deps"]);
        process::run(command.args(WORKSPACE).env("RUSTDOCFLAGS", "-Dwarnings"))
    });
}

/// The rules of the house that no other tool knows.
pub fn tidy(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo(["test"]);
    process::run(command.args(WORKSPACE).args(["--test", "tidy"]))
}

fn clippy(workspace: &Workspace, packages: &[&str], targets: &[&str]) -> Result<()> {
    let mut command = workspace.cargo(["clippy", "--quiet"]);
    process::run(command.args(packages).args(targets).args(["--", "-Dwarnings"]))
}
