//! `cargo xtask test`: everything that can be wrong, in one command, with a table at the end.

use anyhow::{Result, bail};

use crate::build::{self, Mode};
use crate::check::{self, WORKSPACE};
use crate::install::{self, Need};
use crate::timing::Timing;
use crate::workspace::Workspace;
use crate::{image, process, run};

const PARTS: [&str; 8] = ["check", "units", "tidy", "page", "protocol", "bridge", "e2e", "image"];

/// The verb: all parts, or those named. A part that fails does not stop the others.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    if let Some(unknown) = args.iter().find(|name| !PARTS.contains(&name.as_str())) {
        bail!("no part {unknown:?}; there are {}", PARTS.join(", "));
    }
    let mut timing = Timing::default();
    for name in PARTS {
        if args.is_empty() || args.iter().any(|wanted| wanted == name) {
            part(workspace, name, &mut timing);
        }
    }
    timing.finish()
}

fn part(workspace: &Workspace, name: &'static str, timing: &mut Timing) {
    match name {
        "check" => check::parts(workspace, timing),
        "units" => timing.part(name, || units(workspace)),
        "protocol" | "bridge" => timing.part(name, || {
            install::all(workspace, &[Need::MailServers])?;
            target(workspace, name)
        }),
        "page" => timing.part(name, || build::page(workspace, Mode::Page)),
        "e2e" => timing.part(name, || browser(workspace)),
        "image" => timing.part(name, || image::test(workspace)),
        _ => timing.part(name, || check::tidy(workspace)),
    }
}

/// The tests inside the crates, and their documentation's examples.
fn units(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo(["test", "--no-fail-fast"]);
    // The mail host's behaviour and its oracle lie beside its library, in `host`.
    command.args(WORKSPACE).args(["--lib", "--bins", "--test", "host"]);
    let members = process::run(&mut command);
    members.and(process::run(&mut workspace.cargo(["test", "--package", "xtask"])))
}

/// One test target of the tests crate, with the bridge that some of its tests start.
fn target(workspace: &Workspace, name: &str) -> Result<()> {
    let bridge = run::program(workspace, "postern")?;
    let mut command = workspace.cargo(["test", "--no-fail-fast"]);
    process::run(command.args(WORKSPACE).args(["--test", name]).env("POSTERN_BIN", bridge))
}

/// The page in Chromium, against Dovecot and Postfix and against the demo's host.
fn browser(workspace: &Workspace) -> Result<()> {
    install::all(workspace, &[Need::Npm, Need::Browser, Need::MailServers])?;
    build::when_changed(workspace, Mode::Page)?;
    let mut command = workspace.command("npx");
    command.args(["playwright", "test", "--config", "tests/e2e"]);
    command.env("POSTERN_BIN", run::program(workspace, "postern")?);
    process::run(command.env("POSTERN_STAGE", run::program(workspace, "stage")?))
}
