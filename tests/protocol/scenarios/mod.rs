//! One suite of scenarios, played by the store on good servers and on poor ones: the same results.
//!
//! Each scenario has a person of its own, so that one server serves them all. The servers: Dovecot
//! with everything and with masked capabilities, the mail host with every extension off one by one,
//! with everything and with nothing; and mailboxes in our own data.

mod changes;
mod list;
mod order;
mod other;
mod push;
mod reading;
mod resync;
mod transfer;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use anyhow::{Context, Result, ensure};
use other::Other;
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::db::UserId;
use postern::secret::Secret;
use postern::store::imap::{Credentials, ImapConnection, Limits};
use postern::store::local::{Stores, UserStore};
use postern::store::{Connection, Error, MailboxName, News};
use postern_mailhost::Capabilities;
use postern_shared::flag::Flag;
use postern_tests::ground::{self, Ground, NOVEMBER};
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
    place: Place<'a>,
    person: Person,
    store: Connection,
    other: Other,
}

/// Where a person's mail lives.
#[derive(Clone, Copy)]
enum Place<'a> {
    Server(&'a Ground),
    /// In our own data, an account a person.
    Local(&'a UserStore),
}

impl Place<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Server(ground) => &ground.name,
            Self::Local(_) => "local mailboxes",
        }
    }
}

impl<'a> Stage<'a> {
    async fn of(place: Place<'a>, local: &str) -> Result<Self> {
        let person = match place {
            Place::Server(ground) => ground.person(local),
            Place::Local(_) => Person::named(local),
        };
        let store = connect(place, &person).await?;
        let other = match place {
            Place::Server(ground) => Other::Raw(Box::new(ground.session(&person).await?)),
            Place::Local(store) => Other::Local(Box::new(store.connect(&person.address).await?)),
        };
        Ok(Self { place, person, store, other })
    }

    /// Files a message as another mail program does, arrived at this second since 1970.
    async fn file_at(&self, mailbox: &str, flags: &[&str], at: u64, message: &[u8]) -> Result<()> {
        match self.place {
            Place::Server(ground) => ground.file((&self.person, mailbox), flags, at, message).await,
            Place::Local(store) => {
                let flags: Vec<Flag> = flags.iter().filter_map(|flag| Flag::parse(flag)).collect();
                let (name, at) = (MailboxName::from_text(mailbox), i64::try_from(at)?);
                let mut connection = store.connect(&self.person.address).await?;
                connection.append(&name, &flags, Some(at), message.to_vec()).await?;
                Ok(())
            }
        }
    }

    /// Files a message with this subject, a minute after midnight of this day of November.
    async fn file(&self, mailbox: &str, subject: &str, day: u64, flags: &[&str]) -> Result<()> {
        let from = Person::named("sender");
        let text = format!("This is {subject}.");
        let message = postern_tests::message::plain(&from, &self.person, subject, &text);
        let at = NOVEMBER + (day - 1) * 86_400 + 60;
        self.file_at(mailbox, flags, at, &message).await
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
async fn connect(place: Place<'_>, person: &Person) -> Result<Connection> {
    let ground = match place {
        Place::Server(ground) => ground,
        Place::Local(store) => return Ok(store.connect(&person.address).await?.into()),
    };
    let stream = TcpStream::connect(("127.0.0.1", ground.port())).await?;
    let credentials =
        Credentials { login: person.address.clone(), secret: Secret::new(person.password.clone()) };
    Ok(ImapConnection::open(stream, false, &credentials, Limits::default()).await?.into())
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
    play_at(Place::Server(ground)).await
}

async fn play_at(place: Place<'_>) -> Result<()> {
    for (name, play) in SCENARIOS {
        let begin = format!("{name} on {}", place.name());
        let mut stage = Stage::of(place, name).await.with_context(|| begin.clone())?;
        play(&mut stage).await.with_context(|| begin)?;
    }
    Ok(())
}

#[tokio::test]
async fn every_scenario_plays_on_local_mailboxes() -> Result<()> {
    let disk = tempfile::tempdir()?;
    let stores = Stores::new(disk.path(), Blobs::open(disk.path())?, Clock::system(), 0);
    play_at(Place::Local(&stores.of(UserId([1; 16])).await?)).await
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
