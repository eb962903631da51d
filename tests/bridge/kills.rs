//! The bridge is killed at random moments while mail is uploaded, handed in, held, sent and filed.
//!
//! At the end every message that the bridge took arrived exactly once, or stands in the outbox for
//! its user to decide; Sent holds one copy of each. The course is repeated by `POSTERN_SEED`;
//! `POSTERN_KILLS` is how often it is killed.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;
use std::time::Duration;

use anyhow::{Result, ensure};
use postern::clock::Clock;
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
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, asked, taken, arrived, undecided, unanswered_but_sent } = self;
        write!(
            f,
            "{kills} kills, {asked} messages handed in, {taken} taken: {arrived} arrived exactly \
             once, {undecided} left to the user; {unanswered_but_sent} more arrived once unanswered"
        )
    }
}

impl Tally {
    fn count(&mut self, id: Option<&SubmissionId>, came: usize, doubt: bool) {
        self.taken += usize::from(id.is_some());
        match (id, doubt) {
            (Some(_), true) => self.undecided += 1,
            (Some(_), false) => self.arrived += 1,
            (None, _) => self.unanswered_but_sent += came,
        }
    }
}

/// Hands in until the link breaks; says what was handed in, and which of it was taken.
async fn write(
    (home, visitor, to): (&Home, &Visitor, &Person),
    round: usize,
    chance: &mut Chance,
    handed_in: &mut HashMap<String, Option<SubmissionId>>,
) -> Result<()> {
    let mut tab = visitor.tab().await?;
    for number in 0.. {
        let subject = format!("kill{round}x{number}x");
        let mut draft = letter(&tab, to, &subject);
        if chance.one_in(3) {
            let bytes = vec![b'x'; 1 + chance.below(200_000)];
            draft.attachments = vec![upload(home, visitor, "file.bin", &bytes).await?];
        }
        let plan = match chance.below(3) {
            0 => Plan::Now,
            1 => Plan::Held(1),
            _ => Plan::At(Clock::system().unix_ms() / 1000 + 1),
        };
        handed_in.insert(subject.clone(), None);
        let id = tab.link.call(SubmitMessage { action: action(), draft, plan }).await?;
        handed_in.insert(subject, Some(id));
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
    let mut handed_in = HashMap::new();
    for round in 0..kills {
        let moment = Duration::from_millis(50 + chance.below(2000) as u64);
        let writing = write((&bridge.home, &visitor, &ben), round, &mut chance, &mut handed_in);
        // Whatever ends the writing, a kill is next.
        let _ = tokio::time::timeout(moment, writing).await;
        bridge.kill()?;
        bridge.launch().await?;
    }
    let undecided = settled(&visitor).await?;
    let mut tally = Tally { kills, asked: handed_in.len(), ..Tally::default() };
    let deadline = wait::now() + SETTLES;
    loop {
        let arrived = subjects(&world, &ben, "INBOX").await?;
        let filed = subjects(&world, &anna, "Sent").await?;
        let wanted = arrived.keys().filter(|subject| !undecided.contains(subject)).count();
        let here = filed.keys().filter(|subject| !undecided.contains(subject)).count();
        if here == wanted || wait::now() > deadline {
            for (subject, id) in &handed_in {
                let of =
                    |counted: &HashMap<String, usize>| counted.get(subject).copied().unwrap_or(0);
                let (came, copies) = (of(&arrived), of(&filed));
                let doubt = undecided.contains(subject);
                let wrong = format!(
                    "{subject} {id:?}: came {came}, {copies} copies, doubt {doubt}; POSTERN_SEED={seed}"
                );
                ensure!(came <= 1 && copies <= 1, "twice: {wrong}");
                ensure!(doubt || copies == came, "filed otherwise than sent: {wrong}");
                ensure!(doubt || id.is_none() || came == 1, "lost: {wrong}");
                tally.count(id.as_ref(), came, doubt);
            }
            return Ok(tally);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
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
