//! One large mailbox on Dovecot: first rows, rows anywhere, and memory, beside the raw commands.

use std::time::Duration;

use anyhow::Result;
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Total};
use postern_tests::bridge::{Home, Provider};
use postern_tests::dovecot::{Dovecot, Setup};
use postern_tests::imap::RawImap;
use postern_tests::program::Program;
use postern_tests::visitor::Visitor;
use postern_tests::{message, wait};

use crate::{kilobytes, report};

/// Rows in a window.
const ROWS: u32 = 50;
/// How often each figure is taken.
const ROUNDS: u32 = 20;

/// Fills a mailbox with `messages` and reports.
pub async fn run(messages: usize) -> Result<()> {
    let dovecot = Dovecot::start_as(Setup { storage: "mdbox", ..Setup::default() }).await?;
    let anna = dovecot.person("anna");
    let filling = wait::now();
    message::fill(&mut dovecot.session(&anna).await?, "INBOX", &anna, messages).await?;
    report(&format!("{messages} messages, filed within {:?}", filling.elapsed()))?;

    let total = u32::try_from(messages)?;
    let mut raw = dovecot.session(&anna).await?;
    // Once unmeasured, so that Dovecot's own caches are as warm for us as for the bridge.
    raw.ok("SELECT INBOX").await?;
    rows(&mut raw, total).await?;
    raw.ok("UNSELECT").await?;
    let select = raw.ok("SELECT INBOX").await?.took;
    let first = rows(&mut raw, total).await?;
    report(&format!("  raw SELECT {select:?} + FETCH of {ROWS} rows {first:?}"))?;

    let provider = Provider(format!(
        "imap = \"imaps://localhost:{}\"\nsmtp = \"smtps://localhost:1\"\nca_file = \"{}\"\n",
        dovecot.imaps,
        dovecot.certificates.authority.display()
    ));
    let bridge = Program::start(Home::new(&provider, "/", "")?).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &anna).await?.tab().await?;
    let before = bridge.resident()?;
    let call = tab.window(Role::Inbox, Anchor::Offset(0), ROWS).await?;
    let started = wait::now();
    let window = tab.link.call(call).await?;
    report(&format!("  bridge: first window {:?}", started.elapsed()))?;
    anyhow::ensure!(window.total == Total::Exact(total), "{:?}", window.total);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let offset = total / (ROUNDS + 1) * round;
        theirs.push(rows(&mut raw, total - offset).await?);
        let call = tab.window(Role::Inbox, Anchor::Offset(offset), ROWS).await?;
        let started = wait::now();
        let window = tab.link.call(call).await?;
        ours.push(started.elapsed());
        anyhow::ensure!(window.rows.iter().flatten().count() == ROWS as usize, "rows are missing");
    }
    report(&format!("  jump: raw {}, bridge {}", middle(theirs), middle(ours)))?;
    let held = bridge.resident()?.saturating_sub(before);
    let each = held as f64 / messages as f64;
    report(&format!("  bridge holds {} more, {each:.1} bytes a message (bar 8)", kilobytes(held)))
}

/// What a list's rows need, by raw commands, ending at a sequence number.
async fn rows(raw: &mut RawImap, last: u32) -> Result<Duration> {
    let first = last.saturating_sub(ROWS - 1).max(1);
    let items = "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE";
    Ok(raw.ok(&format!("FETCH {first}:{last} ({items})")).await?.took)
}

/// Median and minimum.
fn middle(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("{:?} (least {:?})", times[times.len() / 2], times[0])
}
