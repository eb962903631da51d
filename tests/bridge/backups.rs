//! `postern backup` beside a bridge at work, and `postern restore`: everything that is named is there.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::db::copy::blobs_named;
use postern::store::local::Stores;
use postern::user::account_id;
use postern_shared::api::submissions::{ListSubmissions, SubmitMessage};
use postern_shared::submission::{Plan, SubmissionId};
use postern_tests::bridge::Home;
use postern_tests::program::{self, Program};
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, message};
use tokio::task::spawn_blocking;

use crate::send::letter;
use crate::uploads::upload;

/// Runs a verb on a file; its exit code and what it said.
fn run(home: &Home, verb: &str, file: &Path, data_dir: &Path) -> Result<(Option<i32>, String)> {
    run_at(&home.config(), verb, file, data_dir)
}

fn run_at(
    config: &Path,
    verb: &str,
    file: &Path,
    data_dir: &Path,
) -> Result<(Option<i32>, String)> {
    let mut command = Command::new(program::binary()?);
    command.arg(verb).arg(file).arg("--config").arg(config);
    let Output { status, stderr, .. } = command.env("POSTERN_DATA_DIR", data_dir).output()?;
    Ok((status.code(), String::from_utf8_lossy(&stderr).into_owned()))
}

fn ends(code: i32, (found, said): (Option<i32>, String)) {
    assert_eq!(found, Some(code), "{said}");
}

/// Messages held for a day, each with a file: rows that name blobs, more of them all the time, and
/// backups in between.
async fn hold(
    home: &Home,
    visitor: &Visitor,
    (tab, ben): (&mut Tab, &Person),
    place: &Path,
) -> Result<Vec<SubmissionId>> {
    let mut held = Vec::new();
    for number in 0..12 {
        let mut draft = letter(tab, ben, &format!("Held {number}"));
        let bytes = vec![b'a' + u8::try_from(number)?; 300_000];
        draft.attachments = vec![upload(home, visitor, "file.bin", &bytes).await?];
        let at = Clock::system().unix_ms() / 1000 + 86_400;
        let call = SubmitMessage { action: action(), draft, plan: Plan::At(at) };
        held.push(tab.link.call(call).await?);
        if number % 3 == 2 {
            let file = place.join(format!("{number}.tar"));
            ends(0, run(home, "backup", &file, &home.path().join("data"))?);
        }
    }
    Ok(held)
}

#[tokio::test]
async fn what_was_backed_up_at_work_is_whole_once_restored() -> Result<()> {
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let mut program = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let home = &program.home;
    let own = home.path().join("data");
    let visitor = Visitor::sign_in(home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let place = tempfile::tempdir()?;
    let held = hold(home, &visitor, (&mut tab, &ben), place.path()).await?;
    let file = place.path().join("11.tar");
    ends(1, run(home, "backup", &file, &own)?);
    ends(1, run(home, "restore", &file, &own)?);
    program.kill()?;
    ends(1, run(&program.home, "restore", &file, &own)?);

    // One octet that is another, or an end that is missing, and nothing is restored.
    let (bytes, bad, data) =
        (std::fs::read(&file)?, place.path().join("bad.tar"), place.path().join("data"));
    for (flip, cut) in [(1, bytes.len()), (0, bytes.len() / 2)] {
        let mut damaged = bytes[..cut].to_vec();
        damaged[cut / 2] ^= flip;
        std::fs::write(&bad, &damaged)?;
        ends(1, run(&program.home, "restore", &bad, &data)?);
        assert!(!data.join("postern.db").exists() && !data.join("restore.tmp").exists());
    }
    // After one that was cut off no bridge starts, and the same command begins anew.
    std::fs::create_dir_all(data.join("restore.tmp"))?;
    std::fs::create_dir_all(data.join("mail"))?;
    let refused = postern::db::Db::open(&data).await.err().context("refused")?;
    assert!(refused.to_string().contains("cut off"), "{refused}");
    ends(0, run(&program.home, "restore", &file, &data)?);
    ends(1, run(&program.home, "restore", &file, &data)?);
    let named = blobs_named(&data.join("postern.db")).await?;
    ensure!(named.len() >= 24, "submissions and files: {}", named.len());
    for key in named {
        ensure!(data.join("blobs").join(&key).is_file(), "{key} is named and not there");
    }
    // The bridge goes on with it.
    for part in ["postern.db", "postern.db-wal", "postern.db-shm", "secret.key"] {
        let _ = std::fs::remove_file(own.join(part));
    }
    std::fs::remove_dir_all(own.join("blobs"))?;
    for part in ["postern.db", "secret.key", "blobs"] {
        std::fs::rename(data.join(part), own.join(part))?;
    }
    program.launch().await?;
    let visitor = Visitor::sign_in(&program.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let mut there: Vec<_> =
        tab.link.call(ListSubmissions).await?.into_iter().map(|one| one.id.0).collect();
    let mut held: Vec<_> = held.into_iter().map(|id| id.0).collect();
    there.sort();
    held.sort();
    assert_eq!(there, held);
    program.stop()
}

#[tokio::test]
async fn mail_that_is_delivered_meanwhile_is_whole_in_every_backup() -> Result<()> {
    const MESSAGES: usize = 400;
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    for number in 0..MESSAGES {
        let letter = match number % 20 {
            // Those that lie beside the file of mail, as blobs.
            7 => message::with_attachment(&ben, &anna, &format!("Nr {number}"), 1_200_000),
            _ => message::plain(&ben, &anna, &format!("Nr {number}"), &"text\r\n".repeat(300)),
        };
        world.host().deliver(&anna.address, letter)?;
    }
    let program = Program::start(Home::new(&world.pop3_provider(), "/", "")?).await?;
    let own = program.home.path().join("data");
    let mut tab = Visitor::sign_in(&program.home, &anna).await?.tab().await?;
    let place = tempfile::tempdir()?;
    let mut seen = Vec::new();
    let mut at_work = 0;
    for number in 0..30 {
        let file = place.path().join(format!("{number}.tar"));
        let (home, into, data_dir) = (program.home.config(), file.clone(), own.clone());
        // On a thread: the maildrop is in this process.
        let ran = spawn_blocking(move || run_at(&home, "backup", &into, &data_dir)).await??;
        ends(0, ran);
        let data = place.path().join(format!("data{number}"));
        ends(0, run(&program.home, "restore", &file, &data)?);
        let found = whole_mail(&data).await?;
        at_work += usize::from(found > 0 && found < MESSAGES);
        seen.push(found);
        std::fs::remove_file(&file)?;
        std::fs::remove_dir_all(&data)?;
        if found == MESSAGES {
            break;
        }
    }
    ensure!(seen.is_sorted(), "{seen:?}");
    ensure!(at_work > 0, "none was made while mail came: {seen:?}");
    crate::collecting::until(&mut tab, "all of it", |it| it.last_at > 0).await?;
    let all = place.path().join("all.tar");
    let (home, into) = (program.home.config(), all.clone());
    ends(0, spawn_blocking(move || run_at(&home, "backup", &into, &own)).await??);
    let data = place.path().join("all");
    ends(0, run(&program.home, "restore", &all, &data)?);
    assert_eq!(whole_mail(&data).await?, MESSAGES);
    Ok(())
}

/// Compares what a restored folder has of mail with itself; how many messages were delivered.
async fn whole_mail(data: &Path) -> Result<usize> {
    let stores = Stores::new(data, Blobs::open(data)?, Clock::system(), 0);
    let Some(user) = stores.users().first().copied() else { return Ok(0) };
    let mail = stores.of(user).await?;
    let account = account_id(user, "anna@example.test").0;
    let delivered = mail.deliveries(&account).await?;
    ensure!(delivered.iter().all(|one| one.is_left), "a delivery without its message");
    let scrubbed = mail.scrub().await?;
    ensure!(scrubbed.damaged.is_empty(), "{scrubbed:?}");
    assert_eq!(scrubbed.contents, delivered.len() as u64);
    let named = blobs_named(&data.join("mail").join(format!("{user}.mail"))).await?;
    for key in named {
        ensure!(data.join("blobs").join(&key).is_file(), "{key} is named and not there");
    }
    mail.close().await;
    Ok(delivered.len())
}
