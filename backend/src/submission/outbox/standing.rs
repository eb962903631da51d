//! When an account's credentials are kept for a time without a browser, and when they are erased.
//!
//! They are kept while something of the account waits: held, scheduled or put off mail, and the
//! steps that follow acceptance. They are erased as soon as nothing does.

use postern_shared::account::AccountId;

use super::detail::Detail;
use super::{Accounts, Error, Outbox};
use crate::db::UserId;
use crate::db::submissions::{self, State, SubmissionRow};

impl<A: Accounts> Outbox<A> {
    /// Something of the account goes on later.
    pub(super) async fn keep_account(&self, row: &SubmissionRow) {
        let _deciding = self.standing.lock().await;
        let account = AccountId(row.account.clone());
        if let Err(error) = self.accounts.keep(row.user, &account).await {
            tracing::warn!(submission.id = row.id, error, "it will wait for its user");
        }
    }

    /// Erases what is kept for an account unless something of it waits.
    pub(super) async fn release_account(&self, user: UserId, account: &str) {
        let _deciding = self.standing.lock().await;
        let account = AccountId(account.to_owned());
        let released = match self.something_waits(user, &account).await {
            Ok(true) => return,
            Ok(false) => self.accounts.release(user, &account).await,
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = released {
            tracing::error!(account.id = account.0, error, "credentials could not be erased");
        }
    }

    /// The same for every account: what an earlier process may have left.
    pub(super) async fn release_idle(&self) {
        match self.accounts.kept().await {
            Ok(kept) => {
                for (user, account) in kept {
                    self.release_account(user, &account.0).await;
                }
            }
            Err(error) => tracing::error!(error, "kept credentials cannot be read"),
        }
    }

    async fn something_waits(&self, user: UserId, account: &AccountId) -> Result<bool, Error> {
        for row in submissions::of_user(&self.db, user).await? {
            if row.account == account.0 && waits(&row)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn waits(row: &SubmissionRow) -> Result<bool, Error> {
    Ok(match row.state {
        State::Held | State::Scheduled | State::Sending | State::Retrying => true,
        State::Sent | State::Failed => Detail::decode(row)?.can_file(),
        State::Uncertain | State::Edited => false,
    })
}
