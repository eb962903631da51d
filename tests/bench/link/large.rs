//! One large mailbox on Dovecot: first rows, rows anywhere, and memory, beside the raw commands.

use std::time::Duration;

use anyhow::{Result, ensure};
use postern_shared::api::windows::OpenWindow;
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

/// Fills two mailboxes, one ten times as large as the other, and reports.
///
/// What both cost alike is the bridge's constant for an account; the rest is each message's.
pub async fn run(messages: usize) -> Result<()> {
    let dovecot = Dovecot::start_as(Setup { storage: "mdbox", ..Setup::default() }).await?;
    let provider = Provider(format!(
        "imap = \"imaps://localhost:{}\"\nsmtp = \"smtps://localhost:1\"\nca_file = \"{}\"\n",
        dovecot.imaps,
        dovecot.certificates.authority.display()
    ));
    let bridge = Program::start(Home::new(&provider, "/", "")?).await?;
    // Whoever comes first also pays for what all accounts share.
    look(&dovecot, &bridge, "chen", messages / 10).await?;
    let few = look(&dovecot, &bridge, "ben", messages / 10).await?;
    let many = look(&dovecot, &bridge, "anna", messages).await?;
    let each = (many as f64 - few as f64) / (messages - messages / 10) as f64;
    report(&format!("{each:.1} bytes a message (bar 8), {} an account", kilobytes(few)))
}

/// Looks at one person's mailbox from end to end; returns by how much the bridge grew.
async fn look(dovecot: &Dovecot, bridge: &Program, local: &str, messages: usize) -> Result<u64> {
    let person = dovecot.person(local);
    message::fill(&mut dovecot.session(&person).await?, "INBOX", &person, messages).await?;
    let total = u32::try_from(messages)?;
    let mut raw = dovecot.session(&person).await?;
    // Once unmeasured, so that Dovecot's own caches are as warm for us as for the bridge.
    raw.ok("SELECT INBOX").await?;
    rows(&mut raw, total).await?;
    raw.ok("UNSELECT").await?;
    let select = raw.ok("SELECT INBOX").await?.took;
    let first = rows(&mut raw, total).await?;
    report(&format!(
        "{messages} messages: raw SELECT {select:?} + FETCH of {ROWS} rows {first:?}"
    ))?;

    let before = bridge.resident()?;
    let mut tab = Visitor::sign_in(&bridge.home, &person).await?.tab().await?;
    let call = tab.window(Role::Inbox, Anchor::Offset(0), ROWS).await?;
    let started = wait::now();
    let window = tab.link.call(call.clone()).await?;
    report(&format!("  bridge: first window {:?}", started.elapsed()))?;
    ensure!(window.total == Total::Exact(total), "{:?}", window.total);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let offset = total / (ROUNDS + 1) * round;
        theirs.push(rows(&mut raw, total - offset).await?);
        let call = OpenWindow { anchor: Anchor::Offset(offset), ..call.clone() };
        let started = wait::now();
        let window = tab.link.call(call).await?;
        ours.push(started.elapsed());
        ensure!(window.rows.iter().flatten().count() == ROWS as usize, "rows are missing");
    }
    report(&format!("  jump: raw {}, bridge {}", middle(theirs), middle(ours)))?;
    Ok(bridge.resident()?.saturating_sub(before))
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
