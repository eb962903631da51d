//! `bench-collect [MESSAGES] [pace] [memory]`: collecting 10 kB messages beside a raw loop of
//! pipelined RETRs, and the bridge's memory for maildrops of 1 and 2 GB and for one message of
//! 200 MB. Parts by name; without a name all. Figures, no test.

mod maildrop;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use maildrop::Maildrop;
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::config;
use postern::db::UserId;
use postern::net::{self, Endpoint, Protocol, Provider, Security};
use postern::sasl::Proof;
use postern::secret::Secret;
use postern::store::imap::Credentials;
use postern::store::local::Stores;
use postern::store::pop3::collector::{self, Progress};
use postern::store::pop3::{Plaintext, Pop3Connection};
use postern_shared::api::collecting::ReadCollecting;
use postern_shared::collecting::{Policy, Stage};
use postern_tests::bridge::{self, Home};
use postern_tests::program::Program;
use postern_tests::visitor::Visitor;
use postern_tests::{Person, wait};
use tokio::sync::watch;

/// Octets of a message, about.
const SIZE: usize = 10_000;
/// Messages of the maildrop of 2 GB.
const MANY: usize = 200_000;
/// The large message.
const LARGE: usize = 200 << 20;
const ADDRESS: &str = "anna@example.test";

#[tokio::main]
async fn main() -> Result<()> {
    let (mut given, mut parts) = (None, Vec::new());
    for word in std::env::args().skip(1) {
        match word.parse::<usize>() {
            Ok(count) => given = Some(count),
            Err(_) if ["pace", "memory"].contains(&word.as_str()) => parts.push(word),
            Err(_) => bail!("{word} is not understood; parts are pace, memory"),
        }
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|it| it == part);
    if wanted("pace") {
        pace(given.unwrap_or(20_000)).await?;
    }
    if wanted("memory") {
        let messages = given.unwrap_or(MANY);
        for (messages, octets) in [(0, 0), (messages / 2, SIZE), (messages, SIZE), (1, LARGE)] {
            let peak = memory(messages, octets).await?;
            report(&format!(
                "bridge after {messages} messages of {octets} octets: {peak} KiB at most"
            ))?;
        }
    }
    Ok(())
}

/// Prints how fast so many messages are collected.
async fn pace(count: usize) -> Result<()> {
    let maildrop = Maildrop::serve(count, SIZE).await?;
    let raw = raw(&maildrop, count).await?;
    let collected = collected(&maildrop, count).await?;
    let share = collected / raw * 100.0;
    report(&format!(
        "{count} messages of {SIZE} octets: {collected:.0}/s collected, {raw:.0}/s by RETRs alone \
         ({share:.0} %)"
    ))
}

fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn endpoint(maildrop: &Maildrop) -> Endpoint {
    Endpoint { host: "127.0.0.1".into(), port: maildrop.port, security: Security::Plain }
}

/// Messages a second that are asked for and thrown away.
async fn raw(maildrop: &Maildrop, count: usize) -> Result<f64> {
    let trust = net::Trust::new(None)?;
    let opened = net::connect(&endpoint(maildrop), &trust, Protocol::Pop3).await?;
    let mut connection = Pop3Connection::greet(opened).await?;
    let secret = Secret::new("secret".to_owned());
    connection.sign_in(ADDRESS, Proof::Password(&secret), Plaintext::Allowed).await?;
    let begun = wait::now();
    connection.ask(1..=u32::try_from(count)?).await?;
    while let Some((_, body)) = connection.message().await? {
        let mut body = body?;
        while body.next().await?.is_some() {}
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// Messages a second that are collected.
async fn collected(maildrop: &Maildrop, count: usize) -> Result<f64> {
    let disk = tempfile::tempdir()?;
    let (clock, blobs) = (Clock::system(), Blobs::open(disk.path())?);
    let store = Stores::new(disk.path(), blobs, clock.clone(), 0).of(UserId([1; 16])).await?;
    let mut settings = config::Provider::named("Bench", vec!["example.test".to_owned()]);
    settings.allow_plaintext = true;
    settings.pop3 = Some(endpoint(maildrop));
    let credentials =
        Credentials { login: ADDRESS.to_owned(), secret: Secret::new("secret".to_owned()) };
    let (provider, account) = (Arc::new(Provider::new(settings)?), "bench".to_owned());
    let collector = collector::Maildrop {
        provider,
        credentials,
        store,
        account,
        clock,
        rest: collector::Demands::default(),
        largest: collector::LARGEST,
    };
    let progress = watch::Sender::new(Progress::default());
    let begun = wait::now();
    collector.collect(&Policy::default(), &progress).await?;
    let done = progress.borrow().done;
    anyhow::ensure!(done as usize == count, "{done} of {count} came");
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// The most memory that a bridge took while it collected such a maildrop, in KiB.
async fn memory(messages: usize, octets: usize) -> Result<u64> {
    let maildrop = Maildrop::serve(messages, octets).await?;
    let home = Home::new(&bridge::Provider::plain_pop3(maildrop.port, 1), "/", "")?;
    let program = Program::start(home).await?;
    let anna = Person { password: "secret".to_owned(), ..Person::named("anna") };
    let visitor = Visitor::sign_in(&program.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let account = tab.id();
    loop {
        let found = tab.link.call(ReadCollecting { account: account.clone() }).await?;
        if found.last_at > 0 && matches!(found.stage, Stage::Waiting(_)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    program.peak().context("its memory").map(|octets| octets / 1024)
}
