//! What users do with their submissions: look, give up, write on, send now, settle a doubt.

use postern_shared::submission::{Submission, SubmissionId};

use super::detail::{self, Detail};
use super::{Accounts, Error, Outbox, WAITING_FOR_SIGN_IN};
use crate::db::UserId;
use crate::db::submissions::{self, State, SubmissionRow};

/// How long the draft of what was taken back is kept for a repeat of the call.
const KEEP_EDITED_MS: i64 = 7 * 24 * 3_600_000;

/// What was taken back for more work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// What it was written as, in the encoding of whoever handed it in.
    pub draft: Vec<u8>,
    /// Who has it already.
    pub accepted: Vec<String>,
}

impl<A: Accounts> Outbox<A> {
    /// A user's submissions that are not done with, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, user: UserId) -> Result<Vec<Submission>, Error> {
        let rows = submissions::of_user(&self.db, user).await?;
        let shown = |row: &&SubmissionRow| !matches!(row.state, State::Sent | State::Edited);
        rows.iter().filter(shown).map(detail::shown).collect()
    }

    /// Gives a submission up and forgets it.
    ///
    /// # Errors
    /// `Busy` while it is handed over or once it is sent.
    pub async fn cancel(&self, user: UserId, id: &SubmissionId) -> Result<(), Error> {
        let mut row = self.find(user, id).await?;
        let from = row.state;
        if matches!(from, State::Sending | State::Sent) {
            return Err(Error::Busy);
        }
        // Out of the runner's reach first, so that it cannot be sent while it is forgotten.
        (row.state, row.due_at) = (State::Failed, i64::MAX);
        if !submissions::advance(&self.db, &row, from).await? {
            return Err(Error::Busy);
        }
        self.forget(&row).await?;
        self.publish_gone(&row);
        self.release_account(user, &row.account).await;
        Ok(())
    }

    /// Takes a submission out of the outbox and gives its draft back. A repeat gives it again.
    ///
    /// # Errors
    /// `Busy` while it is handed over, sent or uncertain; `NoDraft` for what was never one.
    pub async fn edit(&self, user: UserId, id: &SubmissionId) -> Result<TakenBack, Error> {
        let mut row = self.find(user, id).await?;
        let from = row.state;
        if matches!(from, State::Sending | State::Sent | State::Uncertain) {
            return Err(Error::Busy);
        }
        let draft = submissions::draft(&self.db, &row.id).await?.ok_or(Error::NoDraft)?;
        let detail = Detail::decode(&row)?;
        if from != State::Edited {
            (row.state, row.due_at) = (State::Edited, self.clock.unix_ms() + KEEP_EDITED_MS);
            row.updated_at = self.clock.unix_ms();
            if !submissions::advance(&self.db, &row, from).await? {
                return Err(Error::Busy);
            }
            self.publish_gone(&row);
            self.release_account(user, &row.account).await;
        }
        Ok(TakenBack { draft, accepted: detail.accepted })
    }

    /// Hands a held, scheduled, retrying, uncertain or failed submission over now, to whoever has
    /// not got it.
    ///
    /// # Errors
    /// `Busy` while it is handed over or once it is sent.
    pub async fn retry(&self, user: UserId, id: &SubmissionId) -> Result<(), Error> {
        let mut row = self.find(user, id).await?;
        let from = row.state;
        if matches!(from, State::Sending | State::Sent | State::Edited) {
            return Err(Error::Busy);
        }
        let mut detail = Detail::decode(&row)?;
        detail.wait_again(&row)?;
        (row.state, row.due_at) = (State::Retrying, self.clock.unix_ms());
        row.last_error.clear();
        if !self.write(&mut row, &detail, from).await? {
            return Err(Error::Busy);
        }
        self.wake.notify_one();
        Ok(())
    }

    /// An uncertain submission did arrive: it counts as sent to everybody who was asked for.
    ///
    /// # Errors
    /// `Busy` where it is not uncertain.
    pub async fn confirm(&self, user: UserId, id: &SubmissionId) -> Result<(), Error> {
        let mut row = self.find(user, id).await?;
        if row.state != State::Uncertain {
            return Err(Error::Busy);
        }
        let mut detail = Detail::decode(&row)?;
        detail.accepted.append(&mut detail.waiting);
        // Due at once: filing is what is left.
        let state = if detail.refused.is_empty() { State::Sent } else { State::Failed };
        (row.state, row.due_at) = (state, self.clock.unix_ms());
        if !self.write(&mut row, &detail, State::Uncertain).await? {
            return Err(Error::Busy);
        }
        self.keep_account(&row).await;
        self.wake.notify_one();
        Ok(())
    }

    /// The user has signed in again: what waited for that goes now.
    ///
    /// # Errors
    /// The database's.
    pub async fn signed_in(&self, user: UserId) -> Result<(), Error> {
        for mut row in submissions::of_user(&self.db, user).await? {
            if row.state == State::Retrying && row.last_error == WAITING_FOR_SIGN_IN {
                row.due_at = self.clock.unix_ms();
                submissions::advance(&self.db, &row, State::Retrying).await?;
            }
        }
        self.wake.notify_one();
        Ok(())
    }
}
