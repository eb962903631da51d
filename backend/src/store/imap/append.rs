//! APPEND (RFC 9051 §6.3.12): a whole message into a mailbox, with its new uid (RFC 4315).

use std::time::Duration;

use mail_parser::DateTime;
use postern_shared::flag::Flag;

use super::command::Command;
use super::connection::{ImapConnection, drive};
use super::patience::Patience;
use crate::store::{Error, MailboxName};

/// The slowest upload that is waited for, in octets a second.
pub(super) const SLOWEST: u64 = 32 << 10;

impl ImapConnection {
    /// Adds a message (lines end in CRLF). `internal_date` is in seconds since 1970. Gives the
    /// uid validity and the uid where the server says.
    ///
    /// # Errors
    /// `NonExistent`, `OverQuota` or `Refused`: nothing was added. `Lost`: nobody knows.
    pub async fn append(
        &mut self,
        name: &MailboxName,
        flags: &[Flag],
        internal_date: Option<i64>,
        message: Vec<u8>,
    ) -> Result<Option<(u32, u32)>, Error> {
        let upload = Duration::from_secs(message.len() as u64 / SLOWEST);
        let mut command = Command::new("APPEND").mailbox(name)?.flags(flags)?;
        if let Some(seconds) = internal_date {
            command = command.words(&format!("\"{}\"", date_time(seconds)));
        }
        let command = command.words("").literal(message);
        let (tag, mode) = (self.next_tag(), self.literal_mode());
        let writes = command.spelt(self.spelling()).writes(&tag, mode);
        self.begin(Some(tag))?;
        let patience = self.patience();
        let patience = Patience { whole: patience.whole + upload, ..patience };
        let outcome = patience.wait(drive(self.wire(), writes)).await;
        let exchange = self.settle(outcome)?;
        let uids = exchange.status.as_ref().and_then(|status| {
            let (validity, uid) = status.code_arguments("APPENDUID")?.split_once(' ')?;
            Some((validity.parse().ok()?, uid.parse().ok()?))
        });
        self.absorb(exchange.untagged);
        Ok(uids)
    }
}

/// `date-time` in UTC: ` 1-Jan-1970 00:00:00 +0000`.
pub(super) fn date_time(seconds: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = DateTime::from_timestamp(seconds);
    let month = MONTHS[usize::from(at.month.clamp(1, 12)) - 1];
    let (day, year) = (at.day, at.year);
    let (hour, minute, second) = (at.hour, at.minute, at.second);
    format!("{day:>2}-{month}-{year:04} {hour:02}:{minute:02}:{second:02} +0000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_imap_wants_them() {
        assert_eq!(date_time(0), " 1-Jan-1970 00:00:00 +0000");
        assert_eq!(date_time(837_596_665), "17-Jul-1996 09:44:25 +0000");
    }
}
