//! The bridge behind a malicious server: it stays up, within its memory, and shows no emptiness that
//! nobody spoke of; once the server is good again, so is the page.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern_mailhost::Capabilities;
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::api::windows::OpenWindow;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Total};
use postern_tests::bridge::{Home, Provider};
use postern_tests::chance::{self, Chance};
use postern_tests::ground::{Ground, NOVEMBER};
use postern_tests::malice::{Malice, Style};
use postern_tests::program::Program;
use postern_tests::visitor::{Tab, Visitor};
use postern_tests::{message, wait};

/// Resident octets of the whole bridge beyond those of a quiet one. A connection may receive 16 MiB
/// in a line and 64 MiB in a literal; two of them, each while the other is being read, and what the
/// allocator keeps for later.
const BOUND: u64 = 320 << 20;
/// What one trick may send.
const LARGE: usize = 96 << 20;
const MESSAGES: u32 = 7;
/// How many tricks make a siege.
const TRICKS: u64 = 8;
/// How long a call is waited for.
const LONGEST: Duration = Duration::from_secs(1);

struct Siege {
    program: Program,
    malice: Malice,
    tab: Tab,
    chance: Chance,
    /// Whether the server said that nothing is there, and nothing was shown since.
    said_empty: bool,
    most: u64,
}

impl Siege {
    /// One call that a page makes, and whether its answer can be believed.
    async fn call(&mut self) -> Result<()> {
        self.most = self.most.max(self.program.resident()?);
        let Ok(outcome) = tokio::time::timeout(LONGEST, self.some_call()).await else {
            // Nothing more is to come: the bridge would wait its half minute. It learns it now.
            self.malice.cut();
            return Ok(());
        };
        // An account that is away shows what it last heard, however often it is asked.
        let shows = matches!(outcome, Ok(Some(true)));
        self.said_empty = self.malice.said_empty() || (self.said_empty && !shows);
        match outcome {
            Ok(Some(false)) => ensure!(self.said_empty, "an emptiness that nobody spoke of"),
            Ok(_) => {}
            Err(error) => {
                let error = error.downcast::<CallError>().context("the link is broken")?;
                ensure!(error.code != ErrorCode::Internal, "{error:?}");
            }
        }
        Ok(())
    }

    /// Whether there is something, where the call shows that.
    async fn some_call(&mut self) -> Result<Option<bool>> {
        match self.chance.below(4) {
            0 => self.tab.mailboxes().await.map(|mailboxes| mailboxes.is_empty().then_some(false)),
            1 => self.open_message().await.map(|()| None),
            _ => self.rows().await,
        }
    }

    /// A call for a window; none where the garbled line was the one that told of the mailbox.
    async fn window(&mut self, role: Role) -> Result<Option<OpenWindow>> {
        let mailbox = self.tab.find(role).await?;
        Ok(mailbox.map(|mailbox| self.tab.window_of(mailbox, Anchor::Offset(0), 50)))
    }

    /// Whether the inbox shows something; none where another mailbox was looked at.
    async fn rows(&mut self) -> Result<Option<bool>> {
        // Another mailbox in between, so that the inbox has to be selected and read anew.
        let role = if self.chance.one_in(2) { Role::Inbox } else { Role::Sent };
        let Some(call) = self.window(role).await? else { return Ok(None) };
        let window = self.tab.link.call(call).await?;
        Ok((role == Role::Inbox).then_some(window.total != Total::Exact(0)))
    }

    async fn open_message(&mut self) -> Result<()> {
        let Some(call) = self.window(Role::Inbox).await? else { return Ok(()) };
        let rows = self.tab.link.call(call).await?.rows;
        if let Some(row) = self.chance.pick(&rows).cloned().flatten() {
            self.tab.link.call(OpenMessage { key: row.key, urgency: Urgency::Now }).await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_bridge_outlives_a_malicious_server() -> Result<()> {
    let seed = Chance::seed();
    siege(seed).await.with_context(|| format!("POSTERN_SEED={seed}"))
}

async fn siege(seed: u64) -> Result<()> {
    // What is deflated can only be garbled blindly.
    let on = Capabilities::every().without("compress");
    let ground = Ground::host("without compress", on, &["anna"]).await?;
    let person = ground.person("anna");
    for number in 1..=MESSAGES {
        let size = 3000 * number as usize;
        let message = message::with_attachment(&person, &person, &format!("Here {number}"), size);
        ground.file((&person, "INBOX"), &[], NOVEMBER + u64::from(number), &message).await?;
    }
    let malice = Malice::new(Style::Everything, seed, LARGE);
    malice.set_rate(0);
    // Each stall would cost half a minute of waiting; the store's own siege has them.
    malice.set_stalls(false);
    let port = malice.listen(ground.port()).await?;
    let program = Program::start(Home::new(&Provider::plain(port, 9), "/", "")?).await?;
    let visitor = Visitor::sign_in(&program.home, &person).await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.open(Role::Inbox).await?;
    ensure!(inbox.list.rows.len() == MESSAGES as usize, "{:?}", inbox.list.subjects());
    let quiet = program.resident()?;

    let chance = Chance::new(seed);
    let mut siege = Siege { program, malice, tab, chance, said_empty: false, most: 0 };
    let started = wait::now();
    siege.malice.set_rate(12);
    siege.malice.said_empty();
    // An account that failed waits a while before it tries again: the tricks are counted as well.
    while started.elapsed() < chance::duration() || siege.malice.tricks() < TRICKS {
        ensure!(started.elapsed() < chance::duration() * 10, "no siege came about");
        siege.call().await?;
        // Refused within a moment of the last failure; the account then comes back by itself.
        let account = siege.tab.id();
        let retry = postern_shared::api::accounts::RetryAccount { account };
        let _ = siege.tab.link.call(retry).await;
    }
    siege.malice.set_rate(0);
    siege.malice.cut();
    let mut patience = 6;
    while let Err(error) = siege.tab.recovered().await {
        patience -= 1;
        ensure!(patience > 0, "the account stays away: {error:#}");
    }
    // What was remembered of the bad days must not outlast them.
    wait::until("the inbox as it is", || async {
        let mut tab = visitor.tab().await?;
        let Ok(call) = tab.window(Role::Inbox, Anchor::Offset(0), 50).await else {
            return Ok(None);
        };
        let window = tab.link.call(call).await;
        Ok(window.ok().filter(|window| window.total == Total::Exact(MESSAGES)))
    })
    .await?;
    let grown = siege.most.saturating_sub(quiet);
    ensure!(grown <= BOUND, "the bridge took {} MiB", grown >> 20);
    Ok(())
}
