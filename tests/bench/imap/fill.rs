//! Filling the index behind an open window: how fast, beside raw FETCH of the same items, and in
//! how much memory; and what a message costs while its list is held.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern_shared::mailbox::Role;
use postern_shared::window::Order;
use postern_tests::program::Program;
use postern_tests::visitor::{Tab, Visitor};
use postern_tests::{Person, wait};

use crate::ground::{Ground, REFERENCES, ROW_ITEMS};
use crate::report;

/// Messages of one raw FETCH.
const STRETCH: u32 = 1_000;
/// How often memory is looked at.
const GLANCE: Duration = Duration::from_millis(20);
/// How often it is asked how far the filling is: each question has the index order the mailbox.
const QUESTION: Duration = Duration::from_secs(2);
/// How long an allocator may take to give back what is not used.
const REST: Duration = Duration::from_secs(3);

/// What was seen of one bridge.
struct Seen {
    /// Messages a second.
    rate: f64,
    /// Bytes beyond the bridge with a signed-in account: with a first window and its uids, at
    /// most while filling, and when all was quiet again.
    window: u64,
    filling: u64,
    rest: u64,
}

/// Measures a tenth of the mailbox and the whole, each on a bridge of its own.
pub async fn run(ground: &Ground) -> Result<()> {
    let raw = raw_rate(ground).await?;
    let few = fill(ground, &ground.dovecot.person("ben"), ground.messages / 10).await?;
    let many = fill(ground, &ground.anna(), ground.messages).await?;
    let share = many.rate / raw * 100.0;
    report(&format!(
        "fill: bridge {:.0} messages/s, raw FETCH of the same items {raw:.0} messages/s: \
         {share:.0} % (bars 3,000 messages/s or 60 %)",
        many.rate
    ))?;
    for (messages, seen) in [(ground.messages / 10, &few), (ground.messages, &many)] {
        report(&format!(
            "  {messages} messages: heap {} with a window, {} at most while filling (bar 8 MB), \
             {} at rest",
            megabytes(seen.window),
            megabytes(seen.filling),
            megabytes(seen.rest)
        ))?;
    }
    let more = f64::from(ground.messages - ground.messages / 10);
    let each = |many: u64, few: u64| (many as f64 - few as f64) / more;
    report(&format!(
        "memory held: {:.1} bytes a message at rest, {:.1} with a window, {:.1} while filling \
         (bar 8)",
        each(many.rest, few.rest),
        each(many.window, few.window),
        each(many.filling, few.filling)
    ))
}

async fn raw_rate(ground: &Ground) -> Result<f64> {
    let mut raw = ground.dovecot.session(&ground.anna()).await?;
    raw.ok("SELECT INBOX").await?;
    let mut rates = Vec::new();
    for _ in 0..3 {
        let mut took = Duration::ZERO;
        for first in (1..=ground.messages).step_by(STRETCH as usize) {
            let last = (first + STRETCH - 1).min(ground.messages);
            let fetch = format!("FETCH {first}:{last} ({ROW_ITEMS} MODSEQ {REFERENCES})");
            took += raw.ok(&fetch).await?.took;
        }
        rates.push(f64::from(ground.messages) / took.as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[rates.len() / 2])
}

async fn fill(ground: &Ground, person: &Person, messages: u32) -> Result<Seen> {
    let bridge = ground.fresh_bridge().await?;
    let mut tab = Visitor::sign_in(&bridge.home, person).await?.tab().await?;
    let before = bridge.heap()?;
    tab.open(Role::Inbox).await?;
    let window = bridge.heap()?;
    let (rate, filling) = follow(&bridge, &mut tab, messages).await?;
    let rest = least(&bridge).await?;
    let more = |bytes: u64| bytes.saturating_sub(before);
    Ok(Seen { rate, window: more(window), filling: more(filling), rest: more(rest) })
}

/// Watches until all is filled; gives messages a second, and the most memory that was seen.
async fn follow(bridge: &Program, tab: &mut Tab, messages: u32) -> Result<(f64, u64)> {
    let mut most = bridge.heap()?;
    let mut marks = Vec::new();
    loop {
        let asked = wait::now();
        let order = tab.look().await?.order;
        match order {
            Order::Provisional { done, .. } => marks.push((asked, done)),
            Order::Final => {
                marks.push((asked, messages));
                break;
            }
        }
        // Near the end it is asked more often, but not so often that there is no quiet to fill in.
        let near = matches!(order, Order::Provisional { done, of } if done + of / 10 > of);
        let pause = if near { QUESTION / 4 } else { QUESTION };
        while asked.elapsed() < pause {
            tokio::time::sleep(GLANCE).await;
            most = most.max(bridge.heap()?);
        }
    }
    let (first, last) = marks.first().zip(marks.last()).context("never asked")?;
    let took = last.0.duration_since(first.0);
    ensure!(last.1 == messages && marks.len() > 1, "the filling was not followed");
    Ok((f64::from(last.1 - first.1) / took.as_secs_f64(), most))
}

/// The least memory within a few seconds of rest.
async fn least(bridge: &Program) -> Result<u64> {
    let started = wait::now();
    let mut least = bridge.heap()?;
    while started.elapsed() < REST {
        tokio::time::sleep(GLANCE).await;
        least = least.min(bridge.heap()?);
    }
    Ok(least)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
