//! `bench-page`: what a person waits for in Chromium, beside the raw IMAP commands, in one run.
//!
//! The measuring is done by `page.mjs` under node; this finds the stage beside itself and hands it over.

use std::process::Command;

use anyhow::{Context, Result, ensure};

fn main() -> Result<()> {
    let own = std::env::current_exe()?;
    let stage = own.with_file_name("stage");
    ensure!(
        stage.is_file(),
        "{} is not built; `cargo xtask bench page` builds it",
        stage.display()
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/page/page.mjs");
    let status = Command::new("node")
        .arg(script)
        .args(std::env::args().skip(1))
        .env("POSTERN_STAGE", stage)
        .status()
        .context("node is not installed; `cargo xtask bench page` installs it")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}
