//! What a user does to messages, and how it is taken back.

use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::messages::{ArchiveBy, Outcome, Targets, Verdict};
use postern_shared::flag::FlagChange;
use postern_shared::mailbox::MailboxId;
use serde::{Deserialize, Serialize};

use super::crossing::Crossing;
use super::{Error, User};
use crate::account::{self, Account, Aim, Done, Step};

/// How an action of an account is taken back, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct WayBack {
    account: AccountId,
    steps: Vec<Step>,
}

impl User {
    /// The account that all targets of a call belong to, and what exactly they are.
    async fn aim(&self, targets: Targets) -> Result<(Account, Aim), Error> {
        let (view, except) = match targets {
            Targets::Keys(keys) => return Ok((self.account_of(&keys)?, Aim::Keys(keys))),
            Targets::View { view, except } => (view, except),
        };
        if let Some(account) = self.account_of_view(&view)? {
            return Ok((account, Aim::List { view, except }));
        }
        let (owner, batches) = self.views.batches(&view, &except).await?;
        Ok((self.account(&owner)?, Aim::Batches(batches)))
    }

    /// Sets and clears flags.
    ///
    /// # Errors
    /// `NonExistent`, `Invalid`, or the account's.
    pub async fn change_flags(
        &self,
        action: ActionId,
        targets: Targets,
        change: FlagChange,
    ) -> Result<Outcome, Error> {
        let (account, aim) = self.aim(targets).await?;
        self.conclude(action, &account, account.change_flags(aim, change).await).await
    }

    /// Moves messages, also into a mailbox of another account.
    ///
    /// # Errors
    /// As for `change_flags`.
    pub async fn move_messages(
        &self,
        action: ActionId,
        targets: Targets,
        to: MailboxId,
    ) -> Result<Outcome, Error> {
        let (account, aim) = self.aim(targets).await?;
        if let Some(other) = self.other_owner(&account, &to) {
            return self.cross(action, (&account, aim), (&other, to), Crossing::Move).await;
        }
        self.conclude(action, &account, account.move_messages(aim, to).await).await
    }

    /// Copies messages, also into a mailbox of another account.
    ///
    /// # Errors
    /// As for `change_flags`.
    pub async fn copy_messages(
        &self,
        action: ActionId,
        targets: Targets,
        to: MailboxId,
    ) -> Result<Outcome, Error> {
        let (account, aim) = self.aim(targets).await?;
        if let Some(other) = self.other_owner(&account, &to) {
            return self.cross(action, (&account, aim), (&other, to), Crossing::Copy).await;
        }
        self.conclude(action, &account, account.copy_messages(aim, to).await).await
    }

    /// Removes messages for ever.
    ///
    /// # Errors
    /// As for `change_flags`.
    pub async fn expunge_messages(
        &self,
        action: ActionId,
        targets: Targets,
    ) -> Result<Outcome, Error> {
        let (account, aim) = self.aim(targets).await?;
        self.conclude(action, &account, account.expunge_messages(aim).await).await
    }

    /// Moves messages into the archive.
    ///
    /// # Errors
    /// As for `change_flags`.
    pub async fn archive_messages(
        &self,
        action: ActionId,
        targets: Targets,
        by: ArchiveBy,
    ) -> Result<Outcome, Error> {
        let (account, aim) = self.aim(targets).await?;
        self.conclude(action, &account, account.archive_messages(aim, by).await).await
    }

    /// Files messages as junk, or as not.
    ///
    /// # Errors
    /// As for `change_flags`.
    pub async fn judge_messages(
        &self,
        action: ActionId,
        targets: Targets,
        verdict: Verdict,
    ) -> Result<Outcome, Error> {
        let (account, aim) = self.aim(targets).await?;
        self.conclude(action, &account, account.judge_messages(aim, verdict).await).await
    }

    /// Takes an action back.
    ///
    /// # Errors
    /// `NonExistent` where it is unknown, too old, final or taken back already; the account's.
    pub async fn undo_action(&self, action: ActionId, undone: ActionId) -> Result<Outcome, Error> {
        if undone == action {
            return Err(Error::NonExistent);
        }
        let kept = self.actions.way_back(undone).await.map_err(account::Error::from)?;
        let WayBack { account, steps } = kept.ok_or(Error::NonExistent)?;
        let account = &self.account(&account)?;
        let crossing = steps.iter().any(|step| matches!(step, Step::Cross { .. }));
        let outcome = match crossing {
            true => self.cross_back(action, account, steps).await?,
            false => {
                let done = account.take_back(steps).await?;
                self.conclude(action, account, Ok(done)).await?
            }
        };
        if outcome.failure.is_none() {
            self.actions.forget_way_back(undone).await.map_err(account::Error::from)?;
        }
        Ok(outcome)
    }

    /// Keeps the way back and says whether there is one.
    pub(super) async fn conclude(
        &self,
        action: ActionId,
        account: &Account,
        done: Result<Done, account::Error>,
    ) -> Result<Outcome, Error> {
        let Done { mut outcome, undo } = done?;
        outcome.undoable = self.keep_way_back(action, account, undo).await;
        Ok(outcome)
    }

    /// Keeps the way back; whether there is one.
    pub(super) async fn keep_way_back(
        &self,
        action: ActionId,
        account: &Account,
        steps: Vec<Step>,
    ) -> bool {
        if steps.is_empty() {
            return false;
        }
        let way = WayBack { account: account.facts().id.clone(), steps };
        match self.actions.keep_way_back(action, &way).await {
            Ok(()) => true,
            Err(error) => {
                // It is done, only not to be undone.
                tracing::error!(%error, "how to take an action back could not be kept");
                false
            }
        }
    }
}
