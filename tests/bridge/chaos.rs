//! Another mail program expunges, moves, appends and flags at random while a page follows by push:
//! at the end page, bridge and server agree, message by message.
//!
//! The course is repeated by `POSTERN_SEED`, which a failure names; `POSTERN_SECONDS` is how long
//! each lasts.

use std::cmp::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use postern_mailhost::Capabilities;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::frame::{HEARTBEAT_SECONDS, ToBridge};
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Order, Sort, SortKey, View};
use postern_tests::bridge::{Bridge, Home};
use postern_tests::chance::{self, Chance};
use postern_tests::ground::{Ground, NOVEMBER};
use postern_tests::imap::RawImap;
use postern_tests::list::List;
use postern_tests::visitor::{OpenList, Tab, Visitor};
use postern_tests::{Person, message, wait};
use tokio::sync::watch;
use tokio::time::interval;

/// The window holds the whole mailbox, so that every flag has to be told.
const WINDOW: u32 = 200;
/// Above so many messages more go than come.
const PLENTY: usize = 120;
/// What each does at least, however slow the machine is.
const LEAST: u32 = 30;
const FLAGS: [&str; 5] = ["\\Seen", "\\Flagged", "\\Answered", "$Work", "$Later"];

/// The other mail program.
struct Disturber<'a> {
    ground: &'a Ground,
    person: &'a Person,
    session: RawImap,
    chance: Chance,
    /// Messages made so far.
    made: u32,
    /// What it did, for when it ends badly.
    deeds: u32,
}

impl Disturber<'_> {
    /// Disturbs until the time is over.
    async fn run(&mut self, renewals: u32) -> Result<()> {
        let (started, lasts) = (wait::now(), chance::duration());
        let mut renewed = 0;
        while started.elapsed() < lasts || self.deeds < LEAST {
            let due = started.elapsed().as_secs_f64() / lasts.as_secs_f64();
            if renewed < renewals && due > f64::from(renewed + 1) / f64::from(renewals + 1) {
                renewed += 1;
                self.ground.renew_uid_validity(self.person, "INBOX")?;
                self.reconnect().await?;
            }
            if self.deed().await.is_err() {
                // A server may close on whoever held the old numbers.
                self.reconnect().await?;
            }
        }
        ensure!(renewed == renewals, "{renewed} renewals in place of {renewals}");
        Ok(())
    }

    async fn reconnect(&mut self) -> Result<()> {
        self.session = self.ground.session(self.person).await?;
        self.session.ok("SELECT INBOX").await?;
        Ok(())
    }

    async fn deed(&mut self) -> Result<()> {
        self.deeds += 1;
        self.session.ok("NOOP").await?;
        let uids = self.session.search("ALL").await?;
        let Some(uid) = self.chance.pick(&uids).copied() else { return self.append().await };
        // A run of neighbours, often of one.
        let last = uid + u32::try_from(self.chance.below(3) * self.chance.below(4))?;
        let some = format!("{uid}:{last}");
        match self.chance.below(if uids.len() > PLENTY { 8 } else { 12 }) {
            0..=2 => {
                let sign = if self.chance.one_in(2) { "+" } else { "-" };
                let flag = FLAGS[self.chance.below(FLAGS.len())];
                self.session.ok(&format!("UID STORE {some} {sign}FLAGS ({flag})")).await?;
            }
            3 | 4 => {
                self.session.ok(&format!("UID STORE {some} +FLAGS (\\Deleted)")).await?;
                self.session.ok("EXPUNGE").await?;
            }
            5 => {
                self.session.ok(&format!("UID COPY {some} Archive")).await?;
                self.session.ok(&format!("UID STORE {some} +FLAGS.SILENT (\\Deleted)")).await?;
                self.session.ok("EXPUNGE").await?;
            }
            6 => {
                self.session.ok(&format!("UID COPY {uid} INBOX")).await?;
            }
            7 => {
                self.session.ok(&format!("UID STORE {uid} FLAGS (\\Seen)")).await?;
            }
            _ => self.append().await?,
        }
        Ok(())
    }

    async fn append(&mut self) -> Result<()> {
        self.made += 1;
        let subject = format!("Chaos {}", self.made);
        let message = message::plain(self.person, self.person, &subject, "Turmoil.");
        let at = NOVEMBER + u64::from(self.made);
        self.ground.file((self.person, "INBOX"), &[], at, &message).await
    }
}

/// What a mailbox holds, newest first: uid and flags, sorted.
type Content = Vec<(u32, Vec<String>)>;

async fn server_content(session: &mut RawImap) -> Result<Content> {
    if session.count("INBOX").await? == 0 {
        return Ok(Vec::new());
    }
    let fetched = session.ok("UID FETCH 1:* (UID FLAGS)").await?;
    let mut content = Content::new();
    for line in fetched.untagged.iter().filter(|line| line.contains(" FETCH (")) {
        let uid = line.split("UID ").nth(1).context("no UID")?;
        let uid = uid.split([' ', ')']).next().unwrap_or_default().parse()?;
        let flags = line.split("FLAGS (").nth(1).context("no FLAGS")?;
        let flags = flags.split(')').next().unwrap_or_default().split_whitespace();
        let mut flags: Vec<String> =
            flags.filter(|flag| *flag != "\\Recent").map(str::to_owned).collect();
        flags.sort();
        content.push((uid, flags));
    }
    content.sort_by_key(|(uid, _)| std::cmp::Reverse(*uid));
    Ok(content)
}

/// What a page shows; none where it does not know every row.
fn page_content(list: &List) -> Option<Content> {
    let row = |row: &Option<postern_shared::message::MessageSummary>| {
        let row = row.as_ref()?;
        let mut flags: Vec<String> =
            row.flags.0.iter().map(|flag| flag.as_imap().to_owned()).collect();
        flags.sort();
        Some((row.key.uid.0, flags))
    };
    list.rows.iter().map(row).collect()
}

/// A page that follows one window.
struct Page {
    tab: Tab,
    open: OpenList,
    /// The window has to be opened anew.
    stale: bool,
    deltas: u32,
    reopened: u32,
}

impl Page {
    async fn open(visitor: &Visitor) -> Result<Self> {
        let mut tab = visitor.tab().await?;
        let call = tab.window(Role::Inbox, Anchor::Offset(0), WINDOW).await?;
        let list = List::of(tab.link.call(call.clone()).await?)?;
        Ok(Self { tab, open: OpenList { call, list }, stale: false, deltas: 0, reopened: 0 })
    }

    /// Takes one event in.
    async fn absorb(&mut self, event: Event) -> Result<()> {
        let id = self.open.call.window;
        match event {
            Event::WindowDelta(window, delta) if window == id && !self.stale => {
                match delta.from.cmp(&self.open.list.generation) {
                    // What was on its way when the window was opened anew.
                    Ordering::Less => {}
                    Ordering::Equal => {
                        self.deltas += 1;
                        self.open.list.apply(delta)?;
                    }
                    // A gap, or another numbering's: the page asks again, and so does this one.
                    Ordering::Greater => self.stale = true,
                }
            }
            Event::WindowStale(window) if window == id => self.stale = true,
            _ => {}
        }
        if self.stale {
            self.reopen().await?;
        }
        Ok(())
    }

    /// Opens the window anew; while the account is away it stays stale until the next event.
    async fn reopen(&mut self) -> Result<()> {
        match self.tab.link.call(self.open.call.clone()).await {
            Ok(window) => {
                self.reopened += 1;
                self.open.list = List::of(window)?;
                self.stale = false;
                Ok(())
            }
            Err(error) => match error.downcast::<CallError>()? {
                away if matches!(away.code, ErrorCode::Unavailable | ErrorCode::Limit) => Ok(()),
                other => bail!("the window could not be opened anew: {other:?}"),
            },
        }
    }

    /// Follows until told to stop.
    async fn follow(&mut self, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut heartbeat = interval(Duration::from_secs(HEARTBEAT_SECONDS.into()));
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                _ = heartbeat.tick() => self.tab.link.send(&ToBridge::Heartbeat).await?,
                event = self.tab.link.next_event() => {
                    self.absorb(event.context("the link is closed")?).await?;
                }
            }
        }
    }

    /// Follows until the page shows what the server holds.
    async fn settle(&mut self, expected: &Content) -> Result<()> {
        let settled = wait::within("page and server to agree", async {
            while self.stale || page_content(&self.open.list).as_ref() != Some(expected) {
                let event = self.tab.link.next_event().await.context("the link is closed")?;
                self.absorb(event).await?;
            }
            Ok(())
        });
        let settled = settled.await;
        settled.with_context(|| {
            let shown = page_content(&self.open.list);
            format!("stale: {}\npage:   {shown:?}\nserver: {expected:?}", self.stale)
        })
    }
}

/// Waits until a view that only the index gives holds what the server holds.
async fn index_agrees(visitor: &Visitor, expected: &Content) -> Result<()> {
    let mut tab = visitor.tab().await?;
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    let sort = Sort { by: SortKey::Subject, descending: false };
    let view = View { sort, ..View::of_mailbox(tab.id(), inbox) };
    let mut open = tab.open_rows(view, WINDOW).await?;
    let content = |list: &List| {
        let mut content = page_content(list).filter(|_| list.order == Order::Final)?;
        content.sort_by_key(|(uid, _)| std::cmp::Reverse(*uid));
        Some(content)
    };
    let agrees = |list: &List| content(list).as_ref() == Some(expected);
    let followed = tab.follow(&mut open, "index and server to agree", agrees).await;
    followed.with_context(|| {
        format!(
            "index:  {:?}, {:?}\nserver: {expected:?}",
            open.list.order,
            page_content(&open.list)
        )
    })
}

async fn chaos(ground: Ground, renewals: u32) -> Result<()> {
    let seed = Chance::seed();
    let outcome = chaos_of(&ground, renewals, seed).await;
    outcome.with_context(|| format!("{}, POSTERN_SEED={seed}", ground.name))
}

async fn chaos_of(ground: &Ground, renewals: u32, seed: u64) -> Result<()> {
    let person = ground.person("anna");
    let mut disturbers = Vec::new();
    for number in 0..2 {
        let mut session = ground.session(&person).await?;
        session.ok("SELECT INBOX").await?;
        let chance = Chance::new(seed + number);
        let person = &person;
        disturbers.push(Disturber { ground, person, session, chance, made: 0, deeds: 0 });
    }
    for _ in 0..20 {
        disturbers[0].append().await?;
    }
    let bridge = Bridge::start(Home::new(&ground.provider(), "/", "")?).await?;
    let visitor = Visitor::sign_in(&bridge.home, &person).await?;
    let mut page = Page::open(&visitor).await?;

    let (stop, stopped) = watch::channel(false);
    let (one, two) = disturbers.split_at_mut(1);
    let disturbed = async {
        let done = tokio::try_join!(one[0].run(renewals), two[0].run(0));
        stop.send_replace(true);
        done.map(drop)
    };
    let (disturbed, followed) = tokio::join!(disturbed, page.follow(stopped));
    followed?;
    disturbed?;

    let mut session = ground.session(&person).await?;
    let expected = server_content(&mut session).await?;
    page.settle(&expected).await?;
    let fresh = Page::open(&visitor).await?;
    ensure!(
        page_content(&fresh.open.list).as_ref() == Some(&expected),
        "a fresh window shows {:?}\nthe server holds {expected:?}",
        page_content(&fresh.open.list)
    );
    index_agrees(&visitor, &expected).await?;
    let deeds: u32 = disturbers.iter().map(|disturber| disturber.deeds).sum();
    // What nobody disturbed proves nothing.
    ensure!(
        page.deltas + page.reopened >= 5,
        "{deeds} deeds, {} deltas, opened anew {} times",
        page.deltas,
        page.reopened
    );
    Ok(())
}

#[tokio::test]
async fn a_page_agrees_with_dovecot_after_chaos() -> Result<()> {
    chaos(Ground::dovecot("everything", &["anna"]).await?, 0).await
}

#[tokio::test]
async fn a_page_agrees_with_a_poor_dovecot_after_chaos() -> Result<()> {
    chaos(Ground::dovecot("as Exchange", &["anna"]).await?, 0).await
}

#[tokio::test]
async fn a_page_agrees_with_the_mail_host_after_chaos() -> Result<()> {
    chaos(Ground::host("everything", Capabilities::every(), &["anna"]).await?, 0).await
}

#[tokio::test]
async fn a_page_agrees_with_dovecot_though_its_numbers_were_renewed() -> Result<()> {
    chaos(Ground::dovecot("everything", &["anna"]).await?, 2).await
}

#[tokio::test]
async fn a_page_agrees_with_the_mail_host_though_its_numbers_were_renewed() -> Result<()> {
    chaos(Ground::host("everything", Capabilities::every(), &["anna"]).await?, 2).await
}
