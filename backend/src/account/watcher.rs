//! The watching connection: it idles in the mailbox that the user looks at (RFC 2177), and hears
//! of the others where the server can tell (RFC 5465).
//!
//! It only says *where* something happened; the command connection then asks what, in its own
//! sequence numbers. So a hint that is lost or doubled does no harm. A server without IDLE, or
//! with no connection to spare, is polled by the actor instead.

use std::sync::Arc;
use std::time::Duration;

use postern_shared::mailbox::MailboxId;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::connect::open_connection;
use super::error::Error;
use super::facts::Facts;
use super::throttle::asked_pause;
use crate::clock::Clock;
use crate::store::{self, Connection, MailboxName, News, Told};

/// Where to watch, and how often the machine slept so far; nothing while there is no command
/// connection.
pub(super) type Focus = Option<(MailboxId, MailboxName, u32)>;

/// How long a mailbox that cannot be watched is left alone.
const LONG_PAUSE: Duration = Duration::from_secs(600);

/// How long saying goodbye may take.
const GRACE: Duration = Duration::from_millis(500);

/// What the watching connection heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hint {
    /// Something happened in the mailbox that it watches.
    Stirred(MailboxId),
    /// Other mailboxes hold so much now.
    Elsewhere(Vec<(MailboxName, Told)>),
    /// There are other mailboxes now, or it begins or ceases to hear of them.
    Listen {
        /// Whether it hears of every mailbox.
        hears: bool,
    },
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
    /// The actor wants the connection's place at a server that takes too few.
    pub give_way: Arc<Notify>,
    /// How full the server was.
    pub crowd: Crowd,
    /// The connection hears of every mailbox.
    pub hears: bool,
}

/// A server that takes no second connection, and how long it is left with one: 10 minutes at
/// first, then twice as long each time, up to two hours; forgotten after a good while.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    times: u32,
    last: Option<Duration>,
}

impl Crowd {
    const FIRST: Duration = Duration::from_secs(600);
    const LONGEST: Duration = Duration::from_secs(7200);

    /// Notes that the server was full; says how long it is left alone.
    fn meet(&mut self, clock: &Clock) -> Duration {
        let now = clock.elapsed();
        let forgotten = self.last.is_some_and(|last| now.saturating_sub(last) > 2 * Self::LONGEST);
        self.times = if forgotten { 0 } else { self.times };
        let pause = Self::FIRST.saturating_mul(1 << self.times.min(5)).min(Self::LONGEST);
        self.times = self.times.saturating_add(1);
        self.last = Some(now + pause);
        pause
    }
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

    async fn keep_watching(&mut self, connection: &mut Option<Connection>) {
        let mut backoff = Backoff::default();
        while !self.stop.is_cancelled() {
            let found = tokio::select! {
                biased;
                () = self.give_way.notified() => None,
                focus = self.focus.wait_for(Option::is_some) => match focus {
                    Ok(focus) => focus.clone(),
                    Err(_) => return,
                },
            };
            let Some((mailbox, name, _)) = found else {
                if let Some(mut connection) = connection.take() {
                    let _ = tokio::time::timeout(GRACE, connection.logout()).await;
                }
                self.listen(false);
                let pause = self.crowd.meet(&self.clock);
                self.clock.sleep(pause).await;
                continue;
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
                Err(Error::Store(store::Error::TooManyConnections { .. })) => {
                    *connection = None;
                    self.listen(false);
                    self.crowd.meet(&self.clock)
                }
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
                    self.listen(false);
                    // What happened in between must not go unseen.
                    self.hint(&mailbox);
                    backoff.fail_for(&self.clock, asked_pause(&error).unwrap_or_default())
                }
            };
            self.clock.sleep(pause).await;
        }
    }

    /// Idles once in a mailbox: until something happens, the user looks elsewhere, or it is time.
    async fn watch(
        &mut self,
        connection: &mut Option<Connection>,
        mailbox: &MailboxId,
        name: &MailboxName,
    ) -> Result<(), Error> {
        if connection.is_none() {
            self.watching = None;
            self.listen(false);
            let mut fresh = open_connection(self.facts.clone()).await?;
            let hears = match fresh.notify().await {
                Err(store::Error::Unsupported(_)) => false,
                other => other.map(|()| true)?,
            };
            *connection = Some(fresh);
            self.listen(hears);
        }
        let Some(idle) = connection else { return Ok(()) };
        idle.select(name).await?;
        if self.watching.replace(mailbox.clone()).as_ref() != Some(mailbox) {
            // What happened before this connection looked is for the other one to find.
            let news = idle.take_news(&[]);
            self.hint(mailbox);
            self.pass_on(news);
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
        if idle.idle(elsewhere).await? {
            let news = idle.take_news(&[]);
            if news.stirred || (news.elsewhere.is_empty() && !news.mailboxes) {
                self.hint(mailbox);
            }
            self.pass_on(news);
        }
        Ok(())
    }

    /// Passes a hint on; where the queue is full, one for this account waits already.
    fn hint(&self, mailbox: &MailboxId) {
        let _ = self.hints.try_send(Hint::Stirred(mailbox.clone()));
    }

    /// Passes on what was heard of other mailboxes. What does not fit is asked for.
    fn pass_on(&mut self, news: News) {
        if !news.elsewhere.is_empty()
            && self.hints.try_send(Hint::Elsewhere(news.elsewhere)).is_err()
        {
            self.listen(false);
        }
        if news.mailboxes {
            let _ = self.hints.try_send(Hint::Listen { hears: self.hears });
        }
    }

    /// Says whether the connection hears of every mailbox.
    fn listen(&mut self, hears: bool) {
        if self.hears != hears && self.hints.try_send(Hint::Listen { hears }).is_ok() {
            self.hears = hears;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_server_is_remembered_and_forgotten() {
        let clock = Clock::fake(std::time::UNIX_EPOCH);
        let mut crowd = Crowd::default();
        let pauses: Vec<u64> = (0..6).map(|_| crowd.meet(&clock).as_secs()).collect();
        assert_eq!(pauses, [600, 1200, 2400, 4800, 7200, 7200]);
        clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(crowd.meet(&clock).as_secs(), 600);
    }
}
