//! The bridge is killed at random moments while it collects a maildrop and removes what it collected.
//!
//! After every kill the server and the store together hold every message, the store holds none
//! twice, and what is gone at the server is in the store; at the end everything is in the store,
//! byte for byte. The course is repeated by `POSTERN_SEED`; `POSTERN_KILLS` is how often it is
//! killed, `POSTERN_MESSAGES` how many messages there are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::store::MailboxName;
use postern::store::local::{LocalConnection, Stores, UserStore};
use postern_shared::api::collecting::{CollectNow, ReadCollecting, SetPolicy};
use postern_shared::collecting::{Policy, Removal, Stage};
use postern_tests::bridge::Home;
use postern_tests::chance::{self, Chance};
use postern_tests::program::Program;
use postern_tests::visitor::{Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, message};

/// How long the last round may take.
const SETTLES: Duration = Duration::from_secs(600);

struct Torment {
    world: World,
    bridge: Program,
    visitor: Visitor,
    anna: Person,
    account: String,
    /// The last of the messages that were delivered.
    last: usize,
}

/// What a kill left.
#[derive(Debug, Default)]
struct Left {
    /// Messages at the server and not here, here and at the server, here alone.
    there: usize,
    both: usize,
    here: usize,
    /// Messages of which only the header is here.
    partly: usize,
}

fn letter(anna: &Person, number: usize) -> Vec<u8> {
    let text = format!("This is number {number}.\r\n.\r\n").repeat(1 + number % 7 * 20);
    message::plain(anna, anna, &format!("Number {number}"), &text)
}

/// How often each number stands somewhere.
type Counted = BTreeMap<usize, usize>;

fn count(subjects: impl Iterator<Item = String>) -> Result<Counted> {
    let mut counted = Counted::new();
    for subject in subjects {
        let number = subject.trim().strip_prefix("Number ").context("a letter of ours")?;
        *counted.entry(number.parse()?).or_default() += 1;
    }
    Ok(counted)
}

impl Torment {
    async fn begin(messages: usize) -> Result<Self> {
        let world = World::in_memory().await?;
        let anna = world.person("anna");
        let home = Home::new(&world.pop3_provider(), "/", "")?;
        let bridge = Program::start(home).await?;
        let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
        let account = visitor.tab().await?.id().0;
        let mut torment = Self { world, bridge, visitor, anna, account, last: 0 };
        torment.deliver(messages)?;
        Ok(torment)
    }

    fn deliver(&mut self, messages: usize) -> Result<()> {
        for _ in 0..messages {
            self.last += 1;
            let letter = letter(&self.anna, self.last);
            self.world.host().deliver(&self.anna.address, letter)?;
        }
        Ok(())
    }

    /// Asks for a round by some policy.
    async fn ask(&self, removal: Removal, whole_up_to_kib: u32) -> Result<()> {
        let mut tab = self.visitor.tab().await?;
        let policy = Policy { removal, whole_up_to_kib, ..Policy::default() };
        let account = tab.id();
        tab.link.call(SetPolicy { action: action(), account: account.clone(), policy }).await?;
        tab.link.call(CollectNow { account }).await
    }

    fn there(&self) -> Result<Counted> {
        let inbox = self.world.host().mailbox(&self.anna.address, "INBOX");
        let inbox = inbox.context("anna has an inbox")?;
        let subject = |raw: &[u8]| {
            let text = String::from_utf8_lossy(raw);
            let line = text.lines().find_map(|line| line.strip_prefix("Subject: "));
            line.unwrap_or_default().to_owned()
        };
        count(inbox.messages.iter().map(|message| subject(&message.raw)))
    }

    /// The mail of the bridge that was killed; none where it did not come to that.
    async fn store(&self) -> Result<Option<UserStore>> {
        let data = self.bridge.home.path().join("data");
        let stores = Stores::new(&data, Blobs::open(&data)?, Clock::system(), 0);
        match stores.users().first() {
            Some(user) => Ok(Some(stores.of(*user).await?)),
            None => Ok(None),
        }
    }

    async fn inbox(&self, store: &UserStore) -> Result<LocalConnection> {
        let mut inbox = store.connect(&self.account).await?;
        inbox.select(&MailboxName::from_text("INBOX")).await?;
        Ok(inbox)
    }

    /// What is here, and what of it is here whole.
    async fn here(&self) -> Result<(Counted, Counted)> {
        let Some(store) = self.store().await? else { return Ok(Default::default()) };
        let mut inbox = self.inbox(&store).await?;
        let rows = inbox.rows_after(0).await?;
        let uids: Vec<u32> = rows.iter().map(|row| row.uid).collect();
        // Of a header alone nobody knows what it is made of.
        let known = inbox.structures(&uids).await?;
        let known: BTreeSet<u32> = known.into_iter().map(|(uid, _)| uid).collect();
        store.close().await;
        let whole = rows.iter().filter(|row| known.contains(&row.uid));
        let whole = count(whole.map(|row| row.envelope.subject.clone()))?;
        Ok((count(rows.into_iter().map(|row| row.envelope.subject))?, whole))
    }

    /// Compares everything that came with what was sent.
    async fn compare(&self) -> Result<()> {
        let store = self.store().await?.context("it collected")?;
        let mut inbox = self.inbox(&store).await?;
        for row in inbox.rows_after(0).await? {
            let number = row.envelope.subject.strip_prefix("Number ").context("ours")?.parse()?;
            let mut bytes = Vec::new();
            inbox.download(row.uid, "", &mut bytes).await?;
            ensure!(bytes == letter(&self.anna, number), "number {number} has other bytes");
        }
        let damaged = store.scrub().await?.damaged;
        ensure!(damaged.is_empty(), "damaged: {damaged:?}");
        store.close().await;
        Ok(())
    }

    /// Looks at what a kill left.
    async fn judge(&self) -> Result<Left> {
        let (there, (here, whole)) = (self.there()?, self.here().await?);
        let mut left = Left::default();
        for number in 1..=self.last {
            match (there.get(&number), here.get(&number)) {
                (_, Some(2..)) => anyhow::bail!("number {number} came twice"),
                (None, None) => anyhow::bail!("number {number} is lost"),
                (Some(_), None) => left.there += 1,
                (Some(_), Some(_)) => left.both += 1,
                (None, Some(_)) if !whole.contains_key(&number) => {
                    anyhow::bail!("of number {number} there is only the header")
                }
                (None, Some(_)) => left.here += 1,
            }
        }
        left.partly = here.len() - whole.len();
        ensure!(here.len() == left.both + left.here, "something came that was never there");
        Ok(left)
    }
}

/// What became of it all.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    messages: usize,
    /// Kills after which some were here that were still there too, and after which some were gone
    /// there.
    overlapping: usize,
    removing: usize,
    /// Kills after which of some only the header was here.
    partly: usize,
}

async fn torment(messages: usize, kills: usize, chance: &mut Chance) -> Result<Tally> {
    let mut torment = Torment::begin(messages).await?;
    let mut tally = Tally { kills, ..Tally::default() };
    let mut before = 0;
    for kill in 0..kills {
        // There is always something to collect.
        torment.deliver(chance.below(40))?;
        let removal = match chance.below(4) {
            0 => Removal::Never,
            _ => Removal::AfterDownload,
        };
        // Of most of the larger ones the header comes first.
        let asking = torment.ask(removal, if chance.below(3) == 0 { 0 } else { 1 });
        // Now and then a round comes to its end, and what is here is removed there.
        let longest = if chance.below(6) == 0 { 2_000 + 2 * messages } else { 1_500 };
        let moment = Duration::from_millis(20 + chance.below(longest) as u64);
        // Whatever comes of the asking, a kill is next.
        let _ = tokio::time::timeout(moment, async {
            let asked = asking.await;
            tokio::time::sleep(moment).await;
            asked
        })
        .await;
        torment.bridge.kill()?;
        let left = torment.judge().await.with_context(|| format!("after kill {kill}"))?;
        tally.overlapping += usize::from(left.both > 0);
        tally.partly += usize::from(left.partly > 0);
        tally.removing += usize::from(left.here > before);
        before = left.here;
        torment.bridge.launch().await?;
    }
    let through = async {
        loop {
            torment.ask(Removal::AfterDownload, 0).await?;
            let mut tab = torment.visitor.tab().await?;
            let account = tab.id();
            let resting = crate::collecting::until(
                &mut tab,
                "a last round",
                |it| matches!(it.stage, Stage::Waiting(left) if left > 5_000),
            );
            let _ = tokio::time::timeout(Duration::from_secs(60), resting).await;
            tab.link.call(ReadCollecting { account }).await?;
            if torment.there()?.is_empty() {
                return anyhow::Ok(());
            }
        }
    };
    tokio::time::timeout(SETTLES, through).await.context("the maildrop is never empty")??;
    torment.bridge.kill()?;
    let left = torment.judge().await?;
    ensure!(left.here == torment.last, "{left:?}");
    torment.compare().await?;
    tally.messages = torment.last;
    Ok(tally)
}

#[tokio::test]
async fn nothing_is_lost_or_comes_twice_however_often_it_is_killed() -> Result<()> {
    let seed = Chance::seed();
    let kills = chance::count("POSTERN_KILLS").unwrap_or(10);
    let messages = chance::count("POSTERN_MESSAGES").unwrap_or(1_000);
    let tally = torment(messages, kills, &mut Chance::new(seed)).await;
    let tally = tally.with_context(|| format!("POSTERN_SEED={seed}"))?;
    let Tally { kills, messages, overlapping, removing, partly } = tally;
    writeln!(
        std::io::stderr(),
        "collect: {kills} kills over {messages} messages: after {overlapping} some were here and \
         there, after {partly} some were here by their headers alone, after {removing} more had been \
         removed there; each is here once, byte for byte"
    )?;
    Ok(())
}
