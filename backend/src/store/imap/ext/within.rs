//! WITHIN (RFC 5032): messages by their age to the second, not to the day.

use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::query::Day;
use crate::store::{Error, Found};

impl ImapConnection {
    /// Messages that arrived within so many seconds before `now` (in seconds since 1970). Where the
    /// server counts in days alone, those of the day before are among them: not exact.
    ///
    /// # Errors
    /// As every search.
    pub async fn younger_than(&mut self, seconds: u32, now: i64) -> Result<Found, Error> {
        let exact = self.capabilities.has("WITHIN");
        let key = if exact {
            format!("YOUNGER {}", seconds.max(1))
        } else {
            // The server's day may be another than ours.
            let day = Day::at(now.saturating_sub(i64::from(seconds))).days_before(1);
            format!("SINCE {}", day.as_imap())
        };
        let uids = self.search_for(|command: Command| Ok(command.words(&key)), true).await?;
        Ok(Found { uids, exact })
    }
}
