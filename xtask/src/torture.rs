//! `cargo xtask torture [SECONDS] [TARGET…]`: generated input and malicious servers, for as long as one likes.

use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::check::WORKSPACE;
use crate::install::{self, Need};
use crate::process;
use crate::run;
use crate::workspace::Workspace;

/// What `torture` of the tests crate throws things at.
const TARGETS: [&str; 12] = [
    "wire",
    "tokens",
    "transcripts",
    "server",
    "query",
    "utf7",
    "mime",
    "html",
    "text",
    "trust",
    "cards",
    "embedded",
];
/// How long each target is thrown at.
const SECONDS: u64 = 600;
/// How often a bridge is killed while mail is on its way.
const KILLS: u64 = 200;
/// How often a bridge is killed while it collects a maildrop of so many messages.
const COLLECTED: (u64, u64) = (300, 10_000);
/// How long a page follows chaos, and a bridge withstands a siege.
const CHAOS: u64 = 120;

/// What is a test of the bridge, and stands for chaos and siege.
const SIEGE: &str = "chaos";
/// What kills the bridge while mail is on its way.
const KILLING: &str = "kills";
/// What kills the bridge while it collects a maildrop.
const COLLECTING: &str = "collect";

/// The verb: every target, or those named, for so many seconds, as many at a time as there are cores;
/// then chaos and siege for two minutes, or less where the targets have less, and 200 kills of a
/// bridge at work, and 300 of one that collects. Prints what was counted.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let (seconds, named) = match args.split_first() {
        Some((first, rest)) if first.starts_with(|c: char| c.is_ascii_digit()) => {
            (first.parse().context("a number of seconds")?, rest)
        }
        _ => (SECONDS, args),
    };
    let unknown = named.iter().find(|name| {
        ![SIEGE, KILLING, COLLECTING].contains(&name.as_str()) && !TARGETS.contains(&name.as_str())
    });
    if let Some(unknown) = unknown {
        bail!(
            "no target {unknown:?}; there are {}, {SIEGE}, {KILLING}, {COLLECTING}",
            TARGETS.join(", ")
        );
    }
    let wanted = |target: &str| named.is_empty() || named.iter().any(|name| name == target);
    install::all(workspace, &[Need::MailServers])?;
    let targets: Vec<_> = TARGETS.into_iter().filter(|target| wanted(target)).collect();
    let mut broken = pure(workspace, &targets, seconds)?;
    if wanted(SIEGE) && siege(workspace, seconds.min(CHAOS)).is_err() {
        broken.push(SIEGE);
    }
    if wanted(KILLING) && killing(workspace, KILLS.min(seconds.div_ceil(3))).is_err() {
        broken.push(KILLING);
    }
    let (kills, messages) = COLLECTED;
    if wanted(COLLECTING) && collecting(workspace, kills.min(seconds), messages).is_err() {
        broken.push(COLLECTING);
    }
    ensure!(broken.is_empty(), "broken: {}", broken.join(", "));
    Ok(())
}

/// Throws at each target for so long; answers those that broke.
fn pure(
    workspace: &Workspace,
    targets: &[&'static str],
    seconds: u64,
) -> Result<Vec<&'static str>> {
    // Not a release build: checks of arithmetic are what this is for.
    let torture = run::program(workspace, "torture")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut broken = Vec::new();
    for group in targets.chunks(cores) {
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
    Ok(broken)
}

fn siege(workspace: &Workspace, seconds: u64) -> Result<()> {
    let bridge = run::program(workspace, "postern")?;
    let mut command = workspace.cargo(["test"]);
    command.args(WORKSPACE).args(["--test", "bridge", "--", "chaos::", "malicious::"]);
    process::run(command.env("POSTERN_SECONDS", seconds.to_string()).env("POSTERN_BIN", bridge))
}

/// Kills a bridge so often, at some two seconds each, while it collects a maildrop.
fn collecting(workspace: &Workspace, kills: u64, messages: u64) -> Result<()> {
    let bridge = run::program(workspace, "postern")?;
    let mut command = workspace.cargo(["test"]);
    command.args(WORKSPACE).args(["--test", "bridge", "--", "collecting_kills::", "--nocapture"]);
    command.env("POSTERN_KILLS", kills.to_string()).env("POSTERN_MESSAGES", messages.to_string());
    process::run(command.env("POSTERN_BIN", bridge))
}

/// Kills a bridge so often, at some three seconds each, while mail is on its way.
fn killing(workspace: &Workspace, kills: u64) -> Result<()> {
    let bridge = run::program(workspace, "postern")?;
    let mut command = workspace.cargo(["test"]);
    command.args(WORKSPACE).args(["--test", "bridge", "--", "kills::", "--nocapture"]);
    command.env("POSTERN_KILLS", kills.to_string()).env("POSTERN_BIN", bridge);
    process::run(&mut command)
}
