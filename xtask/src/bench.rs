//! `cargo xtask bench NAME`: release builds of the benchmarks in tests/bench.

use anyhow::{Context as _, Result};

use crate::build::{self, Mode};
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// The verb: `page` needs a browser, mail servers and the page; `link` only the bridge.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let (name, rest) = args.split_first().context("which benchmark? page, link, …")?;
    if name == "page" {
        install::all(workspace, &[Need::Browser, Need::MailServers, Need::Npm])?;
        build::when_changed(workspace, Mode::Page)?;
    }
    let mut command = workspace.cargo(["run", "--release", "--package", "postern-tests", "--bin"]);
    process::run(command.arg(format!("bench-{name}")).arg("--").args(rest))
}
