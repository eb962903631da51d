//! Making, renaming, removing and subscribing to mailboxes (RFC 9051 §6.3.4–§6.3.8).

use postern_shared::mailbox::Role;

use super::command::Command;
use super::connection::ImapConnection;
use super::roles;
use crate::store::{Error, MailboxName};

impl ImapConnection {
    /// Makes a mailbox.
    ///
    /// # Errors
    /// `AlreadyExists` or `Refused`.
    pub async fn create(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_quietly(Command::new("CREATE").mailbox(name)?).await
    }

    /// Makes a mailbox for a role, noted by the server where it can (CREATE-SPECIAL-USE, RFC 6154
    /// §3). Where it cannot, the mailbox is made all the same. Whether the role was noted.
    ///
    /// # Errors
    /// As `create`.
    pub async fn create_for(&mut self, name: &MailboxName, role: Role) -> Result<bool, Error> {
        let attribute = roles::to_attribute(role);
        if let Some(attribute) = attribute.filter(|_| self.capabilities.has("CREATE-SPECIAL-USE")) {
            let command = Command::new("CREATE").mailbox(name)?;
            match self.run_quietly(command.words(&format!("(USE ({attribute}))"))).await {
                // Most servers have a role once, or not for this user (USEATTR).
                Err(Error::Refused { .. }) => {}
                other => return other.map(|()| true),
            }
        }
        self.create(name).await?;
        Ok(false)
    }

    /// Renames a mailbox, with those below it.
    ///
    /// # Errors
    /// `NonExistent`, `AlreadyExists` or `Refused`.
    pub async fn rename(&mut self, from: &MailboxName, to: &MailboxName) -> Result<(), Error> {
        self.leave_if_selected(from).await?;
        self.run_quietly(Command::new("RENAME").mailbox(from)?.mailbox(to)?).await
    }

    /// Removes a mailbox for ever, with its messages.
    ///
    /// # Errors
    /// `NonExistent` or `Refused`.
    pub async fn delete(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.leave_if_selected(name).await?;
        self.run_quietly(Command::new("DELETE").mailbox(name)?).await
    }

    /// Subscribes to a mailbox.
    ///
    /// # Errors
    /// As every verb.
    pub async fn subscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_quietly(Command::new("SUBSCRIBE").mailbox(name)?).await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// As every verb.
    pub async fn unsubscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_quietly(Command::new("UNSUBSCRIBE").mailbox(name)?).await
    }

    /// Leaves a mailbox that is about to go: some servers end a connection whose mailbox goes.
    async fn leave_if_selected(&mut self, name: &MailboxName) -> Result<(), Error> {
        if self.selection.as_ref().is_none_or(|(selected, _)| selected != name) {
            return Ok(());
        }
        if !self.unselect().await? && !name.is_inbox() {
            // Another mailbox takes its place; CLOSE would expunge.
            self.run_quietly(Command::new("EXAMINE INBOX")).await?;
        }
        self.leave();
        Ok(())
    }
}
