//! `cargo xtask bench NAME`: release builds of the benchmarks in tests/bench.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::build::{self, Mode};
use crate::check::WORKSPACE;
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// The verb: `page` needs a browser, mail servers and the page; `fidelity` a browser, `link`, `imap`
/// and `transfer` mail servers, `mime`, `local` and `collect` nothing.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let (name, rest) = args
        .split_first()
        .context("which benchmark? page, link, imap, mime, fidelity, local, collect, transfer")?;
    if ["link", "imap", "transfer"].contains(&name.as_str()) {
        install::all(workspace, &[Need::MailServers])?;
    }
    if name == "fidelity" {
        install::all(workspace, &[Need::Browser, Need::Npm])?;
    }
    if name == "page" {
        install::all(workspace, &[Need::Browser, Need::MailServers, Need::Npm])?;
        build::when_changed(workspace, Mode::Page)?;
    }
    let bench = format!("bench-{name}");
    let mut command = workspace.cargo(["build", "--release"]);
    process::run(
        command.args(WORKSPACE).args(["--bin", "postern", "--bin", "stage", "--bin", &bench]),
    )?;
    let built = workspace.target.join("release");
    let mut command = Command::new(built.join(bench));
    process::run(command.args(rest).env("POSTERN_BIN", built.join("postern")))
}
