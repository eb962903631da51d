//! Servers that offer more or less, behind one face: where scenarios are played.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result};
use postern_mailhost::{Capabilities, Host, MailHost, MailHostBuilder, Pop3Capabilities};
use postern_shared::account::Protocol;

use crate::Person;
use crate::bridge::Provider;
use crate::dovecot::{Dovecot, Setup};
use crate::imap::RawImap;

/// What Dovecot 2.3 offers, and no more, where everything is on.
const EVERYTHING: Option<&str> = None;
/// What Dovecot is told to offer in the other runs: without what the names say, and the least.
const MASKS: [(&str, Option<&str>); 7] = [
    ("everything", EVERYTHING),
    (
        "no CONDSTORE",
        Some(
            "IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ SORT SORT=DISPLAY THREAD=REFERENCES \
             MULTIAPPEND UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED ESEARCH ESORT SEARCHRES \
             WITHIN LIST-STATUS MOVE PREVIEW STATUS=SIZE SPECIAL-USE",
        ),
    ),
    (
        "no QRESYNC, ESEARCH, LITERAL+",
        Some(
            "IMAP4rev1 SASL-IR ID ENABLE IDLE SORT THREAD=REFERENCES UNSELECT CHILDREN NAMESPACE \
             UIDPLUS LIST-EXTENDED CONDSTORE LIST-STATUS MOVE SPECIAL-USE",
        ),
    ),
    (
        "no UIDPLUS, MOVE, SORT, THREAD",
        Some(
            "IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ CHILDREN NAMESPACE LIST-EXTENDED CONDSTORE \
             QRESYNC ESEARCH LIST-STATUS SPECIAL-USE",
        ),
    ),
    (
        "as Gmail",
        Some("IMAP4rev1 IDLE NAMESPACE CHILDREN UIDPLUS MOVE CONDSTORE ESEARCH SPECIAL-USE"),
    ),
    (
        "as Exchange",
        Some("IMAP4rev1 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"),
    ),
    ("the least", Some("IMAP4rev1")),
];

/// The names of the Dovecots: everything on, and several masks.
pub fn masks() -> impl Iterator<Item = &'static str> {
    MASKS.iter().map(|(name, _)| *name)
}

/// A server with mail for several people.
#[derive(Debug)]
pub struct Ground {
    /// Which one it is, for what a test says when it fails.
    pub name: String,
    /// What its accounts receive with.
    pub protocol: Protocol,
    server: Kind,
    people: Vec<Person>,
}

#[derive(Debug)]
enum Kind {
    Dovecot(Box<Dovecot>),
    Host(Box<Host>),
}

impl Ground {
    /// A Dovecot that offers what the mask of this name says.
    pub async fn dovecot(mask: &str, people: &[&str]) -> Result<Self> {
        let (name, capability) =
            MASKS.iter().find(|(name, _)| *name == mask).with_context(|| format!("no {mask}"))?;
        let people: Vec<Person> = people.iter().map(|name| Person::named(name)).collect();
        let setup = Setup { people: people.clone(), capability: *capability, ..Setup::default() };
        let server = Kind::Dovecot(Box::new(Dovecot::start_as(setup).await?));
        Ok(Self { name: format!("Dovecot, {name}"), protocol: Protocol::Imap, server, people })
    }

    /// A Dovecot whose mail is reached by POP3.
    pub async fn dovecot_by_pop3(people: &[&str]) -> Result<Self> {
        let ground = Self::dovecot(MASKS[0].0, people).await?;
        Ok(Self { name: "Dovecot, by POP3".to_owned(), protocol: Protocol::Pop3, ..ground })
    }

    /// A mail host with these extensions.
    pub async fn host(name: &str, on: Capabilities, people: &[&str]) -> Result<Self> {
        let set = |builder: MailHostBuilder| builder.capabilities(on);
        Self::host_as((format!("mail host, {name}"), Protocol::Imap), set, people).await
    }

    /// A mail host whose mail is reached by POP3, with these extensions.
    pub async fn host_by_pop3(name: &str, on: Pop3Capabilities, people: &[&str]) -> Result<Self> {
        let set = |builder: MailHostBuilder| builder.pop3(on);
        Self::host_as((format!("mail host by POP3, {name}"), Protocol::Pop3), set, people).await
    }

    async fn host_as(
        (name, protocol): (String, Protocol),
        set: impl FnOnce(MailHostBuilder) -> MailHostBuilder,
        people: &[&str],
    ) -> Result<Self> {
        let people: Vec<Person> = people.iter().map(|name| Person::named(name)).collect();
        let builder = people.iter().fold(MailHost::builder(), |builder, person| {
            builder.user(&person.address, person.local(), &person.password)
        });
        let server = Kind::Host(Box::new(set(builder).start().await?));
        Ok(Self { name, protocol, server, people })
    }

    /// The mail host, where it is one.
    pub fn as_host(&self) -> Option<&Host> {
        match &self.server {
            Kind::Host(host) => Some(host),
            Kind::Dovecot(_) => None,
        }
    }

    /// The port of IMAP without TLS.
    pub fn port(&self) -> u16 {
        match &self.server {
            Kind::Dovecot(dovecot) => dovecot.imap,
            Kind::Host(host) => host.imap_addr().port(),
        }
    }

    fn pop3_port(&self) -> u16 {
        match &self.server {
            Kind::Dovecot(dovecot) => dovecot.pop3,
            Kind::Host(host) => host.pop3_addr().port(),
        }
    }

    /// How a bridge reaches it; submission is the mail host's, or nobody's.
    pub fn provider(&self) -> Provider {
        let smtp = self.as_host().map_or(9, |host| host.smtp_addr().port());
        match self.protocol {
            Protocol::Imap => Provider::plain(self.port(), smtp),
            Protocol::Pop3 => Provider::plain_pop3(self.pop3_port(), smtp),
        }
    }

    /// The person with this local part.
    ///
    /// # Panics
    /// When there is none.
    pub fn person(&self, local: &str) -> Person {
        let found = self.people.iter().find(|person| person.local() == local);
        found.unwrap_or_else(|| panic!("nobody here is called {local}")).clone()
    }

    /// A raw session of a person; it speaks IMAP4rev1 and nothing beyond.
    pub async fn session(&self, person: &Person) -> Result<RawImap> {
        RawImap::sign_in(self.port(), person).await
    }

    /// Gives a mailbox another UIDVALIDITY, under everybody who has it open.
    pub fn renew_uid_validity(&self, person: &Person, mailbox: &str) -> Result<()> {
        match &self.server {
            Kind::Host(host) => {
                Ok(host.renew_uid_validity((&person.address, mailbox)).map(drop)?)
            }
            Kind::Dovecot(dovecot) => dovecot.renew_uid_validity(person, mailbox),
        }
    }

    /// Files a message as another mail program does, arrived at this second since 1970: in a maildrop
    /// the server that took it wrote that down.
    pub async fn file(
        &self,
        (person, mailbox): (&Person, &str),
        flags: &[&str],
        received_at: u64,
        message: &[u8],
    ) -> Result<()> {
        let received = match self.protocol {
            Protocol::Imap => String::new(),
            Protocol::Pop3 => format!(
                "Received: from a.test by b.test; {}\r\n",
                internal_date(received_at).replace('-', " ")
            ),
        };
        let message = &[received.as_bytes(), message].concat();
        match &self.server {
            Kind::Host(host) => {
                let time = UNIX_EPOCH + Duration::from_secs(received_at);
                host.append((&person.address, mailbox), flags, time, message)?;
            }
            Kind::Dovecot(_) => {
                let mut session = self.session(person).await?;
                let begin = format!("{} \"{}\"", flags.join(" "), internal_date(received_at));
                session.append_dated(mailbox, &begin, message).await?;
            }
        }
        Ok(())
    }
}

/// A moment of November 2026 as APPEND wants it; the scenarios' mail is of that month.
fn internal_date(seconds: u64) -> String {
    // 2026-11-01 00:00:00 UTC.
    let since = seconds.saturating_sub(NOVEMBER);
    let (day, second) = (since / 86_400 + 1, since % 86_400);
    let (hours, minutes) = (second / 3600, second / 60 % 60);
    format!("{day:2}-Nov-2026 {hours:02}:{minutes:02}:{:02} +0000", second % 60)
}

/// The first second of November 2026, from which the scenarios count.
pub const NOVEMBER: u64 = 1_793_491_200;
