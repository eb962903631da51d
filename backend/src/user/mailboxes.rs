//! What a user does to mailboxes.

use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::mailboxes::{CreateMailbox, RenameMailbox};
use postern_shared::api::messages::Outcome;
use postern_shared::mailbox::{Mailbox, MailboxId, Renamed, Role};
use postern_shared::quota::Quota;

use super::{Error, User};

impl User {
    /// The mailboxes of an account.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn list_mailboxes(&self, id: &AccountId) -> Result<Vec<Mailbox>, Error> {
        Ok(self.account(id)?.list_mailboxes().await?)
    }

    /// How much space there is for a mailbox.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn read_quota(
        &self,
        account: &AccountId,
        mailbox: MailboxId,
    ) -> Result<Vec<Quota>, Error> {
        Ok(self.account(account)?.read_quota(mailbox).await?)
    }

    /// Makes a mailbox.
    ///
    /// # Errors
    /// As the call says.
    pub async fn create_mailbox(&self, call: CreateMailbox) -> Result<MailboxId, Error> {
        let account = &self.account(&call.account)?;
        let (made, back) = account.create_mailbox(call.parent, call.name).await?;
        self.keep_way_back(call.action, account, back).await;
        Ok(made)
    }

    /// Renames or moves a mailbox.
    ///
    /// # Errors
    /// As the call says.
    pub async fn rename_mailbox(&self, call: RenameMailbox) -> Result<Vec<Renamed>, Error> {
        let RenameMailbox { action, account, mailbox, parent, name } = call;
        let account = &self.account(&account)?;
        let (renamed, back) = account.rename_mailbox(mailbox, parent, name).await?;
        self.keep_way_back(action, account, back).await;
        Ok(renamed)
    }

    /// Removes a mailbox for ever.
    ///
    /// # Errors
    /// As the call says.
    pub async fn delete_mailbox(
        &self,
        account: &AccountId,
        mailbox: MailboxId,
    ) -> Result<(), Error> {
        Ok(self.account(account)?.delete_mailbox(mailbox).await?)
    }

    /// Subscribes to a mailbox, or ends that.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn subscribe_mailbox(
        &self,
        action: ActionId,
        (account, mailbox): (&AccountId, MailboxId),
        subscribed: bool,
    ) -> Result<(), Error> {
        let account = &self.account(account)?;
        let back = account.subscribe_mailbox(mailbox, subscribed).await?;
        self.keep_way_back(action, account, back).await;
        Ok(())
    }

    /// Chooses what a mailbox is for.
    ///
    /// # Errors
    /// As the call says.
    pub async fn set_mailbox_role(
        &self,
        action: ActionId,
        (account, mailbox): (&AccountId, MailboxId),
        role: Option<Role>,
    ) -> Result<(), Error> {
        let account = &self.account(account)?;
        let back = account.set_mailbox_role(mailbox, role).await?;
        self.keep_way_back(action, account, back).await;
        Ok(())
    }

    /// Removes every message of a mailbox that is trash or junk.
    ///
    /// # Errors
    /// As the call says.
    pub async fn empty_mailbox(
        &self,
        action: ActionId,
        account: &AccountId,
        mailbox: MailboxId,
    ) -> Result<Outcome, Error> {
        let account = &self.account(account)?;
        self.conclude(action, account, account.empty_mailbox(mailbox).await).await
    }

    /// Sets `\Seen` on every message of a mailbox.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn mark_all_seen(
        &self,
        action: ActionId,
        account: &AccountId,
        mailbox: MailboxId,
    ) -> Result<Outcome, Error> {
        let account = &self.account(account)?;
        self.conclude(action, account, account.mark_all_seen(mailbox).await).await
    }
}
