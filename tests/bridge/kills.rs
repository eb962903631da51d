//! The bridge is killed at random moments while mail is written, uploaded, handed in, held, sent and
//! filed.
//!
//! At the end every message that the bridge took arrived exactly once, or stands in the outbox for
//! its user to decide; Sent holds one copy of each; of what was only written, Drafts holds one copy,
//! no older than the last that the bridge said was kept. The course is repeated by `POSTERN_SEED`;
//! `POSTERN_KILLS` is how often it is killed.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use postern::clock::Clock;
use postern_shared::api::drafts::{SaveDraft, Saved};
use postern_shared::api::submissions::{ListSubmissions, SubmitMessage};
use postern_shared::submission::{Plan, Submission, SubmissionId, SubmissionState};
use postern_tests::bridge::Home;
use postern_tests::chance::{self, Chance};
use postern_tests::program::Program;
use postern_tests::visitor::{Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, wait};

use crate::send::letter;
use crate::uploads::upload;

/// How long the last messages may take to come to their ends: a filing that failed waits a minute.
const SETTLES: Duration = Duration::from_secs(240);

/// What became of what the bridge took.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    asked: usize,
    taken: usize,
    arrived: usize,
    undecided: usize,
    /// Never answered, and all the same there.
    unanswered_but_sent: usize,
    /// Only written, and there as it was last kept.
    drafts: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, asked, taken, arrived, undecided, unanswered_but_sent, drafts } = self;
        write!(
            f,
            "{kills} kills, {asked} messages handed in, {taken} taken: {arrived} arrived exactly \
             once, {undecided} left to the user; {unanswered_but_sent} more arrived once \
             unanswered; {drafts} drafts kept in one copy"
        )
    }
}

/// A message that was written, and how far it came as its writer knows.
#[derive(Debug, Default)]
struct Letter {
    /// Saves that were asked for, and the last that was answered.
    asked: usize,
    kept: Option<usize>,
    handed_in: bool,
    taken: Option<SubmissionId>,
}

/// What of a letter is found in the end.
#[derive(Debug)]
struct Found {
    came: usize,
    filed: usize,
    /// The version of each copy in Drafts.
    drafts: Vec<usize>,
    /// It stands in the outbox, for its user to decide.
    doubt: bool,
}

impl Letter {
    /// Counts what became of it, or says what is wrong with that.
    fn judge(&self, found: &Found, tally: &mut Tally) -> Result<()> {
        let Found { came, filed, drafts, doubt } = found;
        ensure!(*came <= 1 && *filed <= 1, "twice");
        ensure!(*doubt || filed == came, "filed otherwise than sent");
        ensure!(drafts.len() <= 1, "more than one copy in Drafts");
        ensure!(*doubt || self.taken.is_none() || *came == 1, "lost");
        ensure!(*doubt || *came == 0 || drafts.is_empty(), "sent, and still in Drafts");
        let whole = *doubt || *came == 1 || drafts.first().copied() >= self.kept;
        ensure!(whole, "its last words are lost");
        ensure!(self.handed_in || *came == 0, "sent without being handed in");
        tally.asked += usize::from(self.handed_in);
        tally.taken += usize::from(self.taken.is_some());
        tally.drafts += drafts.len();
        match (&self.taken, doubt) {
            (Some(_), true) => tally.undecided += 1,
            (Some(_), false) => tally.arrived += 1,
            (None, _) => tally.unanswered_but_sent += came,
        }
        Ok(())
    }
}

type Letters = HashMap<String, Letter>;

/// Writes, keeps and hands in until the link breaks; says how far each message came.
async fn write(
    (home, visitor, to): (&Home, &Visitor, &Person),
    round: usize,
    chance: &mut Chance,
    letters: &mut Letters,
) -> Result<()> {
    let mut tab = visitor.tab().await?;
    for number in 0.. {
        let subject = format!("kill{round}x{number}x");
        let mut draft = letter(&tab, to, &subject);
        let known = letters.entry(subject).or_default();
        if chance.one_in(3) {
            let bytes = vec![b'x'; 1 + chance.below(200_000)];
            draft.attachments = vec![upload(home, visitor, "file.bin", &bytes).await?];
        }
        for version in 1..=chance.below(4) {
            draft.text = format!("version={version};\n");
            known.asked = version;
            let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![] };
            let Saved::Kept(kept) = tab.link.call(call).await? else {
                bail!("nobody else wrote it")
            };
            known.kept = Some(version);
            draft.options.message_id = kept.message_id;
            draft.options.stored = Some(kept.key);
            draft.attachments = kept.attachments;
        }
        if known.kept.is_some() && chance.one_in(3) {
            continue;
        }
        let plan = match chance.below(3) {
            0 => Plan::Now,
            1 => Plan::Held(1),
            _ => Plan::At(Clock::system().unix_ms() / 1000 + 1),
        };
        known.handed_in = true;
        let id = tab.link.call(SubmitMessage { action: action(), draft, plan }).await?;
        known.taken = Some(id);
    }
    Ok(())
}

fn is_over(submission: &Submission) -> bool {
    matches!(submission.state, SubmissionState::Uncertain | SubmissionState::Failed { .. })
}

/// How often each subject stands in a mailbox.
async fn subjects(world: &World, person: &Person, mailbox: &str) -> Result<HashMap<String, usize>> {
    let mut session = world.session(person).await?;
    let mut counted = HashMap::new();
    if session.count(mailbox).await? == 0 {
        return Ok(counted);
    }
    let answer = session.ok("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])").await?;
    for line in answer.untagged.concat().lines() {
        if let Some((_, subject)) = line.split_once("Subject: ") {
            *counted.entry(subject.trim().to_owned()).or_default() += 1;
        }
    }
    Ok(counted)
}

async fn torment(world: World, kills: usize) -> Result<Tally> {
    let seed = Chance::seed();
    let mut chance = Chance::new(seed);
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let config = "[limits]\nsubmissions_per_hour = 100000\n";
    let mut bridge = Program::start(Home::new(&world.provider(), "/", config)?).await?;
    let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
    let mut letters = Letters::new();
    for round in 0..kills {
        let moment = Duration::from_millis(50 + chance.below(2000) as u64);
        let writing = write((&bridge.home, &visitor, &ben), round, &mut chance, &mut letters);
        // Whatever ends the writing, a kill is next.
        let _ = tokio::time::timeout(moment, writing).await;
        bridge.kill()?;
        bridge.launch().await?;
    }
    let undecided = settled(&visitor).await?;
    let deadline = wait::now() + SETTLES;
    loop {
        let verdict = judged(&world, &letters, &undecided).await;
        match verdict {
            Ok(tally) => return Ok(Tally { kills, ..tally }),
            Err(error) if wait::now() > deadline => {
                return Err(error.context(format!("POSTERN_SEED={seed}")));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

/// Compares what lies in the mailboxes with what was written.
async fn judged(world: &World, letters: &Letters, undecided: &[String]) -> Result<Tally> {
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let arrived = subjects(world, &ben, "INBOX").await?;
    let filed = subjects(world, &anna, "Sent").await?;
    let mut drafts = versions(world, &anna).await?;
    let mut tally = Tally::default();
    for (subject, letter) in letters {
        let of = |counted: &HashMap<String, usize>| counted.get(subject).copied().unwrap_or(0);
        let found = Found {
            came: of(&arrived),
            filed: of(&filed),
            drafts: drafts.remove(subject).unwrap_or_default(),
            doubt: undecided.contains(subject),
        };
        let judged = letter.judge(&found, &mut tally);
        judged.with_context(|| format!("{subject}: {letter:?}, {found:?}"))?;
    }
    Ok(tally)
}

/// The version of every copy in Drafts, by subject.
async fn versions(world: &World, person: &Person) -> Result<HashMap<String, Vec<usize>>> {
    let mut session = world.session(person).await?;
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    if session.count("Drafts").await? == 0 {
        return Ok(found);
    }
    for seq in 1.. {
        let answer = session.command(&format!("FETCH {seq} BODY.PEEK[]")).await?;
        let text = answer.untagged.concat();
        let Some((_, rest)) = text.split_once("Subject: ") else { break };
        let subject = rest.lines().next().unwrap_or_default().trim().to_owned();
        // An equals sign may be quoted.
        let rest = rest.replace("=3D", "=");
        let version = rest.split_once("version=").and_then(|(_, rest)| rest.split_once(';'));
        let (version, _) = version.with_context(|| format!("no version in {text}"))?;
        found.entry(subject).or_default().push(version.parse()?);
    }
    Ok(found)
}

/// Waits until the outbox holds only what its user must decide; the subjects of that.
async fn settled(visitor: &Visitor) -> Result<Vec<String>> {
    let mut tab = visitor.tab().await?;
    let deadline = wait::now() + SETTLES;
    loop {
        let listed = tab.link.call(ListSubmissions).await?;
        if listed.iter().all(is_over) {
            return Ok(listed.into_iter().map(|one| one.subject).collect());
        }
        ensure!(wait::now() < deadline, "the outbox does not settle: {listed:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Kills in one test: a few, unless more are asked for.
fn kills() -> usize {
    chance::count("POSTERN_KILLS").unwrap_or(10)
}

#[tokio::test]
async fn nothing_is_lost_or_sent_twice_before_the_mail_host() -> Result<()> {
    let tally = torment(World::in_memory().await?, kills()).await?;
    writeln!(std::io::stderr(), "mail host: {tally}")?;
    ensure!(tally.taken > 0, "nothing was handed in");
    Ok(())
}

#[tokio::test]
async fn nothing_is_lost_or_sent_twice_before_dovecot_and_postfix() -> Result<()> {
    let tally = torment(World::real().await?, kills()).await?;
    writeln!(std::io::stderr(), "Dovecot and Postfix: {tally}")?;
    ensure!(tally.taken > 0, "nothing was handed in");
    Ok(())
}
