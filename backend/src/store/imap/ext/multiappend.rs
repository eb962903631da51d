//! MULTIAPPEND (RFC 3502): several messages in one command, all or none.

use std::time::Duration;

use postern_shared::flag::Flag;

use super::esearch;
use crate::store::imap::ImapConnection;
use crate::store::imap::append::{SLOWEST, date_time};
use crate::store::imap::command::Command;
use crate::store::imap::connection::drive;
use crate::store::imap::patience::Patience;
use crate::store::{Error, MailboxName};

/// A message on its way into a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its flags.
    pub flags: Vec<Flag>,
    /// INTERNALDATE in seconds since 1970; none: now.
    pub internal_date: Option<i64>,
    /// The message; its lines end in CRLF.
    pub octets: Vec<u8>,
}

impl ImapConnection {
    /// Adds messages to a mailbox, in one command where the server can; otherwise one after the
    /// other, and an error leaves those before it added. Gives their uids where the server says.
    ///
    /// # Errors
    /// As `append`.
    pub async fn append_all(
        &mut self,
        name: &MailboxName,
        messages: Vec<NewMessage>,
    ) -> Result<Vec<Option<u32>>, Error> {
        let count = messages.len();
        if count < 2 || !self.capabilities.has("MULTIAPPEND") {
            let mut uids = Vec::with_capacity(count);
            for NewMessage { flags, internal_date, octets } in messages {
                let added = self.append(name, &flags, internal_date, octets).await?;
                uids.push(added.map(|(_, uid)| uid));
            }
            return Ok(uids);
        }
        let size: usize = messages.iter().map(|it| it.octets.len()).sum();
        let mut command = Command::new("APPEND").mailbox(name)?;
        for NewMessage { flags, internal_date, octets } in messages {
            command = command.flags(&flags)?;
            if let Some(seconds) = internal_date {
                command = command.words(&format!("\"{}\"", date_time(seconds)));
            }
            command = command.words("").literal(octets);
        }
        let (tag, mode) = (self.next_tag(), self.literal_mode());
        let writes = command.spelt(self.spelling()).writes(&tag, mode);
        self.begin(Some(tag))?;
        let patience = self.patience();
        let upload = Duration::from_secs(size as u64 / SLOWEST);
        let patience = Patience { whole: patience.whole + upload, ..patience };
        let outcome = patience.wait(drive(self.wire(), writes)).await;
        let exchange = self.settle(outcome)?;
        let mut uids = Vec::new();
        let set = exchange.status.as_ref().and_then(|status| {
            let (_, set) = status.code_arguments("APPENDUID")?.split_once(' ')?;
            Some(set.trim().to_owned())
        });
        let read = set.map(|set| esearch::expand(set.as_bytes(), count, &mut uids));
        self.absorb(exchange.untagged);
        let told = matches!(read, Some(Ok(()))) && uids.len() == count;
        Ok((0..count).map(|at| uids.get(at).copied().filter(|_| told)).collect())
    }
}
