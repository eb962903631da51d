//! What goes wrong while mail is sent: each fault gives its state and its cause, and nothing is
//! lost or sent twice.

use std::io::Write;
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use postern::clock::Clock;
use postern_mailhost::{ImapEffect, SmtpEffect, Trigger};
use postern_shared::api::submissions::{ListSubmissions, RetrySubmission, SubmitMessage};
use postern_shared::error::ErrorCode;
use postern_shared::event::{Aside, Event};
use postern_shared::mailbox::Role;
use postern_shared::submission::{Cause, Plan, SubmissionId, SubmissionState};
use postern_tests::bridge::{Bridge, Home};
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, wait};
use sqlx::{Connection, SqliteConnection};

use crate::send::{letter, outcome};
use crate::uploads::upload;

/// What a fault leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is tried again by itself.
    Later(Cause),
    /// It is refused; the user decides.
    Refused(Cause),
    /// Nobody knows whether it arrived; here it did, or did not.
    Unknown { arrived: bool },
}

/// A reply in a phase, or the connection cut in it, and how it ends.
fn faults() -> Vec<(&'static str, SmtpEffect, End)> {
    let say = |code, words: &str| SmtpEffect::Reply(code, words.to_owned());
    let cut = || SmtpEffect::Close;
    let unreachable = End::Later(Cause::Unreachable);
    vec![
        ("GREETING", cut(), unreachable),
        ("GREETING", say(421, "4.3.2 Not now"), End::Later(Cause::Busy)),
        ("GREETING", say(554, "5.7.1 No mail from you"), End::Refused(Cause::Policy)),
        ("EHLO", cut(), unreachable),
        ("AUTH", cut(), unreachable),
        ("AUTH", say(454, "4.7.0 Temporary failure"), End::Later(Cause::Policy)),
        ("AUTH", SmtpEffect::RefuseAuth, End::Refused(Cause::AuthenticationFailed)),
        ("MAIL", cut(), unreachable),
        ("MAIL", say(421, "4.3.2 Shutting down"), End::Later(Cause::Busy)),
        ("MAIL", say(452, "4.3.1 Insufficient storage"), End::Later(Cause::Busy)),
        ("MAIL", say(552, "5.3.4 Message size exceeds limit"), End::Refused(Cause::TooLarge)),
        ("MAIL", say(550, "5.1.8 Bad sender"), End::Refused(Cause::SenderRefused)),
        ("RCPT", cut(), unreachable),
        ("RCPT", say(450, "4.2.0 Greylisted, come again"), End::Later(Cause::Greylisted)),
        ("RCPT", say(451, "4.7.1 Greylisting in action"), End::Later(Cause::Greylisted)),
        ("RCPT", say(421, "4.4.2 Timeout"), End::Later(Cause::Busy)),
        ("RCPT", say(552, "5.2.2 Mailbox full"), End::Refused(Cause::RecipientFull)),
        ("RCPT", say(550, "5.1.1 No such user"), End::Refused(Cause::NoSuchRecipient)),
        ("DATA", cut(), unreachable),
        ("DATA", say(421, "4.3.2 Shutting down"), End::Later(Cause::Busy)),
        ("DATA", say(554, "5.7.1 Looks like spam"), End::Refused(Cause::ContentRefused)),
        ("DATA", SmtpEffect::CloseInContent(20), End::Unknown { arrived: false }),
        (".", say(421, "4.3.2 Shutting down"), End::Later(Cause::Busy)),
        (".", say(451, "4.3.0 Queue file write error"), End::Later(Cause::Busy)),
        (".", say(552, "5.3.4 Too large"), End::Refused(Cause::TooLarge)),
        (".", cut(), End::Unknown { arrived: false }),
        (".", SmtpEffect::CloseAfterDot { delivered: false }, End::Unknown { arrived: false }),
        (".", SmtpEffect::CloseAfterDot { delivered: true }, End::Unknown { arrived: true }),
    ]
}

/// Waits until a submission rests, be it until the next attempt.
async fn rest(tab: &mut Tab, id: &SubmissionId) -> Result<SubmissionState> {
    let resting = |event: Event| match event.aside()? {
        Aside::SubmissionChanged(one) if one.id == *id => {
            (one.state != SubmissionState::Sending).then_some(one.state)
        }
        _ => None,
    };
    loop {
        match tab.link.event("the submission to rest", resting).await? {
            // As it is taken over, before anything was tried.
            SubmissionState::Retrying { reason, .. } if reason.is_empty() => {}
            state => return Ok(state),
        }
    }
}

fn end(state: &SubmissionState) -> Option<(End, &str)> {
    Some(match state {
        SubmissionState::Retrying { cause, reason, .. } => (End::Later(*cause), reason),
        SubmissionState::Failed { refused, accepted: 0 } => {
            let first = refused.first()?;
            (End::Refused(first.cause), &first.text)
        }
        _ => return None,
    })
}

async fn submit(tab: &mut Tab, to: &Person, subject: &str) -> Result<SubmissionId> {
    let draft = letter(tab, to, subject);
    tab.link.call(SubmitMessage { action: action(), draft, plan: Plan::Now }).await
}

/// How many messages with this subject lie there.
async fn copies(world: &World, person: &Person, mailbox: &str, subject: &str) -> Result<usize> {
    let mut session = world.session(person).await?;
    session.ok(&format!("SELECT {mailbox}")).await?;
    Ok(session.search(&format!("SUBJECT \"{subject}\"")).await?.len())
}

#[tokio::test]
async fn every_fault_of_every_phase_has_its_state_and_its_cause() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (anna, ben) = (scene.person("anna"), scene.person("ben"));
    let mut tab = scene.tab("anna").await?;
    for (number, (phase, effect, expect)) in faults().into_iter().enumerate() {
        let subject = format!("Fault {number:02}");
        let case = format!("{subject}: {effect:?} at {phase}");
        let words = match &effect {
            SmtpEffect::Reply(_, words) => words.split_once(' ').map(|(_, words)| words.to_owned()),
            _ => None,
        };
        let fault = scene.world.host().faults().smtp(Trigger::on(phase).times(1), effect);
        let id = submit(&mut tab, &ben, &subject).await?;
        let state = rest(&mut tab, &id).await.context(case.clone())?;
        ensure!(scene.world.host().faults().struck(fault) == 1, "{case} did not strike");
        let arrived = expect == End::Unknown { arrived: true };
        if let End::Unknown { .. } = expect {
            ensure!(state == SubmissionState::Uncertain, "{case}: {state:?}");
        } else {
            let (found, said) = end(&state).with_context(|| format!("{case}: {state:?}"))?;
            ensure!(found == expect, "{case}: {found:?} instead of {expect:?}");
            let words = words.unwrap_or_default();
            ensure!(said.contains(&words), "{case}: says {said:?}");
        }
        let came = copies(&scene.world, &ben, "INBOX", &subject).await?;
        ensure!(came == usize::from(arrived), "{case}: {came} arrived");
        if arrived {
            continue;
        }
        // The fault is over: the same message goes out whole, once, and is filed once.
        let again = RetrySubmission { action: action(), submission: id.clone() };
        tab.link.call(again).await.context(case.clone())?;
        let state = outcome(&mut tab, &id).await?;
        ensure!(state == SubmissionState::Sent, "{case}, then {state:?}");
        let filed = format!("SUBJECT \"{subject}\"");
        scene.world.session(&anna).await?.wait_for("Sent", &filed).await?;
        for (person, mailbox) in [(&ben, "INBOX"), (&anna, "Sent")] {
            let found = copies(&scene.world, person, mailbox, &subject).await?;
            ensure!(found == 1, "{case}: {found} in {mailbox}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn mail_goes_out_while_the_mailboxes_cannot_be_reached_and_is_filed_later() -> Result<()> {
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let clock = Clock::fake(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let home = Home::new(&world.provider(), "/", "")?;
    let bridge = Bridge::start_at(home, clock.clone()).await?;
    let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    tab.mailboxes().await?;
    let down = world.host().faults().imap(Trigger::always().user(&anna.address), ImapEffect::Close);
    let id = submit(&mut tab, &ben, "No mailboxes").await?;
    assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
    assert_eq!(copies(&world, &ben, "INBOX", "No mailboxes").await?, 1);
    world.host().faults().clear(down);
    assert_eq!(copies(&world, &anna, "Sent", "No mailboxes").await?, 0);
    let filed = wait::until("its copy in Sent", || async {
        clock.advance(Duration::from_secs(30));
        let found = copies(&world, &anna, "Sent", "No mailboxes").await?;
        Ok((found > 0).then_some(found))
    });
    assert_eq!(filed.await?, 1);
    assert_eq!(copies(&world, &ben, "INBOX", "No mailboxes").await?, 1, "it was sent again");
    Ok(())
}

#[tokio::test]
async fn mail_waits_while_the_submission_server_cannot_be_reached() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let ben = scene.person("ben");
    let mut tab = scene.tab("anna").await?;
    let down = scene.world.host().faults().smtp(Trigger::on("GREETING"), SmtpEffect::Close);
    let id = submit(&mut tab, &ben, "No server").await?;
    let state = rest(&mut tab, &id).await?;
    assert_eq!(end(&state).map(|(end, _)| end), Some(End::Later(Cause::Unreachable)));
    scene.world.file(&scene.person("anna"), "INBOX", "Still read").await?;
    let mut inbox = tab.open(Role::Inbox).await?;
    tab.follow(&mut inbox, "mail while sending fails", |list| list.row("Still read").is_some())
        .await?;
    scene.world.host().faults().clear(down);
    tab.link.call(RetrySubmission { action: action(), submission: id.clone() }).await?;
    assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
    assert_eq!(copies(&scene.world, &ben, "INBOX", "No server").await?, 1);
    Ok(())
}

/// A small file system of its own below a bridge's data, taken away when dropped.
struct Disk(std::path::PathBuf);

impl Disk {
    /// None where this machine does not let us mount one.
    fn mount(home: &Home, megabytes: usize) -> Result<Option<Self>> {
        let path = home.path().join("data");
        std::fs::create_dir_all(&path)?;
        let size = format!("size={megabytes}m,mode=0700");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        Ok(mounted.then_some(Self(path)))
    }

    /// Leaves no byte free; what is given back frees it again.
    fn fill(&self) -> Result<Filled> {
        let path = self.0.join("filled");
        let mut file = std::fs::File::create(&path)?;
        let zeros = vec![0_u8; 4096];
        // Ends with the error that is wanted: no space left.
        while file.write_all(&zeros).is_ok() {}
        Ok(Filled(path))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a bridge that is being dropped may still hold files.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn skipped() -> Result<()> {
    writeln!(std::io::stderr(), "1 case skipped: no file system can be mounted here")?;
    Ok(())
}

/// What fills a disk, until it is dropped.
struct Filled(std::path::PathBuf);

impl Drop for Filled {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_taken_and_nothing_taken_is_lost() -> Result<()> {
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let home = Home::new(&world.provider(), "/", "")?;
    let Some(disk) = Disk::mount(&home, 8)? else { return skipped() };
    let mut program = Program::start(home).await?;
    let visitor = Visitor::sign_in(&program.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    tab.mailboxes().await?;
    // Taken while there is room, due when there is none.
    let held = letter(&tab, &ben, "Held before");
    let call = SubmitMessage { action: action(), draft: held, plan: Plan::Held(2) };
    let held = tab.link.call(call).await?;
    let filled = disk.fill()?;
    let mut refused = letter(&tab, &ben, "Refused when full");
    refused.text = "All of this stays with its writer.\n".repeat(2000);
    let call = SubmitMessage { action: action(), draft: refused, plan: Plan::Now };
    let error = tab.link.refusal(call.clone()).await?;
    assert_eq!(error.code, ErrorCode::OverQuota, "{error:?}");
    let big = vec![b'x'; 9 << 20];
    assert!(upload(&program.home, &visitor, "big.bin", &big).await.is_err());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(copies(&world, &ben, "INBOX", "Refused when full").await?, 0);
    drop(filled);
    // Room again: the same action is done now, and what was held before goes out.
    let late = tab.link.call(call.clone()).await?;
    assert_eq!(tab.link.call(call).await?, late, "a repeat made a second submission");
    program.kill()?;
    program.launch().await?;
    let mut tab = visitor.tab().await?;
    for subject in ["Held before", "Refused when full"] {
        settled_once(&world, &mut tab, &ben, subject).await?;
    }
    assert_ne!(held, late);
    Ok(())
}

#[tokio::test]
async fn what_the_server_took_while_the_disk_was_full_is_known_to_be_sent() -> Result<()> {
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let home = Home::new(&world.provider(), "/", "")?;
    let Some(disk) = Disk::mount(&home, 8)? else { return skipped() };
    let program = Program::start(home).await?;
    let visitor = Visitor::sign_in(&program.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let slow = Trigger::on(".").times(1);
    let slow = world.host().faults().smtp(slow, SmtpEffect::Slow(Duration::from_secs(3)));
    let id = submit(&mut tab, &ben, "In between").await?;
    wait::until("the dot", || async {
        Ok((world.host().faults().struck(slow) == 1).then_some(()))
    })
    .await?;
    let filled = disk.fill()?;
    world.session(&ben).await?.wait_for("INBOX", "SUBJECT \"In between\"").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let listed = tab.link.call(ListSubmissions).await?;
    assert_eq!(listed[0].state, SubmissionState::Sending, "the disk was not full");
    drop(filled);
    assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
    world.session(&anna).await?.wait_for("Sent", "SUBJECT \"In between\"").await?;
    assert_eq!(copies(&world, &ben, "INBOX", "In between").await?, 1);
    Ok(())
}

/// Waits until a message arrived or is left to its user, and sees that it came at most once.
async fn settled_once(world: &World, tab: &mut Tab, to: &Person, subject: &str) -> Result<()> {
    let deadline = wait::now() + Duration::from_secs(120);
    loop {
        let came = copies(world, to, "INBOX", subject).await?;
        ensure!(came <= 1, "{subject} came {came} times");
        let listed = tab.link.call(ListSubmissions).await?;
        let mut of_it = listed.iter().filter(|one| one.subject == subject);
        if of_it.any(|one| one.state == SubmissionState::Uncertain) || came == 1 {
            return Ok(());
        }
        ensure!(wait::now() < deadline, "{subject} is lost: {listed:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_locked_database_delays_or_refuses_and_loses_nothing() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let ben = scene.person("ben");
    let mut tab = scene.tab("anna").await?;
    let held = letter(&tab, &ben, "Held before");
    let call = SubmitMessage { action: action(), draft: held, plan: Plan::Held(1) };
    let held = tab.link.call(call).await?;
    // As an administrator's own tool would hold it.
    let file = scene.home().path().join("data/postern.db");
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await?;
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await?;
    let draft = letter(&tab, &ben, "While locked");
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    let error = tab.link.refusal(call.clone()).await?;
    assert_eq!(error.code, ErrorCode::Internal);
    assert_eq!(copies(&scene.world, &ben, "INBOX", "").await?, 0, "it went out unwritten");
    sqlx::raw_sql("COMMIT").execute(&mut other).await?;
    let id = tab.link.call(call.clone()).await?;
    assert_eq!(tab.link.call(call).await?, id);
    for subject in ["Held before", "While locked"] {
        settled_once(&scene.world, &mut tab, &ben, subject).await?;
        assert_eq!(copies(&scene.world, &ben, "INBOX", subject).await?, 1);
    }
    assert_ne!(held, id);
    Ok(())
}
