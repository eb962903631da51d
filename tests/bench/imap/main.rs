//! `bench-imap [--messages N] [--rounds N] [PART…]`: a mailbox of 100,000 messages on Dovecot through
//! the bridge, each figure beside the raw IMAP commands that it rests on: median and (least).
//!
//! The bridge runs as a program of its own and is driven over its link, as by a page. Both speak to
//! Dovecot without TLS, so that what is compared is the same. Parts: windows, orders, fill, resync.

mod fill;
mod ground;
mod letters;
mod orders;
mod resync;
mod toll;
mod windows;
mod words;

use std::io::Write;

use anyhow::{Context, Result, bail};
use ground::Ground;

const PARTS: [&str; 4] = ["windows", "orders", "fill", "resync"];

#[tokio::main]
async fn main() -> Result<()> {
    let (mut messages, mut rounds, mut wanted) = (100_000, 15, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|word| word.parse().ok());
        match word.as_str() {
            "--messages" => messages = number().context("--messages wants a number")?,
            "--rounds" => rounds = number().context("--rounds wants a number")? as usize,
            part if PARTS.contains(&part) => wanted.push(part.to_owned()),
            other => bail!("{other} is not understood; parts are {}", PARTS.join(", ")),
        }
    }
    let mut ground = Ground::prepare(messages.max(1_000), rounds.max(1)).await?;
    for part in PARTS {
        if !wanted.is_empty() && !wanted.iter().any(|it| it == part) {
            continue;
        }
        match part {
            "windows" => windows::run(&ground).await?,
            "orders" => orders::run(&ground).await?,
            "fill" => fill::run(&ground).await?,
            _ => resync::run(&mut ground).await?,
        }
    }
    Ok(())
}

/// Prints one line of the report.
fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
