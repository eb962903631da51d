//! Mail servers of either kind behind one face, so that a test can be run against both.

use anyhow::{Context, Result};
use postern_mailhost::{Host, MailHost};

use crate::bridge::Provider;
use crate::dovecot::{Dovecot, Setup};
use crate::imap::RawImap;
use crate::postfix::Postfix;
use crate::{Person, message, smtp, wait};

/// Where mail is.
#[derive(Debug)]
pub enum World {
    /// Dovecot and Postfix, over TLS.
    Real {
        /// Holds the mail.
        dovecot: Box<Dovecot>,
        /// Takes and delivers it.
        postfix: Box<Postfix>,
    },
    /// The in-memory mail host.
    InMemory {
        /// Both.
        host: Box<Host>,
        /// Who has a mailbox.
        people: Vec<Person>,
    },
}

impl World {
    /// Dovecot and Postfix with anna, ben and chen.
    pub async fn real() -> Result<Self> {
        Self::real_as(Setup::default()).await
    }

    /// Dovecot as `setup` says, and Postfix.
    pub async fn real_as(setup: Setup) -> Result<Self> {
        let dovecot = Dovecot::start_as(setup).await?;
        let postfix = Postfix::start(&dovecot).await?;
        Ok(Self::Real { dovecot: Box::new(dovecot), postfix: Box::new(postfix) })
    }

    /// The mail host with anna, ben and chen.
    pub async fn in_memory() -> Result<Self> {
        Self::in_memory_with(Setup::default().people).await
    }

    /// The mail host with these people.
    pub async fn in_memory_with(people: Vec<Person>) -> Result<Self> {
        let builder = people.iter().fold(MailHost::builder(), |builder, person| {
            builder.user(&person.address, person.local(), &person.password)
        });
        Ok(Self::InMemory { host: Box::new(builder.start().await?), people })
    }

    /// How a bridge reaches it.
    pub fn provider(&self) -> Provider {
        match self {
            Self::Real { dovecot, postfix } => Provider::over_tls(dovecot, postfix),
            Self::InMemory { .. } => Provider::plain(self.imap(), self.submission()),
        }
    }

    /// How a bridge reaches it where there is POP3 alone.
    pub fn pop3_provider(&self) -> Provider {
        match self {
            Self::Real { dovecot, postfix } => Provider::pop3_over_tls(dovecot, postfix),
            Self::InMemory { host, .. } => {
                Provider::plain_pop3(host.pop3_addr().port(), self.submission())
            }
        }
    }

    /// How a bridge reaches it by IMAP and by POP3, as whoever adds an account chooses.
    pub fn provider_of_both(&self) -> Provider {
        let Provider(imap) = self.provider();
        let pop3 = match self {
            Self::Real { dovecot, .. } => format!("pop3s://localhost:{}", dovecot.pop3s),
            Self::InMemory { host, .. } => format!("pop3://127.0.0.1:{}", host.pop3_addr().port()),
        };
        Provider(format!("pop3 = \"{pop3}\"\n{imap}"))
    }

    /// Who has a mailbox.
    pub fn people(&self) -> &[Person] {
        match self {
            Self::Real { dovecot, .. } => &dovecot.people,
            Self::InMemory { people, .. } => people,
        }
    }

    /// The person with this local part.
    ///
    /// # Panics
    /// When there is none.
    pub fn person(&self, local: &str) -> Person {
        let found = self.people().iter().find(|person| person.local() == local);
        found.unwrap_or_else(|| panic!("nobody here is called {local}")).clone()
    }

    /// The port of IMAP without TLS.
    pub fn imap(&self) -> u16 {
        match self {
            Self::Real { dovecot, .. } => dovecot.imap,
            Self::InMemory { host, .. } => host.imap_addr().port(),
        }
    }

    /// The port of submission without TLS.
    pub fn submission(&self) -> u16 {
        match self {
            Self::Real { postfix, .. } => postfix.submission,
            Self::InMemory { host, .. } => host.smtp_addr().port(),
        }
    }

    /// The mail host, for its faults.
    ///
    /// # Panics
    /// When the servers are Dovecot and Postfix.
    pub fn host(&self) -> &Host {
        match self {
            Self::InMemory { host, .. } => host,
            Self::Real { .. } => panic!("faults are made by the mail host only"),
        }
    }

    /// A raw session of a person.
    pub async fn session(&self, person: &Person) -> Result<RawImap> {
        RawImap::sign_in(self.imap(), person).await
    }

    /// Sends a plain message as another mail program would, and waits until it lies in the inbox.
    pub async fn deliver(&self, from: &Person, to: &Person, subject: &str) -> Result<()> {
        let message = message::plain(from, to, subject, &format!("This is {subject}."));
        smtp::submit(self.submission(), from, &[&to.address], &message).await?;
        let mut session = self.session(to).await?;
        session.wait_for("INBOX", &format!("SUBJECT \"{subject}\"")).await?;
        Ok(())
    }

    /// Files a plain message straight into a mailbox.
    pub async fn file(&self, to: &Person, mailbox: &str, subject: &str) -> Result<()> {
        let from = Person::named("sender");
        let message = message::plain(&from, to, subject, &format!("This is {subject}."));
        self.session(to).await?.append(mailbox, "", [message.as_slice()]).await?;
        Ok(())
    }

    /// How many IMAP sessions of this person run now.
    pub fn sessions_of(&self, person: &Person) -> Result<usize> {
        match self {
            Self::Real { dovecot, .. } => dovecot.sessions_of(person),
            Self::InMemory { host, .. } => Ok(host.connections().current(&person.address)),
        }
    }

    /// Cuts every IMAP session and refuses new ones.
    pub async fn kill(&mut self) -> Result<()> {
        match self {
            Self::Real { dovecot, .. } => dovecot.kill(),
            Self::InMemory { host, .. } => {
                host.stop().await;
                Ok(())
            }
        }
    }

    /// Serves again, on the same ports with the same mail.
    pub async fn launch(&mut self) -> Result<()> {
        match self {
            Self::Real { dovecot, .. } => dovecot.launch().await,
            Self::InMemory { host, .. } => {
                host.restart().await.context("the mail host's ports are taken")
            }
        }
    }

    /// Waits until a person has at most `most` sessions, and fails when that never holds.
    pub async fn at_most(&self, most: usize, person: &Person) -> Result<()> {
        wait::until("the sessions to end", || async {
            Ok((self.sessions_of(person)? <= most).then_some(()))
        })
        .await
    }
}
