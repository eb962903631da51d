//! `cargo xtask torture [SECONDS]`: generated input and malicious servers, for as long as one likes.

use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::check::WORKSPACE;
use crate::install::{self, Need};
use crate::process;
use crate::run;
use crate::workspace::Workspace;

/// What `torture` of the tests crate throws things at.
const TARGETS: [&str; 11] = [
    "wire",
    "tokens",
    "transcripts",
    "server",
    "query",
    "utf7",
    "mime",
    "html",
    "trust",
    "cards",
    "embedded",
];
/// How long each target is thrown at.
const SECONDS: u64 = 600;
/// How long a page follows chaos, and a bridge withstands a siege.
const CHAOS: u64 = 120;

/// The verb: every target for so many seconds, as many at a time as there are cores; then chaos and
/// siege for two minutes, or less where the targets have less. Prints what was counted.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    ensure!(args.len() <= 1, "torture takes one number of seconds");
    let seconds = args.first().map(|text| text.parse()).transpose();
    let seconds: u64 = seconds.context("a number of seconds")?.unwrap_or(SECONDS);
    install::all(workspace, &[Need::MailServers])?;
    // Not a release build: checks of arithmetic are what this is for.
    let torture = run::program(workspace, "torture")?;
    let bridge = run::program(workspace, "postern")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut broken = Vec::new();
    for group in TARGETS.chunks(cores) {
        let start = |target: &&'static str| -> Result<(&'static str, Child)> {
            let mut command = std::process::Command::new(&torture);
            command.args([target, seconds.to_string().as_str()]).stdin(Stdio::null());
            Ok((target, command.spawn().with_context(|| format!("starting {target}"))?))
        };
        let running = group.iter().map(start).collect::<Result<Vec<_>>>()?;
        for (target, mut child) in running {
            if !child.wait()?.success() {
                broken.push(target);
            }
        }
    }
    let mut command = workspace.cargo(["test"]);
    command.args(WORKSPACE).args(["--test", "bridge", "--", "chaos::", "malicious::"]);
    command.env("POSTERN_SECONDS", seconds.min(CHAOS).to_string()).env("POSTERN_BIN", bridge);
    if process::run(&mut command).is_err() {
        broken.push("chaos");
    }
    ensure!(broken.is_empty(), "broken: {}", broken.join(", "));
    Ok(())
}
