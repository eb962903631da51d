//! Whoever else is at the same mail, as scenarios on a page need somebody.

use anyhow::{Context, Result, ensure};
use postern_shared::account::Protocol;
use postern_shared::api::collecting::CollectNow;
use postern_shared::api::messages::{ChangeFlags, ExpungeMessages, Targets};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::Role;

use crate::Person;
use crate::bridge::Bridge;
use crate::ground::Ground;
use crate::imap::RawImap;
use crate::visitor::{Tab, Visitor, action};

/// Somebody else at the same mail.
pub enum Other {
    /// Another mail program, at the server.
    Program(Box<RawImap>),
    /// The same person at another browser: the mailboxes of a maildrop are nowhere else.
    Browser(Box<Tab>),
}

impl Other {
    /// Somebody else at this person's mail.
    pub async fn of(ground: &Ground, bridge: &Bridge, person: &Person) -> Result<Self> {
        Ok(match ground.protocol {
            Protocol::Imap => Self::Program(Box::new(ground.session(person).await?)),
            Protocol::Pop3 => {
                let visitor = Visitor::sign_in(&bridge.home, person).await?;
                Self::Browser(Box::new(visitor.tab().await?))
            }
        })
    }

    /// Has what came since brought in, where the server does not tell of it by itself.
    pub async fn bring_in(&mut self) -> Result<()> {
        match self {
            Self::Program(_) => Ok(()),
            Self::Browser(tab) => {
                let account = tab.id();
                tab.link.call(CollectNow { account }).await
            }
        }
    }

    /// How many messages with this in their subject a mailbox holds.
    pub async fn count(&mut self, role: Role, subject: &str) -> Result<usize> {
        match self {
            Self::Program(session) => Ok(found(session, role, subject).await?.len()),
            Self::Browser(tab) => {
                let open = tab.open(role).await?;
                let subjects = open.list.subjects().into_iter();
                Ok(subjects.filter(|one| one.contains(subject)).count())
            }
        }
    }

    /// Flags the one message in the inbox with this in its subject.
    pub async fn flag(&mut self, subject: &str) -> Result<()> {
        match self {
            Self::Program(session) => store(session, subject, "\\Flagged").await,
            Self::Browser(tab) => {
                let targets = inbox(tab, subject).await?;
                let change = FlagChange { add: vec![Flag::Flagged], remove: vec![] };
                tab.link.call(ChangeFlags { action: action(), targets, change }).await.map(drop)
            }
        }
    }

    /// Removes it for ever.
    pub async fn expunge(&mut self, subject: &str) -> Result<()> {
        match self {
            Self::Program(session) => {
                store(session, subject, "\\Deleted").await?;
                session.ok("EXPUNGE").await.map(drop)
            }
            Self::Browser(tab) => {
                let targets = inbox(tab, subject).await?;
                tab.link.call(ExpungeMessages { action: action(), targets }).await.map(drop)
            }
        }
    }
}

async fn found(session: &mut RawImap, role: Role, subject: &str) -> Result<Vec<u32>> {
    let mailbox = if role == Role::Inbox { "INBOX".to_owned() } else { format!("{role:?}") };
    session.ok(&format!("SELECT {mailbox}")).await?;
    session.search(&format!("SUBJECT \"{subject}\"")).await
}

async fn store(session: &mut RawImap, subject: &str, flag: &str) -> Result<()> {
    let uids = found(session, Role::Inbox, subject).await?;
    ensure!(uids.len() == 1, "{} messages are {subject}", uids.len());
    session.ok(&format!("UID STORE {} +FLAGS ({flag})", uids[0])).await.map(drop)
}

async fn inbox(tab: &mut Tab, subject: &str) -> Result<Targets> {
    let open = tab.open(Role::Inbox).await?;
    let row = open.list.row(subject).with_context(|| format!("nothing is {subject}"))?;
    Ok(Targets::Keys(vec![row.key.clone()]))
}
