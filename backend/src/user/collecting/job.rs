//! One maildrop's collection: waits, runs rounds, and says how it goes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use postern_shared::collecting::{Cause, Collecting, KnownBy, Missed, Policy, Stage};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Aside;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::schedule;
use crate::clock::Clock;
use crate::db::collecting::{self, Written};
use crate::store::local::{Rounds, Stores};
use crate::store::pop3::collector::{self, Demands, Lack, Progress};
use crate::user::registry::Inner;
use crate::user::standing::Maildrop;

/// How often a page is told how far a round is, at most.
const TELL: Duration = Duration::from_millis(250);
/// How long after a round that was broken off the next one begins: its server has to notice.
const BREATHER: Duration = Duration::from_secs(2);

/// How long a server that wants to be left alone is waited for when somebody waits for a message.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a maildrop that is taken is tried again then.
const TRIES: u32 = 3;

/// What is wanted of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub policy: Policy,
    pub stopped: bool,
    pub refused: bool,
    /// Counts how often a round was asked for.
    pub asked: u64,
}

/// What is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Now {
    /// A round begins at this time of the clock's `elapsed`; why the last one failed.
    Waiting(Duration, Option<Cause>),
    Running(Progress),
    Stopped,
    Refused,
}

/// How it goes, and how the rounds went so far.
struct Known {
    now: Now,
    rounds: Rounds,
    missed: Option<Missed>,
}

/// A maildrop that is collected.
pub(super) struct Job {
    pub maildrop: Maildrop,
    /// A hash of what opens it, as it is sealed.
    pub ticket: Vec<u8>,
    /// Messages whose rest somebody waits for.
    pub(super) rest: Demands,
    stores: Stores,
    clock: Clock,
    registry: Weak<Inner>,
    wish: watch::Sender<Wish>,
    known: Mutex<Known>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// How a round ended.
enum End {
    Through,
    Failed(collector::Error),
    /// The user wants something else.
    BrokenOff,
}

impl Job {
    /// A job that begins after `pause`.
    pub fn start(
        (maildrop, ticket): (Maildrop, Vec<u8>),
        (registry, stores, clock): (Weak<Inner>, Stores, Clock),
        written: &Written,
        pause: Duration,
    ) -> Arc<Self> {
        let refused = !written.refused.is_empty() && written.refused == ticket;
        let wish = Wish { policy: written.policy, stopped: written.stopped, refused, asked: 0 };
        let job = Arc::new(Self {
            maildrop,
            ticket,
            rest: Demands::default(),
            stores,
            registry,
            wish: watch::Sender::new(wish),
            known: Mutex::new(Known {
                now: Now::Waiting(clock.elapsed() + pause, None),
                rounds: Rounds::default(),
                missed: None,
            }),
            clock,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        let running = job.clone();
        job.tasks.spawn(async move {
            tokio::select! {
                () = running.stop.cancelled() => {}
                () = running.run(pause) => {}
            }
            running.rest.close();
        });
        job.tasks.close();
        job
    }

    /// Ends it; nothing of it runs any more on return.
    pub async fn end(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }

    /// What is wanted.
    pub fn wish(&self) -> Wish {
        self.wish.borrow().clone()
    }

    /// Wants something else.
    pub fn want(&self, change: impl FnOnce(&mut Wish)) {
        self.wish.send_modify(change);
    }

    /// How it goes.
    pub fn shown(&self) -> Collecting {
        let Known { now, rounds, missed } = &*self.known();
        let stage = match now {
            Now::Waiting(until, failed) => {
                let left = until.saturating_sub(self.clock.elapsed()).as_millis();
                let left = u32::try_from(left).unwrap_or(u32::MAX);
                let failed = failed.clone();
                failed.map_or(Stage::Waiting(left), |cause| Stage::Failed(cause, left))
            }
            Now::Running(progress) => {
                let Progress { done, total, octets, .. } = *progress;
                Stage::Running { done, total, octets }
            }
            Now::Stopped => Stage::Stopped,
            Now::Refused => Stage::NeedsSignIn,
        };
        let known_by = match now {
            Now::Running(progress) if progress.known_by != KnownBy::Nothing => progress.known_by,
            _ => rounds.known_by,
        };
        let Rounds { last_at, login_delay, .. } = *rounds;
        let (policy, missed) = (self.wish.borrow().policy, missed.clone());
        Collecting { policy, stage, known_by, last_at, login_delay, missed }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, now: Now) {
        self.known().now = now;
        self.tell();
    }

    /// Tells every link of the user how it goes.
    pub fn tell(&self) {
        if let Some(registry) = self.registry.upgrade() {
            let aside = Aside::CollectingChanged(self.maildrop.account.clone(), self.shown());
            registry.publish(self.maildrop.user, &aside.wrap());
        }
    }

    async fn run(&self, pause: Duration) {
        let mut wishes = self.wish.subscribe();
        let (mut failures, mut handled) = (0, 0);
        self.learn().await;
        let mut due = self.clock.elapsed() + pause.max(self.must_wait());
        let mut failed = None;
        loop {
            let wish = wishes.borrow_and_update().clone();
            let resting = if wish.refused { Some(Now::Refused) } else { None };
            if !self.rest.is_empty() {
                self.fetch_rest(&wish).await;
                self.learn().await;
                due = due.max(self.clock.elapsed() + self.must_wait());
                continue;
            }
            if let Some(now) = resting.or(wish.stopped.then_some(Now::Stopped)) {
                self.set(now);
                tokio::select! {
                    changed = wishes.changed() => if changed.is_err() {
                        return;
                    },
                    () = self.rest.come() => {}
                }
                continue;
            }
            if std::mem::replace(&mut handled, wish.asked) != wish.asked {
                due = self.clock.elapsed() + self.must_wait();
            }
            let left = due.saturating_sub(self.clock.elapsed());
            self.set(Now::Waiting(due, failed.clone()));
            tokio::select! {
                biased;
                _ = wishes.changed() => continue,
                () = self.rest.come() => continue,
                () = self.clock.sleep(left) => {}
            }
            let end = self.round(&wish, &mut wishes).await;
            self.learn().await;
            (failures, failed) = match &end {
                End::Failed(error) => (failures + 1, Some(cause_of(error))),
                End::Through | End::BrokenOff => (0, None),
            };
            let pause = match end {
                End::Through => schedule::every(&wish.policy),
                End::BrokenOff => BREATHER,
                End::Failed(error) => {
                    self.fail(&error, failures).await;
                    schedule::after_failures(failures, &wish.policy)
                }
            };
            due = self.clock.elapsed() + pause.max(self.must_wait());
        }
    }

    /// A round, until it is over or the user wants something else.
    async fn round(&self, wish: &Wish, wishes: &mut watch::Receiver<Wish>) -> End {
        let progress = watch::Sender::new(Progress::default());
        let mut seen = progress.subscribe();
        self.set(Now::Running(Progress::default()));
        let telling = async {
            while seen.changed().await.is_ok() {
                let progress = *seen.borrow_and_update();
                self.set(Now::Running(progress));
                self.clock.sleep(TELL).await;
            }
        };
        let differs = |now: &Wish| now.policy != wish.policy || now.stopped;
        tokio::select! {
            done = self.collect(&wish.policy, &progress) => match done {
                Ok(missed) => {
                    self.known().missed = missed.map(missed_of);
                    let Progress { done, octets, removed, .. } = *progress.borrow();
                    tracing::info!(account = %self.maildrop.account.0, done, octets, removed, "collected");
                    End::Through
                }
                Err(error) => End::Failed(error),
            },
            _ = wishes.wait_for(differs) => End::BrokenOff,
            () = telling => End::BrokenOff,
        }
    }

    async fn collect(
        &self,
        policy: &Policy,
        progress: &watch::Sender<Progress>,
    ) -> Result<Option<collector::Missed>, collector::Error> {
        self.open().await?.collect(policy, progress).await
    }

    async fn open(&self) -> Result<collector::Maildrop, collector::Error> {
        let Maildrop { user, account, provider, credentials, .. } = &self.maildrop;
        Ok(collector::Maildrop {
            provider: provider.clone(),
            credentials: credentials.clone(),
            store: self.stores.of(*user).await?,
            account: account.0.clone(),
            clock: self.clock.clone(),
            rest: self.rest.clone(),
            largest: collector::LARGEST,
        })
    }

    /// Fetches what somebody waits for, in a session of its own, or says why it does not come.
    async fn fetch_rest(&self, wish: &Wish) {
        let incomplete = async {
            self.stores.of(self.maildrop.user).await?.incomplete(&self.maildrop.account.0).await
        };
        // What fails here fails in the session too.
        if let Ok(incomplete) = incomplete.await {
            self.rest.settle(&incomplete);
        }
        if self.rest.is_empty() {
            return;
        }
        if wish.refused {
            return self.rest.fail(Lack::Failed(ErrorCode::AuthenticationFailed, 0));
        }
        let wait = self.must_wait();
        if wait > PATIENCE {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            return self.rest.fail(Lack::Failed(ErrorCode::Limit, seconds.saturating_add(1)));
        }
        self.clock.sleep(wait).await;
        let mut tries = 0;
        let error = loop {
            let fetched = async { self.open().await?.fetch_rest().await };
            match fetched.await {
                Ok(()) => return,
                // A session that was broken off a moment ago: its server has to notice.
                Err(error) if error.is_busy() && tries < TRIES => {
                    tries += 1;
                    self.clock.sleep(BREATHER).await;
                }
                Err(error) => break error,
            }
        };
        self.rest.fail(Lack::Failed(code_of(&error), 0));
        self.fail(&error, 1).await;
    }

    async fn fail(&self, error: &collector::Error, failures: u32) {
        let account = &self.maildrop.account;
        tracing::warn!(account = %account.0, %error, failures, "a round failed");
        if !error.is_refused_sign_in() {
            return;
        }
        self.want(|wish| wish.refused = true);
        let Some(registry) = self.registry.upgrade() else { return };
        for user in registry.all_of(self.maildrop.user) {
            if let Some(account) = user.roster.find(account) {
                account.refuse();
            }
        }
        let owner = (self.maildrop.user, account.0.clone());
        let wish = self.wish();
        let written = async {
            // It may have been typed in since, as it was.
            let refused = super::ticket_of(&registry.db, &owner).await?;
            let written = Written { policy: wish.policy, stopped: wish.stopped, refused };
            collecting::write(&registry.db, &owner, &written).await
        };
        if let Err(error) = written.await {
            tracing::error!(%error, "a refused password could not be written down");
        }
    }

    /// Learns how the rounds went so far.
    async fn learn(&self) {
        let rounds = async {
            self.stores.of(self.maildrop.user).await?.rounds(&self.maildrop.account.0).await
        };
        match rounds.await {
            Ok(rounds) => self.known().rounds = rounds,
            Err(error) => tracing::error!(%error, "a maildrop's rounds could not be read"),
        }
    }

    fn must_wait(&self) -> Duration {
        let Rounds { signed_in_at, login_delay, .. } = self.known().rounds;
        schedule::must_wait(signed_in_at, login_delay, self.clock.unix_ms() / 1000)
    }
}

/// What the page is told of a session that failed.
pub(super) fn code_of(error: &collector::Error) -> ErrorCode {
    match error {
        collector::Error::Net(error) => CallError::from(error).code,
        collector::Error::Store(_) if error.is_busy() => ErrorCode::Limit,
        collector::Error::Store(error) => CallError::from(error).code,
    }
}

/// The same of a round, with its server's words.
fn cause_of(error: &collector::Error) -> Cause {
    if let Some(most) = error.too_many() {
        return Cause::TooMany(most);
    }
    let told = match error {
        collector::Error::Net(error) => CallError::from(error),
        collector::Error::Store(error) => CallError::from(error),
    };
    Cause::Error(CallError { code: code_of(error), ..told })
}

fn missed_of(missed: collector::Missed) -> Missed {
    let first = match missed.first {
        collector::Reason::Refused(error) => Cause::Error(CallError::from(&error)),
        collector::Reason::TooLarge(most) => Cause::TooLarge(most),
    };
    Missed { messages: missed.messages, first }
}
