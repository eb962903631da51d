//! `cargo xtask run`: the demo, built from what is here; `--watch` builds again at every change.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use crate::build::{self, Mode};
use crate::check::WORKSPACE;
use crate::process;
use crate::workspace::Workspace;

const PAGE: &[&str] = &["frontend", "shared/src", "public"];
const BRIDGE: &[&str] = &["backend/src", "shared/src", "mailhost/src"];
const POLL: Duration = Duration::from_millis(400);

/// The verb. All arguments but `--watch` go to `postern demo`.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let (flags, demo): (Vec<String>, _) =
        args.iter().cloned().partition(|argument| argument == "--watch");
    if !flags.is_empty() {
        return watch(workspace, &demo);
    }
    build::when_changed(workspace, Mode::Page)?;
    let mut command = Command::new(program(workspace, "postern")?);
    // In our place, so that Ctrl-C and exit codes are the bridge's own.
    Err(command.arg("demo").args(demo).exec()).context("cannot start the bridge")
}

/// Builds a program for development, with the features that the tests build with, so that cargo
/// compiles nothing twice.
pub fn program(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let mut command = workspace.cargo(["build"]);
    command.args(WORKSPACE).args(["--features", "postern-tests/test-util", "--bin", name]);
    process::run(&mut command)?;
    Ok(workspace.target.join("debug").join(name))
}

/// A build that fails is told and waits for the next change; what runs goes on.
fn watch(workspace: &Workspace, demo: &[String]) -> Result<()> {
    let (mut page, mut code) = (None, None);
    let mut running = None;
    loop {
        if changed(workspace, PAGE, &mut page) {
            tell(build::when_changed(workspace, Mode::Dev));
        }
        if changed(workspace, BRIDGE, &mut code) {
            match program(workspace, "postern") {
                Ok(program) => {
                    drop(running.take());
                    let child = Command::new(program).arg("demo").args(demo).spawn();
                    running = Some(Running(child.context("cannot start the bridge")?));
                }
                Err(error) => tell(Err(error)),
            }
        }
        thread::sleep(POLL);
    }
}

fn changed(workspace: &Workspace, paths: &[&str], last: &mut Option<SystemTime>) -> bool {
    let now = build::newest(&workspace.root, paths);
    *last != now && {
        *last = now;
        true
    }
}

fn tell(result: Result<()>) {
    match result {
        Ok(()) => println!("watching"),
        Err(error) => eprintln!("xtask: {error:#}; waiting for a change"),
    }
}

/// A bridge that ends when it is replaced.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Its data is a temporary folder: there is nothing to be gentle with.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
