//! NOTIFY (RFC 5465): one connection hears of every mailbox.

use crate::store::Error;
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;

/// News of the selected mailbox wait for a command, as ever, so that positions stay what they are.
const EVENTS: &str = "NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) \
    (personal (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))";

impl ImapConnection {
    /// Asks to be told of every mailbox of one's own: `Change::Counts` says which has news,
    /// `Change::Mailboxes` that there are others now. They come while idling, or with any command.
    ///
    /// # Errors
    /// `Unsupported` where the server tells of the selected mailbox alone, or not of so many: then
    /// the others are counted from time to time.
    pub async fn notify(&mut self) -> Result<(), Error> {
        if !self.capabilities.has("NOTIFY") {
            return Err(Error::Unsupported("NOTIFY"));
        }
        match self.run_quietly(Command::new(EVENTS)).await {
            Err(Error::Refused { .. }) => Err(Error::Unsupported("NOTIFY")),
            other => other,
        }
    }
}
