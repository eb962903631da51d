//! `torture TARGET [SECONDS]`: throws generated input at what reads from strangers, and counts.
//!
//! Targets: wire, tokens, transcripts and server (the IMAP store behind a malicious server, each in
//! its own way), query, utf7, mime, html, text, trust, cards, embedded. A panic or a broken promise ends it with the input, or
//! with the seed (`POSTERN_SEED`) that repeats it. Each target is a process of its own, so that its
//! memory is its own.

mod mail;
mod pure;
mod shown;

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use postern_tests::assault::{self, BOUND};
use postern_tests::chance::{self, Chance};
use postern_tests::malice::Style;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let target = words.next().context("which target?")?;
    let seconds = words.next().map(|seconds| seconds.parse()).transpose()?;
    let lasts = seconds.map_or_else(chance::duration, Duration::from_secs);
    let counted = match target.as_str() {
        "wire" => store(Style::Octets, lasts)?,
        "tokens" => store(Style::Tokens, lasts)?,
        "transcripts" => store(Style::Transcripts, lasts)?,
        "server" => store(Style::Everything, lasts)?,
        "query" => pure::query(lasts)?,
        "utf7" => pure::utf7(lasts)?,
        "mime" => pure::mime(lasts)?,
        "html" => shown::html(lasts)?,
        "text" => shown::text(lasts)?,
        "trust" => mail::trust(lasts)?,
        "cards" => mail::cards(lasts)?,
        "embedded" => mail::embedded(lasts)?,
        other => bail!("no target {other:?}"),
    };
    writeln!(std::io::stdout(), "{target}: {counted} in {} s", lasts.as_secs())?;
    Ok(())
}

fn store(style: Style, lasts: Duration) -> Result<String> {
    let seed = Chance::seed();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tally = runtime.block_on(assault::store(style, lasts, seed));
    let tally = tally.with_context(|| format!("POSTERN_SEED={seed}"))?;
    let assault::Tally { connections, answered, failed, tricks, memory } = tally;
    Ok(format!(
        "{connections} connections, {tricks} lines garbled, {answered} answers, {failed} errors, \
         {} KiB of memory at most ({} allowed)",
        memory / 1024,
        BOUND / 1024,
    ))
}
