//! Making, renaming, removing and subscribing to mailboxes (RFC 9051 §6.3.4–§6.3.8).

use super::command::Command;
use super::connection::ImapConnection;
use crate::store::{Error, MailboxName};

impl ImapConnection {
    /// Makes a mailbox.
    ///
    /// # Errors
    /// `AlreadyExists` or `Refused`.
    pub async fn create(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.run_quietly(Command::new("CREATE").mailbox(name)?).await
    }

    /// Renames a mailbox, with those below it.
    ///
    /// # Errors
    /// `NonExistent`, `AlreadyExists` or `Refused`.
    pub async fn rename(&mut self, from: &MailboxName, to: &MailboxName) -> Result<(), Error> {
        self.leave_if_selected(from);
        self.run_quietly(Command::new("RENAME").mailbox(from)?.mailbox(to)?).await
    }

    /// Removes a mailbox for ever, with its messages.
    ///
    /// # Errors
    /// `NonExistent` or `Refused`.
    pub async fn delete(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.leave_if_selected(name);
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

    /// The next verb on the mailbox selects it anew.
    fn leave_if_selected(&mut self, name: &MailboxName) {
        if self.selection.as_ref().is_some_and(|(selected, _)| selected == name) {
            self.leave();
        }
    }
}
