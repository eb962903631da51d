//! One suite of scenarios, played by the store on good servers and on poor ones: the same results.
//!
//! Each scenario has a person of its own, so that one server serves them all. The servers: Dovecot
//! with everything and with masked capabilities, the mail host with every extension off one by one,
//! with everything and with nothing.

mod changes;
mod list;
mod order;
mod push;
mod reading;
mod resync;
mod transfer;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use anyhow::{Context, Result, ensure};
use postern::secret::Secret;
use postern::store::imap::{Credentials, ImapConnection, Limits};
use postern::store::{Error, MailboxName, News};
use postern_mailhost::Capabilities;
use postern_tests::ground::{self, Ground, NOVEMBER};
use postern_tests::imap::RawImap;
use postern_tests::{Person, wait};
use tokio::net::TcpStream;

/// A scenario: what its person is called, and what is played.
type Scenario = (&'static str, for<'a> fn(&'a mut Stage<'a>) -> Play<'a>);
type Play<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

const SCENARIOS: [Scenario; 17] = [
    ("listing", |stage| Box::pin(list::mailboxes_are_listed(stage))),
    ("counting", |stage| Box::pin(list::counts_are_told(stage))),
    ("rows", |stage| Box::pin(reading::rows_come_in_order(stage))),
    ("opening", |stage| Box::pin(reading::a_message_is_opened(stage))),
    ("slicing", |stage| Box::pin(reading::a_body_comes_in_slices(stage))),
    ("ordering", |stage| Box::pin(order::orders_are_right(stage))),
    ("threading", |stage| Box::pin(order::threads_are_right(stage))),
    ("indexing", |stage| Box::pin(order::index_rows_are_whole(stage))),
    ("resyncing", |stage| Box::pin(resync::changes_of_the_meantime_are_found(stage))),
    ("organising", |stage| Box::pin(resync::mailboxes_are_made_and_removed(stage))),
    ("flags", |stage| Box::pin(changes::flags_are_set_and_cleared(stage))),
    ("expunging", |stage| Box::pin(changes::an_expunge_takes_what_it_is_told(stage))),
    ("copying", |stage| Box::pin(transfer::copies_are_where_the_answer_says(stage))),
    ("moving", |stage| Box::pin(transfer::moves_are_where_the_answer_says(stage))),
    ("appending", |stage| Box::pin(transfer::what_is_appended_comes_back(stage))),
    ("following", |stage| Box::pin(push::what_others_do_is_told(stage))),
    ("gone", |stage| Box::pin(push::what_is_missing_is_an_error(stage))),
];

/// Where one scenario is played: its person's mail, the store, and another mail program.
struct Stage<'a> {
    ground: &'a Ground,
    person: Person,
    store: ImapConnection,
    other: RawImap,
}

impl<'a> Stage<'a> {
    async fn of(ground: &'a Ground, local: &str) -> Result<Self> {
        let person = ground.person(local);
        let (store, other) = (connect(ground, &person).await?, ground.session(&person).await?);
        Ok(Self { ground, person, store, other })
    }

    /// Files a message with this subject, a minute after midnight of this day of November.
    async fn file(&self, mailbox: &str, subject: &str, day: u64, flags: &[&str]) -> Result<()> {
        let from = Person::named("sender");
        let text = format!("This is {subject}.");
        let message = postern_tests::message::plain(&from, &self.person, subject, &text);
        let at = NOVEMBER + (day - 1) * 86_400 + 60;
        self.ground.file((&self.person, mailbox), flags, at, &message).await
    }

    /// Files `Message 1` … in the inbox, one a day, and lets the store select it.
    async fn fill(&mut self, count: u64) -> Result<Vec<u32>> {
        for day in 1..=count {
            self.file("INBOX", &format!("Message {day}"), day, &[]).await?;
        }
        let selected = self.store.select(&inbox()).await?;
        same("messages in the inbox", u64::from(selected.exists), count)?;
        Ok(self.store.uids().await?)
    }

    /// Waits for news that satisfy `done`: by IDLE, or by NOOP where there is none.
    async fn news(
        &mut self,
        what: &str,
        known: &[u32],
        done: impl Fn(&News) -> bool,
    ) -> Result<()> {
        let deadline = wait::now() + wait::PATIENCE;
        let mut last = self.store.take_news(known);
        while !done(&last) {
            ensure!(wait::now() < deadline, "waited in vain for {what}, got {last:?}");
            match wait::within(what, async { Ok(self.store.idle(std::future::pending()).await) })
                .await?
            {
                Ok(_) => {}
                Err(Error::Unsupported(_)) => self.store.noop().await?,
                Err(error) => return Err(error.into()),
            }
            last = self.store.take_news(known);
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the store takes any stream; this is one")]
async fn connect(ground: &Ground, person: &Person) -> Result<ImapConnection> {
    let stream = TcpStream::connect(("127.0.0.1", ground.port())).await?;
    let credentials =
        Credentials { login: person.address.clone(), secret: Secret::new(person.password.clone()) };
    Ok(ImapConnection::open(stream, false, &credentials, Limits::default()).await?)
}

fn inbox() -> MailboxName {
    MailboxName::from_text("INBOX")
}

/// Fails, and says what is different, unless both are equal.
fn same<A: PartialEq<B> + Debug, B: Debug>(what: &str, found: A, expected: B) -> Result<()> {
    ensure!(found == expected, "{what}: {found:?} in place of {expected:?}");
    Ok(())
}

fn people() -> Vec<&'static str> {
    SCENARIOS.iter().map(|(name, _)| *name).collect()
}

async fn play_all(ground: &Ground) -> Result<()> {
    for (name, play) in SCENARIOS {
        let begin = format!("{name} on {}", ground.name);
        let mut stage = Stage::of(ground, name).await.with_context(|| begin.clone())?;
        play(&mut stage).await.with_context(|| begin)?;
    }
    Ok(())
}

#[tokio::test]
async fn every_scenario_plays_on_dovecot_whatever_it_offers() -> Result<()> {
    for mask in ground::masks() {
        play_all(&Ground::dovecot(mask, &people()).await?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_scenario_plays_on_the_mail_host_with_everything_and_nothing() -> Result<()> {
    for (name, on) in [("everything", Capabilities::every()), ("nothing", Capabilities::none())] {
        play_all(&Ground::host(name, on, &people()).await?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_scenario_plays_on_the_mail_host_without_each_extension() -> Result<()> {
    for name in Capabilities::NAMES {
        let on = Capabilities::every().without(name);
        play_all(&Ground::host(&format!("without {name}"), on, &people()).await?).await?;
    }
    Ok(())
}
