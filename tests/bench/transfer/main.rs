//! `bench-transfer [MESSAGES]`: mail taken out into files and brought in again, by the command line:
//! from server to server, and between accounts whose mail lies here. Says how many came out equal
//! (bytes, flags, dates), and how many went through in a second.

mod letters;
mod seen;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::db::UserId;
use postern::store::local::Stores;
use postern::user::account_id;
use postern_tests::bridge::Home;
use postern_tests::world::World;
use postern_tests::{Person, program, wait};
use seen::{Seen, compare};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

#[tokio::main]
async fn main() -> Result<()> {
    let given = std::env::args().nth(1).map(|text| text.parse()).transpose()?;
    let count: usize = given.unwrap_or(10_000);
    let place = tempfile::tempdir()?;
    let mut bad = 0;
    for (name, world) in
        [("the mail host", World::in_memory().await?), ("Dovecot", World::real().await?)]
    {
        for form in ["mbox", "zip"] {
            bad += between_servers((name, &world), (form, count), place.path()).await?;
        }
    }
    for form in ["mbox", "zip"] {
        bad += between_local((form, count), place.path()).await?;
    }
    ensure!(bad == 0, "{bad} messages are not what they were");
    Ok(())
}

fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Runs a verb; messages a second.
async fn run(
    home: &Home,
    (verb, who): (&str, &Person),
    rest: &[&str],
    count: usize,
) -> Result<String> {
    let mut command = Command::new(program::binary()?);
    command.arg(verb).arg(&who.address).args(rest).arg("--config").arg(home.config());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let begun = wait::now();
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().context("its input")?;
    input.write_all(format!("{}\n", who.password).as_bytes()).await?;
    drop(input);
    let done = child.wait_with_output().await?;
    ensure!(done.status.success(), "{verb}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(format!("{:.0}/s", count as f64 / begun.elapsed().as_secs_f64()))
}

/// Out of one account of a server, into a mailbox of another; messages that are not equal.
async fn between_servers(
    (name, world): (&str, &World),
    (form, count): (&str, usize),
    place: &Path,
) -> Result<usize> {
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let (mut hers, mut his) = (world.session(&anna).await?, world.session(&ben).await?);
    if hers.count("INBOX").await? == 0 {
        letters::fill(&mut hers, count).await?;
    }
    let home = Home::new(&world.provider(), "/", "")?;
    let path = place.join(format!("mail.{form}"));
    let file = path.to_str().context("a path of letters")?;
    let from = [file, "--mailbox", "INBOX", "--password-stdin"];
    let to = [file, "--mailbox", form, "--password-stdin"];
    let out = run(&home, ("export", &anna), &from, count).await?;
    let size = std::fs::metadata(&path)?.len() >> 20;
    let into = run(&home, ("import", &ben), &to, count).await?;
    let again = run(&home, ("import", &ben), &to, count).await?;
    let before = seen::of_mailbox(&mut hers, "INBOX").await?;
    let (tally, bad) = compare(&before, &seen::of_mailbox(&mut his, form).await?);
    report(&format!(
        "{name}, {form} ({size} MiB): out {out}, in {into}, again {again}; {tally} of {count}"
    ))?;
    std::fs::rename(&path, place.join(format!("first.{form}")))?;
    Ok(bad)
}

/// Into an account whose mail lies here, out of it, into another, and out of that.
async fn between_local((form, count): (&str, usize), place: &Path) -> Result<usize> {
    let world = World::in_memory().await?;
    let (anna, ben) = (Person::named("anna"), Person::named("ben"));
    let home = Home::new(&world.pop3_provider(), "/", "")?;
    let folder = home.path().join("data");
    let stores = Stores::new(&folder, Blobs::open(&folder)?, Clock::system(), 0);
    for (number, person) in [(1, &anna), (2, &ben)] {
        let user = UserId([number; 16]);
        let mail = stores.of(user).await?;
        mail.connect(&account_id(user, &person.address).0).await?;
        mail.close().await;
    }
    let file = |name: &str| -> PathBuf { place.join(format!("{name}.{form}")) };
    let (first, second, third) = (file("first"), file("second"), file("third"));
    let text = |path: &Path| path.display().to_string();
    let [one, two, three] = [text(&first), text(&second), text(&third)];
    let mailbox = ["--mailbox", "Plans"];
    let with = |file: &str| [file.to_owned(), mailbox[0].to_owned(), mailbox[1].to_owned()];
    let mut rates = Vec::new();
    for (verb, who, file) in [
        ("import", &anna, &one),
        ("export", &anna, &two),
        ("import", &ben, &two),
        ("import", &ben, &two),
        ("export", &ben, &three),
    ] {
        let rest = with(file);
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        rates.push(run(&home, (verb, who), &rest, count).await?);
    }
    let before: Vec<Seen> = seen::of_file(&first)?;
    let (tally, bad) = compare(&before, &seen::of_file(&third)?);
    let [into, out, second_in, again, second_out] = rates.as_slice() else {
        anyhow::bail!("five commands")
    };
    report(&format!(
        "here, {form}: in {into} and {second_in}, again {again}, out {out} and {second_out}; {tally} \
         of {count}"
    ))?;
    for path in [second, third] {
        std::fs::remove_file(path)?;
    }
    Ok(bad)
}
