//! `bench-link [--tabs N] [--accounts N] [--mailbox N]`: what links, accounts and messages cost the bridge.
//!
//! The bridge runs as a program of its own, so that its memory is its own; the tabs are real links.
//! Without arguments: 1,000 tabs over 10 accounts, then 300 over 300, before the in-memory mail host.
//! With `--mailbox N` alone: one mailbox of N messages on Dovecot.

mod burst;
mod large;
mod tabs;

use std::io::Write;

use anyhow::{Context, Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let (mut plan, mut mailbox) = ((None, None), None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|word| word.parse().ok());
        let number: usize = number.with_context(|| format!("{word} wants a number"))?;
        match word.as_str() {
            "--tabs" => plan.0 = Some(number),
            "--accounts" => plan.1 = Some(number),
            "--mailbox" => mailbox = Some(number),
            other => bail!("{other} is not understood"),
        }
    }
    if let Some(messages) = mailbox {
        return large::run(messages).await;
    }
    match plan {
        (None, None) => {
            tabs::run(1000, 10).await?;
            tabs::run(300, 300).await
        }
        (tabs, accounts) => tabs::run(tabs.unwrap_or(1000), accounts.unwrap_or(10)).await,
    }
}

/// Prints one line of the report.
fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

/// Bytes as kilobytes, for a report.
fn kilobytes(bytes: u64) -> String {
    format!("{:.1} kB", bytes as f64 / 1000.0)
}
