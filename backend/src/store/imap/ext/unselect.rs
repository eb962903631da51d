//! UNSELECT (RFC 3691): leaves a mailbox without expunging it, as CLOSE would.

use crate::store::Error;
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;

impl ImapConnection {
    /// Leaves the selected mailbox; whether none is selected now. Without UNSELECT one stays.
    ///
    /// # Errors
    /// As every verb.
    pub async fn unselect(&mut self) -> Result<bool, Error> {
        if self.selection.is_none() {
            return Ok(true);
        }
        if !self.capabilities.has("UNSELECT") {
            return Ok(false);
        }
        match self.run_quietly(Command::new("UNSELECT")).await {
            Ok(()) => {
                self.leave();
                Ok(true)
            }
            Err(Error::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
