//! The first window of the mailbox: with nothing known of it, and with a warm index.

use std::time::Duration;

use anyhow::{Result, ensure};
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Total};
use postern_tests::visitor::{Tab, Visitor};
use postern_tests::wait;

use crate::ground::{Ground, ROWS, middle, rows};
use crate::report;

/// Measures both, each on a bridge that has just started.
pub async fn run(ground: &Ground) -> Result<()> {
    let (mut cold, mut warm, mut jumps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut raw_first, mut raw_jump) = (Vec::new(), Vec::new());
    for round in 0..ground.rounds {
        raw_first.push(raw_window(ground).await?);
        let bridge = ground.fresh_bridge().await?;
        let visitor = Visitor::sign_in(&bridge.home, &ground.anna()).await?;
        let mut tab = visitor.tab().await?;
        cold.push(first(&mut tab, ground.messages).await?);
        let offset = ground.messages / (ground.rounds as u32 + 1) * (round as u32 + 1);
        let call = tab.window(Role::Inbox, Anchor::Offset(offset), ROWS).await?;
        let started = wait::now();
        tab.link.call(call).await?;
        jumps.push(started.elapsed());
        let mut raw = ground.dovecot.session(&ground.anna()).await?;
        raw.ok("SELECT INBOX").await?;
        raw_jump.push(rows(&mut raw, ground.messages - offset).await?);
    }
    report(&format!("first window, cold: bridge {}", middle(cold)))?;
    report(&format!("  raw SELECT + FETCH of {ROWS} rows {}", middle(raw_first.clone())))?;
    report(&format!("rows anywhere: bridge {}, raw FETCH {}", middle(jumps), middle(raw_jump)))?;
    let (mut bridge, visitor) = ground.warm_bridge().await?;
    for _ in 0..ground.rounds {
        bridge.stop()?;
        bridge.launch().await?;
        let mut tab = visitor.tab().await?;
        warm.push(first(&mut tab, ground.messages).await?);
    }
    report(&format!("first window, warm index: bridge {} (bar 20 ms)", middle(warm)))?;
    report(&format!("  raw SELECT + FETCH of {ROWS} rows {}", middle(raw_first)))
}

async fn first(tab: &mut Tab, messages: u32) -> Result<Duration> {
    let call = tab.window(Role::Inbox, Anchor::Offset(0), ROWS).await?;
    let started = wait::now();
    let window = tab.link.call(call).await?;
    let took = started.elapsed();
    let (Total::Exact(total) | Total::AtLeast(total)) = window.total else {
        anyhow::bail!("a window without a total")
    };
    ensure!(total == messages, "{total} messages are not {messages}");
    ensure!(window.rows.iter().flatten().count() == ROWS as usize, "rows are missing");
    Ok(took)
}

/// As for a session that has just signed in, as the bridge's has.
async fn raw_window(ground: &Ground) -> Result<Duration> {
    let mut raw = ground.dovecot.session(&ground.anna()).await?;
    let select = raw.ok("SELECT INBOX").await?.took;
    Ok(select + rows(&mut raw, ground.messages).await?)
}
