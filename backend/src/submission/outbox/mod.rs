//! The outbox: accepted messages on their way, durable at every step.
//!
//! A row says how far a submission is, a blob holds its message. `data_started` is written before
//! DATA is sent, so that after a crash it is known whether the server may have the message: then
//! the user decides, and it is never sent twice by itself.

mod accept;
mod accounts;
mod attempt;
mod decide;
mod detail;
mod filing;
mod standing;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_shared::account::AccountId;
use postern_shared::submission::{Plan, Submission, SubmissionId};
use tokio::sync::{Notify, Semaphore, broadcast};

use super::compose::Composed;
use super::smtp::SmtpEnvelope;
use crate::blob::{self, BlobKey, Blobs};
use crate::clock::Clock;
use crate::config::Limits;
use crate::db::submissions::{self, State, SubmissionRow};
use crate::db::{self, Db, UserId};
pub use accept::Errand;
pub use accounts::{Accounts, Filing, Route};
pub use decide::TakenBack;
use detail::Detail;
pub use detail::{FilingStep, WAITING_FOR_SIGN_IN};

/// Attempts and filings that run at the same time, over all users.
const PARALLEL: usize = 16;
/// Longest sleep of the runner; a wake-up without work costs one query.
const LONGEST_SLEEP: Duration = Duration::from_secs(600);
/// Updates that a slow listener may be behind; it then reads the list again.
const BACKLOG: usize = 256;

/// A message to be accepted.
#[derive(Clone, Debug)]
pub struct Order {
    /// What it will be known by: an order that comes again is the same submission.
    pub id: SubmissionId,
    /// Whose message it is.
    pub user: UserId,
    /// The account that sends it.
    pub account: AccountId,
    /// Shown in the outbox.
    pub subject: String,
    /// The message.
    pub composed: Composed,
    /// When it goes.
    pub plan: Plan,
    /// What follows acceptance, in this order.
    pub filing: Vec<FilingStep>,
}

/// A submission that changed, for its user's links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Whose it is.
    pub user: UserId,
    /// What is new.
    pub news: News,
}

/// What is new about a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It stands so now.
    Changed(Submission),
    /// It was given up or taken back.
    Gone(SubmissionId),
}

/// Why the outbox does not do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More recipients than `limits.recipients`.
    #[error("more than {0} recipients")]
    TooManyRecipients(u32),
    /// Larger than `limits.message_mb`.
    #[error("larger than {0} MB")]
    TooLarge(u32),
    /// `limits.submissions_per_hour` is used up.
    #[error("more than {0} messages in an hour")]
    TooOften(u32),
    /// No such submission of this user.
    #[error("no such submission")]
    NonExistent,
    /// It is being handed over, or is not in a state for this.
    #[error("not possible in its state")]
    Busy,
    /// It was not written as a draft.
    #[error("it was not written as a draft")]
    NoDraft,
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The message's bytes.
    #[error(transparent)]
    Blob(#[from] blob::Error),
    /// A row that this version cannot read.
    #[error("a submission that cannot be read: {0}")]
    Unreadable(#[from] postcard::Error),
}

/// The outbox of all users. Shared behind an `Arc`.
pub struct Outbox<A> {
    accounts: A,
    db: Db,
    blobs: Blobs,
    clock: Clock,
    limits: Limits,
    updates: broadcast::Sender<Update>,
    wake: Notify,
    slots: Semaphore,
    /// Submissions that a task works on.
    busy: Mutex<HashSet<String>>,
    /// Held while it is decided whether an account's credentials are kept.
    standing: tokio::sync::Mutex<()>,
}

impl<A: Accounts> Outbox<A> {
    /// An outbox over durable state; [`Outbox::run`] makes it work.
    pub fn new(accounts: A, (db, blobs): (Db, Blobs), clock: Clock, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            accounts,
            db,
            blobs,
            clock,
            limits,
            updates: broadcast::Sender::new(BACKLOG),
            wake: Notify::new(),
            slots: Semaphore::new(PARALLEL),
            busy: Mutex::default(),
            standing: tokio::sync::Mutex::default(),
        })
    }

    /// Every change from now on.
    pub fn updates(&self) -> broadcast::Receiver<Update> {
        self.updates.subscribe()
    }

    /// Works until it is dropped: first what a crash left, then whatever is due.
    pub async fn run(self: Arc<Self>) {
        for recovered in [self.recover(|_| true).await, self.resume_filing().await] {
            if let Err(error) = recovered {
                tracing::error!(%error, "submissions left by an earlier process cannot be read");
            }
        }
        self.release_idle().await;
        loop {
            let next = match self.start_due().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot read what is due");
                    self.clock.unix_ms() + 30_000
                }
            };
            let pause = next.saturating_sub(self.clock.unix_ms()).max(0).unsigned_abs();
            tokio::select! {
                () = self.clock.sleep(Duration::from_millis(pause).min(LONGEST_SLEEP)) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    /// Begins nothing new and waits for what is under way: a message that is cut off in DATA is one
    /// whose fate nobody knows. Only once [`Outbox::run`] has been dropped.
    pub async fn finish(&self) {
        self.slots.close();
        while !self.busy().is_empty() {
            self.wake.notified().await;
        }
    }

    /// Rows that were being sent when their process or their attempt ended without an outcome.
    async fn recover(&self, which: impl Fn(&str) -> bool) -> Result<(), Error> {
        for mut row in submissions::in_state(&self.db, State::Sending).await? {
            if !which(&row.id) {
                continue;
            }
            let mut detail = Detail::decode(&row)?;
            (row.state, row.due_at) = match detail.data_started {
                true => (State::Uncertain, i64::MAX),
                false => (State::Retrying, self.clock.unix_ms()),
            };
            detail.data_started = false;
            self.write(&mut row, &detail, State::Sending).await?;
        }
        Ok(())
    }

    /// Steps after acceptance that an earlier process left undone are due now.
    async fn resume_filing(&self) -> Result<(), Error> {
        for state in [State::Sent, State::Failed] {
            for mut row in submissions::in_state(&self.db, state).await? {
                if Detail::decode(&row)?.can_file() {
                    row.due_at = self.clock.unix_ms();
                    submissions::advance(&self.db, &row, state).await?;
                }
            }
        }
        Ok(())
    }

    /// Starts a task for everything that is due and answers when the next thing is.
    async fn start_due(self: &Arc<Self>) -> Result<i64, Error> {
        let now = self.clock.unix_ms();
        for row in submissions::due(&self.db, now).await? {
            if self.busy().insert(row.id.clone()) {
                tokio::spawn(Arc::clone(self).work(row));
            }
        }
        // What is due and busy wakes the runner when its task ends.
        Ok(submissions::next_due(&self.db, now).await?.unwrap_or(i64::MAX))
    }

    async fn work(self: Arc<Self>, row: SubmissionRow) {
        let (id, owner) = (row.id.clone(), (row.user, row.account.clone()));
        if let Ok(_slot) = self.slots.acquire().await {
            let done = match row.state {
                State::Held | State::Scheduled | State::Retrying => self.attempt(row).await,
                State::Failed | State::Sent => self.settle_filing(row).await,
                State::Edited => self.forget(&row).await,
                State::Sending | State::Uncertain => Ok(()),
            };
            let mut unsettled = done;
            while let Err(error) = unsettled {
                tracing::error!(submission.id = id, %error, "a submission cannot go on");
                // A full disk, most likely: not at once again, and never lost.
                self.clock.sleep(Duration::from_secs(30)).await;
                unsettled = self.recover(|stuck| stuck == id).await;
            }
            self.release_account(owner.0, &owner.1).await;
        }
        self.busy().remove(&id);
        self.wake.notify_one();
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(&self, user: UserId, id: &SubmissionId) -> Result<SubmissionRow, Error> {
        submissions::find(&self.db, user, &id.0).await?.ok_or(Error::NonExistent)
    }

    /// Writes a row where it is still in `from`, and tells its user.
    async fn write(
        &self,
        row: &mut SubmissionRow,
        detail: &Detail,
        from: State,
    ) -> Result<bool, Error> {
        row.detail = detail.encode()?;
        row.updated_at = self.clock.unix_ms();
        let written = submissions::advance(&self.db, row, from).await?;
        if written {
            self.publish(row)?;
        }
        Ok(written)
    }

    fn publish(&self, row: &SubmissionRow) -> Result<Submission, Error> {
        let submission = detail::shown(row)?;
        // Nobody listening is no error: the list is read when somebody comes.
        let news = News::Changed(submission.clone());
        let _ = self.updates.send(Update { user: row.user, news });
        Ok(submission)
    }

    fn publish_gone(&self, row: &SubmissionRow) {
        let news = News::Gone(SubmissionId(row.id.clone()));
        let _ = self.updates.send(Update { user: row.user, news });
    }

    fn key(&self, row: &SubmissionRow) -> Result<BlobKey, Error> {
        let key = BlobKey::parse(&row.user.to_string(), &row.blob_key);
        Ok(key.ok_or(blob::Error::NonExistent)?)
    }

    /// Removes a submission that is done with, and its message.
    async fn forget(&self, row: &SubmissionRow) -> Result<(), Error> {
        submissions::remove(&self.db, row.user, &row.id).await?;
        self.delete_message(row).await
    }

    async fn delete_message(&self, row: &SubmissionRow) -> Result<(), Error> {
        match BlobKey::parse(&row.user.to_string(), &row.blob_key) {
            Some(key) => Ok(self.blobs.delete(&key).await?),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
