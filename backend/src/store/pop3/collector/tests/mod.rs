//! Rounds against the mail host: what comes, what is removed, and what happens when things break.

mod faults;
mod parts;
mod plan;
mod policies;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use postern_mailhost::{Host, MailHost, Pop3Capabilities, Pop3Quirks, Quirks};
use postern_shared::collecting::{Policy, Removal};
use tempfile::TempDir;
use tokio::sync::watch;

use super::{Demands, Error, Maildrop, Missed, Progress, Reason};
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::config::{self, Endpoint, Security};
use crate::db::UserId;
use crate::net::Provider;
use crate::secret::Secret;
use crate::store::imap::Credentials;
use crate::store::local::{LocalConnection, Stores, UserStore};
use crate::store::{MailboxName, Moved};

const ANNA: &str = "anna@example.test";
const ACCOUNT: &str = "a1";

/// A mail host with anna's maildrop, and where it is collected.
struct Stage {
    host: Host,
    clock: Clock,
    maildrop: Maildrop,
    disk: TempDir,
}

fn letter(number: usize, length: usize) -> Vec<u8> {
    format!(
        "Received: from there by here; Tue, 14 Nov 2023 22:13:{:02} +0000\r\n\
         From: Ben <ben@example.test>\r\nTo: {ANNA}\r\nSubject: Letter {number}\r\n\
         Message-ID: <{number}@example.test>\r\n\r\n.dots\r\n{}\r\n",
        number % 60,
        "words and more ".repeat(length / 15),
    )
    .into_bytes()
}

async fn open(disk: &TempDir, clock: &Clock, quota: u64) -> UserStore {
    let blobs = Blobs::open(disk.path()).unwrap();
    Stores::new(disk.path(), blobs, clock.clone(), quota).of(UserId([7; 16])).await.unwrap()
}

impl Stage {
    async fn new(offers: Pop3Capabilities, letters: usize) -> Self {
        Self::with_quota(offers, letters, 0).await
    }

    async fn with_quota(offers: Pop3Capabilities, letters: usize, quota: u64) -> Self {
        let host = MailHost::builder().user(ANNA, "Anna", "secret").pop3(offers).start().await;
        let host = host.unwrap();
        for number in 1..=letters {
            host.deliver(ANNA, letter(number, 200 + 15 * number)).unwrap();
        }
        let (disk, clock) = (tempfile::tempdir().unwrap(), Clock::fake(start()));
        let store = open(&disk, &clock, quota).await;
        let mut settings = config::Provider::named("Here", vec!["example.test".into()]);
        settings.allow_plaintext = true;
        settings.pop3 = Some(Endpoint {
            host: "127.0.0.1".into(),
            port: host.pop3_addr().port(),
            security: Security::Plain,
        });
        let maildrop = Maildrop {
            provider: Arc::new(Provider::new(settings).unwrap()),
            credentials: Credentials { login: ANNA.into(), secret: Secret::new("secret".into()) },
            store,
            account: ACCOUNT.into(),
            clock: clock.clone(),
            rest: Demands::default(),
            largest: super::LARGEST,
        };
        Self { host, clock, maildrop, disk }
    }

    fn quirks(&self, pop3: Pop3Quirks) {
        self.host.set_quirks(Quirks { pop3, ..Quirks::default() });
    }

    /// A round; how far it came.
    async fn collect(&self, removal: Removal) -> Result<Progress, Error> {
        self.collect_by(Policy { removal, ..Policy::default() }).await
    }

    async fn collect_by(&self, policy: Policy) -> Result<Progress, Error> {
        let progress = watch::Sender::new(Progress::default());
        // What the server does when a session ends, it does a moment later.
        let done = self.maildrop.collect(&policy, &progress).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        done.map(|_| *progress.borrow())
    }

    /// A round; what of it did not come.
    async fn missed(&self) -> Result<Option<Missed>, Error> {
        let progress = watch::Sender::new(Progress::default());
        let policy = Policy { removal: Removal::AfterDownload, ..Policy::default() };
        let missed = self.maildrop.collect(&policy, &progress).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        missed
    }

    async fn inbox(&self) -> LocalConnection {
        let mut inbox = self.maildrop.store.connect(ACCOUNT).await.unwrap();
        inbox.select(&MailboxName::from_text("INBOX")).await.unwrap();
        inbox
    }

    /// The numbers of the letters that came, in their order.
    async fn came(&self) -> Vec<usize> {
        let mut inbox = self.inbox().await;
        let rows = inbox.rows_after(0).await.unwrap();
        let number = |subject: &str| subject.strip_prefix("Letter ").unwrap().parse().unwrap();
        rows.iter().map(|row| number(&row.envelope.subject)).collect()
    }

    fn left(&self) -> usize {
        self.host.mailbox(ANNA, "INBOX").map_or(0, |inbox| inbox.messages.len())
    }

    /// The bytes of what came.
    async fn bytes(&self) -> Vec<Vec<u8>> {
        let mut inbox = self.inbox().await;
        let mut all = Vec::new();
        for uid in inbox.uids().await.unwrap() {
            let mut bytes = Vec::new();
            inbox.download(uid, "", &mut bytes).await.unwrap();
            all.push(bytes);
        }
        all
    }

    async fn move_all(&self, to: &str) -> Moved {
        let mut inbox = self.inbox().await;
        let uids = inbox.uids().await.unwrap();
        inbox.move_to(&uids, &MailboxName::from_text(to)).await.unwrap()
    }
}

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn up_to(last: usize) -> Vec<usize> {
    (1..=last).collect()
}
