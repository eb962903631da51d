//! Coming back to the mailbox after another program changed it: time and octets, with QRESYNC,
//! without it, and without CONDSTORE as well.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern_shared::api::windows::FocusWindow;
use postern_shared::event::Event;
use postern_shared::mailbox::Role;
use postern_tests::imap::RawImap;
use postern_tests::visitor::{OpenList, Tab, Visitor};
use postern_tests::wait;
use tokio::time::timeout;

use crate::ground::{Ground, ROW_ITEMS, middle};
use crate::letters::Writer;
use crate::report;
use crate::toll::Toll;

/// Changes of each kind between two visits: flags, removals, arrivals.
const CHANGES: [u32; 3] = [40, 30, 30];
/// Quiet for so long, the bridge has nothing more to ask.
const QUIET: Duration = Duration::from_millis(800);

/// What Dovecot offers, less what is switched off.
pub const WITHOUT_QRESYNC: &str = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ SORT \
     SORT=DISPLAY THREAD=REFERENCES THREAD=REFS MULTIAPPEND UNSELECT CHILDREN NAMESPACE UIDPLUS \
     LIST-EXTENDED I18NLEVEL=1 CONDSTORE ESEARCH ESORT SEARCHRES WITHIN LIST-STATUS BINARY MOVE \
     SPECIAL-USE PREVIEW=FUZZY STATUS=SIZE";
const WITHOUT_CONDSTORE: &str = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ SORT \
     SORT=DISPLAY THREAD=REFERENCES THREAD=REFS MULTIAPPEND UNSELECT CHILDREN NAMESPACE UIDPLUS \
     LIST-EXTENDED I18NLEVEL=1 ESEARCH ESORT SEARCHRES WITHIN LIST-STATUS BINARY MOVE \
     SPECIAL-USE PREVIEW=FUZZY STATUS=SIZE";

/// Measures each kind of server.
pub async fn run(ground: &mut Ground) -> Result<()> {
    for (what, capability) in [
        ("with QRESYNC", None),
        ("without QRESYNC", Some(WITHOUT_QRESYNC)),
        ("without CONDSTORE", Some(WITHOUT_CONDSTORE)),
    ] {
        ground.dovecot.offer(capability).await?;
        visits(ground, what).await?;
    }
    ground.dovecot.offer(None).await
}

async fn visits(ground: &Ground, what: &str) -> Result<()> {
    let (port, toll) = Toll::open(ground.dovecot.imap).await?;
    let bridge = ground.bridge_at(port).await?;
    let visitor = Visitor::sign_in(&bridge.home, &ground.anna()).await?;
    let mut tab = visitor.tab().await?;
    let mut inbox = tab.open(Role::Inbox).await?;
    let drafts = tab.open(Role::Drafts).await?;
    let mut other = ground.dovecot.session(&ground.anna()).await?;
    let mut writer = Writer::new(&ground.anna().address, ground.messages as usize);
    // Once unmeasured; then the index has been filled, and nothing is asked for it any longer.
    let (mut times, mut octets, mut behind) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ground.rounds.min(5) {
        tab.link.call(drafts.call.clone()).await?;
        tab.link.call(FocusWindow { window: drafts.call.window }).await?;
        rest(&mut tab, &toll).await?;
        let expect = change(&mut other, &mut writer).await?;
        let before = toll.so_far();
        let started = wait::now();
        let window = tab.link.call(inbox.call.clone()).await?;
        let took = started.elapsed();
        let after = toll.so_far();
        inbox.list = postern_tests::list::List::of(window)?;
        ensure!(newest(&inbox) == Some(expect), "the newest is not there after a visit");
        rest(&mut tab, &toll).await?;
        let settled = toll.so_far();
        if round > 0 {
            times.push(took);
            octets.push((after.0 - before.0, after.1 - before.1));
            behind.push(settled.1 - after.1);
        }
    }
    octets.sort_unstable();
    behind.sort_unstable();
    let (sent, received) = octets[octets.len() / 2];
    report(&format!(
        "resync {what}: bridge {}; {sent} octets sent, {received} received, rows of the window \
         included; {} more behind it for index and counts",
        middle(times),
        behind[behind.len() / 2]
    ))?;
    report(&format!("  raw {}", raw_visit(ground, &mut other, &mut writer).await?))
}

fn newest(open: &OpenList) -> Option<u32> {
    open.list.rows.first().and_then(Option::as_ref).map(|row| row.key.uid.0)
}

/// Waits until bridge and server have nothing to say to each other.
async fn rest(tab: &mut Tab, toll: &Arc<Toll>) -> Result<()> {
    let mut last = toll.so_far();
    let mut since = wait::now();
    while since.elapsed() < QUIET {
        // Events of windows that move are taken in as they come.
        if let Ok(event) = timeout(QUIET / 8, tab.link.next_event()).await {
            let _: Event = event.context("the link is closed")?;
        }
        let now = toll.so_far();
        if now != last {
            (last, since) = (now, wait::now());
        }
    }
    Ok(())
}

/// A hundred changes, somewhere in the mailbox; gives the uid of the last arrival.
async fn change(other: &mut RawImap, writer: &mut Writer) -> Result<u32> {
    let count = u32::try_from(other.count("INBOX").await?)?;
    let [flags, gone, came] = CHANGES;
    let step = count / (flags + 1);
    let some: Vec<String> = (1..=flags).map(|n| (n * step).to_string()).collect();
    other.ok(&format!("STORE {} -FLAGS.SILENT (\\Flagged)", some.join(","))).await?;
    other.ok(&format!("STORE {} +FLAGS.SILENT (\\Flagged)", some.join(","))).await?;
    let step = count / (gone + 1);
    let some: Vec<String> = (1..=gone).map(|n| (n * step - 1).to_string()).collect();
    other.ok(&format!("STORE {} +FLAGS.SILENT (\\Deleted)", some.join(","))).await?;
    other.ok("EXPUNGE").await?;
    let letters: Vec<_> = (0..came).map(|_| writer.letter()).collect();
    let each = letters.iter().map(|it| (it.begin.as_str(), it.message.as_slice()));
    other.append_each("INBOX", each).await?;
    let found = other.search("*").await?;
    other.ok("UNSELECT").await?;
    found.last().copied().context("an empty mailbox")
}

/// The commands that a client needs who knows all of it: with QRESYNC, and without.
async fn raw_visit(ground: &Ground, other: &mut RawImap, writer: &mut Writer) -> Result<String> {
    let (port, toll) = Toll::open(ground.dovecot.imap).await?;
    let mut raw = RawImap::sign_in(port, &ground.anna()).await?;
    let offers = raw.ok("CAPABILITY").await?;
    let has = |name: &str| offers.line(name).is_some();
    let (qresync, condstore) = (has("QRESYNC"), has("CONDSTORE"));
    if qresync {
        raw.ok("ENABLE QRESYNC").await?;
    }
    let condstore_word = if condstore { " (CONDSTORE)" } else { "" };
    let known = raw.ok(&format!("SELECT INBOX{condstore_word}")).await?;
    let code = |name: &str| -> Result<u64> {
        let line = known.line(name).with_context(|| format!("SELECT without {name}"))?;
        let rest = line.split(name).nth(1).unwrap_or_default();
        Ok(rest.trim_start().split(']').next().unwrap_or_default().trim().parse()?)
    };
    let (validity, next) = (code("UIDVALIDITY")?, code("UIDNEXT")?);
    let modseq = if condstore { Some(code("HIGHESTMODSEQ")?) } else { None };
    raw.ok("UNSELECT").await?;
    change(other, writer).await?;
    let (before, started) = (toll.so_far(), wait::now());
    match modseq {
        Some(modseq) if qresync => {
            raw.ok(&format!("SELECT INBOX (QRESYNC ({validity} {modseq}))")).await?;
        }
        Some(modseq) => {
            raw.ok("SELECT INBOX (CONDSTORE)").await?;
            raw.ok("UID SEARCH RETURN (ALL) ALL").await?;
            raw.ok(&format!("UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE {modseq})")).await?;
        }
        None => {
            raw.ok("SELECT INBOX").await?;
            raw.ok("UID SEARCH RETURN (ALL) ALL").await?;
        }
    }
    raw.ok(&format!("UID FETCH {next}:* ({ROW_ITEMS})")).await?;
    let (took, after) = (started.elapsed(), toll.so_far());
    let (sent, received) = (after.0 - before.0, after.1 - before.1);
    Ok(format!("{}: {sent} octets sent, {received} received", middle(vec![took])))
}
