//! After acceptance: the copy in Sent, the mark on the original, the draft; each once, none twice.

use postern_shared::account::AccountId;

use super::detail::{Detail, back_off_ms};
use super::{Accounts, Error, Filing, Outbox};
use crate::db::submissions::{self, State, SubmissionRow};

/// Rounds after which what still fails is given up, some four days: the message is long sent.
const ROUNDS: u32 = 30;

impl<A: Accounts> Outbox<A> {
    /// Does what is left to do after acceptance, and forgets what is done with.
    pub(super) async fn settle_filing(&self, mut row: SubmissionRow) -> Result<(), Error> {
        let mut detail = Detail::decode(&row)?;
        if detail.can_file() {
            self.file(&mut row, &mut detail).await?;
        }
        let done = detail.filing.is_empty() && row.state == State::Sent;
        if done && row.due_at <= self.clock.unix_ms() {
            submissions::remove(&self.db, row.user, &row.id).await?;
        }
        if done { self.delete_message(&row).await } else { Ok(()) }
    }

    async fn file(&self, row: &mut SubmissionRow, detail: &mut Detail) -> Result<(), Error> {
        let key = self.key(row)?;
        let account = AccountId(row.account.clone());
        let message_id = detail.message_id.clone();
        let mut failed = false;
        for step in detail.filing.clone() {
            let filing = Filing {
                user: row.user,
                account: &account,
                step: &step,
                message: (&self.blobs, &key),
                message_id: &message_id,
            };
            match self.accounts.file(filing).await {
                Ok(()) => {
                    detail.filing.retain(|left| *left != step);
                    self.keep(row, detail).await?;
                }
                Err(error) => {
                    failed = true;
                    tracing::warn!(
                        submission.id = row.id,
                        account.id = account.0,
                        error,
                        "a step after sending failed"
                    );
                }
            }
        }
        if failed {
            detail.filing_attempts += 1;
            if detail.filing_attempts >= ROUNDS {
                tracing::error!(
                    submission.id = row.id,
                    left = detail.filing.len(),
                    "steps after sending are given up"
                );
                detail.filing.clear();
            }
            // A row that is retried comes here again after its next attempt.
            if matches!(row.state, State::Sent | State::Failed) {
                row.due_at = self.clock.unix_ms() + back_off_ms(detail.filing_attempts, &row.id);
            }
            self.keep(row, detail).await?;
        } else if row.state == State::Failed {
            row.due_at = i64::MAX;
            self.keep(row, detail).await?;
        }
        Ok(())
    }

    /// Durable, but no news for the page: the state stays.
    async fn keep(&self, row: &mut SubmissionRow, detail: &Detail) -> Result<(), Error> {
        row.detail = detail.encode()?;
        row.updated_at = self.clock.unix_ms();
        submissions::advance(&self.db, row, row.state).await?;
        Ok(())
    }
}
