//! The watching connection: it idles in the mailbox that the user looks at (RFC 2177).
//!
//! It only says *where* something happened; the command connection then asks what, in its own
//! sequence numbers. So a hint that is lost or doubled does no harm. A server without IDLE, or
//! with no connection to spare, is polled by the actor instead.

use std::time::Duration;

use postern_shared::mailbox::MailboxId;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::error::Error;
use super::facts::Facts;
use crate::clock::Clock;
use crate::net;
use crate::store::imap::{ImapConnection, Limits};
use crate::store::{self, MailboxName};

/// Where to watch, and how often the machine slept so far; nothing while there is no command
/// connection.
pub(super) type Focus = Option<(MailboxId, MailboxName, u32)>;

/// How long a server that spares no second connection is left alone.
const LONG_PAUSE: Duration = Duration::from_secs(600);

/// How long saying goodbye may take.
const GRACE: Duration = Duration::from_millis(500);

/// Something happened in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// Where.
    pub mailbox: MailboxId,
}

/// The watching task of one account.
pub(super) struct Watcher {
    pub facts: Facts,
    pub clock: Clock,
    pub focus: watch::Receiver<Focus>,
    pub hints: mpsc::Sender<Hint>,
    pub stop: CancellationToken,
    /// The mailbox that the connection looks at.
    pub watching: Option<MailboxId>,
}

impl Watcher {
    /// Watches until stopped.
    pub(super) async fn run(mut self) {
        let stop = self.stop.clone();
        let mut connection = None;
        let stopped = async {
            stop.cancelled().await;
            // Time for IDLE to end with DONE; what waits for anything else is cut off.
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = stopped => {}
            () = self.keep_watching(&mut connection) => {}
        }
        if let Some(mut connection) = connection {
            let _ = tokio::time::timeout(GRACE, connection.logout()).await;
        }
    }

    async fn keep_watching(&mut self, connection: &mut Option<ImapConnection>) {
        let mut backoff = Backoff::default();
        while !self.stop.is_cancelled() {
            let Ok(Some((mailbox, name, _))) =
                self.focus.wait_for(Option::is_some).await.map(|focus| focus.clone())
            else {
                return;
            };
            let pause = match self.watch(connection, &mailbox, &name).await {
                Ok(()) => {
                    backoff.succeed(&self.clock);
                    continue;
                }
                Err(Error::Store(store::Error::Unsupported(_))) => return,
                Err(error) if error.is_refused_sign_in() => {
                    // Not tried again: the password is another one by now. The actor meets the same
                    // refusal with its next connection, and tells the user.
                    let _ = self.focus.wait_for(Option::is_none).await;
                    continue;
                }
                Err(Error::Store(store::Error::TooManyConnections { .. })) => LONG_PAUSE,
                Err(Error::Store(store::Error::NonExistent | store::Error::Refused { .. })) => {
                    // The mailbox cannot be watched, for now: until the user looks elsewhere.
                    tokio::select! {
                        _ = self.focus.changed() => {}
                        () = self.clock.sleep(LONG_PAUSE) => {}
                    }
                    continue;
                }
                Err(error) => {
                    tracing::debug!(account = %self.facts.id.0, %error, "watching failed");
                    *connection = None;
                    // What happened in between must not go unseen.
                    self.hint(&mailbox);
                    backoff.fail(&self.clock)
                }
            };
            self.clock.sleep(pause).await;
        }
    }

    /// Idles once in a mailbox: until something happens, the user looks elsewhere, or it is time.
    async fn watch(
        &mut self,
        connection: &mut Option<ImapConnection>,
        mailbox: &MailboxId,
        name: &MailboxName,
    ) -> Result<(), Error> {
        if connection.is_none() {
            self.watching = None;
        }
        let idle = match connection {
            Some(connection) => connection,
            None => connection.insert(self.open().await?),
        };
        idle.select(name).await?;
        if self.watching.replace(mailbox.clone()).as_ref() != Some(mailbox) {
            // What happened before this connection looked is for the other one to find.
            idle.take_changes();
            self.hint(mailbox);
        }
        let watched = self.focus.borrow_and_update().clone();
        if watched.as_ref().is_none_or(|(id, ..)| id != mailbox) {
            return Ok(());
        }
        let (mut focus, stop) = (self.focus.clone(), self.stop.clone());
        let elsewhere = async move {
            tokio::select! {
                _ = focus.changed() => {}
                () = stop.cancelled() => {}
            }
        };
        let changes = idle.idle(elsewhere).await?;
        if !changes.is_empty() {
            self.hint(mailbox);
        }
        Ok(())
    }

    async fn open(&self) -> Result<ImapConnection, Error> {
        let opened = self.facts.provider.connect(net::Protocol::Imap).await?;
        let (stream, greeted) = (opened.stream, opened.greeting_consumed);
        let credentials = &self.facts.credentials;
        Ok(ImapConnection::open(stream, greeted, credentials, Limits::default()).await?)
    }

    /// Passes a hint on; where the queue is full, one for this account waits already.
    fn hint(&self, mailbox: &MailboxId) {
        let _ = self.hints.try_send(Hint { mailbox: mailbox.clone() });
    }
}
