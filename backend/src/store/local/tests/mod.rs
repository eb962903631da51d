//! Local mailboxes as their users meet them: the verbs, deliveries, crashes, and what two
//! connections tell each other.

mod crash;
mod housekeeping;
mod incomplete;
mod model;
mod verbs;

use std::path::Path;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use postern_shared::flag::Flag;
use tempfile::TempDir;

use super::{Delivered, Delivery, Label, LocalConnection, Stores, UserStore};
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::UserId;
use crate::store::MailboxName;

const ACCOUNT: &str = "a1";
const USER: UserId = UserId([7; 16]);

/// A user's mail in a folder of its own, at a time that stands still.
struct Place {
    disk: TempDir,
    clock: Clock,
    store: UserStore,
}

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

async fn open(folder: &Path, clock: &Clock, quota: u64) -> UserStore {
    let blobs = Blobs::open(folder).unwrap();
    Stores::new(folder, blobs, clock.clone(), quota).of(USER).await.unwrap()
}

impl Place {
    async fn new() -> Self {
        Self::with_quota(0).await
    }

    async fn with_quota(quota: u64) -> Self {
        let (disk, clock) = (tempfile::tempdir().unwrap(), Clock::fake(start()));
        let store = open(disk.path(), &clock, quota).await;
        Self { disk, clock, store }
    }

    /// Another connection, in this mailbox.
    async fn inside(&self, mailbox: &str) -> LocalConnection {
        let mut connection = self.store.connect(ACCOUNT).await.unwrap();
        connection.select(&name(mailbox)).await.unwrap();
        connection
    }
}

fn name(text: &str) -> MailboxName {
    MailboxName::from_text(text)
}

fn mail(subject: &str, body: &str) -> Bytes {
    Bytes::from(format!(
        "From: Ann <ann@a.test>\r\nTo: bob@b.test\r\nSubject: {subject}\r\n\
         Message-ID: <{}@a.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n",
        subject.len(),
    ))
}

/// A delivery to the inbox by a name.
fn delivery(name: &str, message: Bytes) -> Delivery {
    Delivery {
        mailbox: self::name("INBOX"),
        message: message.into(),
        flags: vec![Flag::Keyword("$New".into())],
        received_at: 1_600_000_000,
        name: name.into(),
        label: Label::default(),
    }
}

async fn subjects(connection: &mut LocalConnection) -> Vec<String> {
    let rows = connection.rows_after(0).await.unwrap();
    rows.into_iter().map(|row| row.envelope.subject).collect()
}
