//! APPEND (RFC 9051 §6.3.12): a whole message into a mailbox, with its new uid (RFC 4315).

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use mail_parser::DateTime;
use postern_shared::flag::Flag;

use super::command::{Command, LiteralMode};
use super::connection::{ImapConnection, drive, go_ahead};
use super::patience::{Overdue, Patience};
use super::wire::{Event, Failure, Status};
use crate::store::{Error, MailboxName};

/// The slowest upload that is waited for, in octets a second.
const SLOWEST: u64 = 32 << 10;

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
        let size = message.len() as u64;
        let mut command = Command::new("APPEND").mailbox(name)?.flags(flags)?;
        if let Some(seconds) = internal_date {
            command = command.words(&format!("\"{}\"", date_time(seconds)));
        }
        let command = command.words("").literal(message);
        let (tag, mode) = (self.next_tag(), self.literal_mode());
        let writes = command.spelt(self.spelling()).writes(&tag, mode);
        self.begin(Some(tag))?;
        let outcome = self.upload_patience(size).wait(drive(self.wire(), writes)).await;
        self.appended(outcome)
    }

    /// Adds a message of `size` octets that is never held whole. Gives what `append` gives.
    ///
    /// # Errors
    /// As for `append`; and `Lost` where the message cannot be read to its end, for then the
    /// connection cannot go on.
    pub async fn append_from(
        &mut self,
        name: &MailboxName,
        flags: &[Flag],
        internal_date: Option<i64>,
        (size, mut message): (u64, BoxStream<'static, io::Result<Bytes>>),
    ) -> Result<Option<(u32, u32)>, Error> {
        let mut command = Command::new("APPEND").mailbox(name)?.flags(flags)?;
        if let Some(seconds) = internal_date {
            command = command.words(&format!("\"{}\"", date_time(seconds)));
        }
        let command = command.spelt(self.spelling());
        let Some(line) = command.as_line() else {
            // A name that is a literal itself: rare enough to hold the message.
            let whole: Vec<Bytes> = message.try_collect().await.map_err(unreadable)?;
            return self.append(name, flags, internal_date, whole.concat()).await;
        };
        let direct = match self.literal_mode() {
            LiteralMode::NonSynchronising(most) => size <= most as u64,
            LiteralMode::Synchronising => false,
        };
        let tag = self.next_tag();
        let plus = if direct { "+" } else { "" };
        let line = format!("{tag} {line} {{{size}{plus}}}\r\n");
        self.begin(Some(tag))?;
        let patience = self.upload_patience(size);
        let wire = self.wire();
        let outcome = patience.wait(async {
            wire.send(line.as_bytes()).await?;
            if !direct && go_ahead(wire).await? == Event::Done {
                return Ok(());
            }
            let mut left = size;
            while let Some(bytes) = message.next().await {
                let bytes = bytes.map_err(Failure::Io)?;
                left = left.checked_sub(bytes.len() as u64).ok_or_else(changed)?;
                wire.send(&bytes).await?;
            }
            if left > 0 {
                return Err(changed());
            }
            wire.send(b"\r\n").await?;
            while wire.next().await? != Event::Done {}
            Ok(())
        });
        let outcome = outcome.await;
        self.appended(outcome)
    }

    /// Longer by what an upload of `size` octets may take.
    pub(super) fn upload_patience(&self, size: u64) -> Patience {
        let patience = self.patience();
        Patience { whole: patience.whole + Duration::from_secs(size / SLOWEST), ..patience }
    }

    pub(super) fn appended(
        &mut self,
        outcome: Result<Result<(), Failure>, Overdue>,
    ) -> Result<Option<(u32, u32)>, Error> {
        let exchange = self.settle(outcome)?;
        let uids = exchange.status.as_ref().and_then(appended);
        self.absorb(exchange.untagged);
        Ok(uids)
    }
}

/// The uid validity and the uid of what was added, where the server says (RFC 4315 §3).
fn appended(status: &Status) -> Option<(u32, u32)> {
    let (validity, uid) = status.code_arguments("APPENDUID")?.split_once(' ')?;
    Some((validity.parse().ok()?, uid.parse().ok()?))
}

fn unreadable(error: io::Error) -> Error {
    Failure::Io(error).into()
}

fn changed() -> Failure {
    Failure::Io(io::Error::other("the message is not as long as it was"))
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
