//! Several messages at once: MULTIAPPEND (RFC 3502), all or none, or commands ahead of their answers.

use postern_shared::flag::Flag;

use super::esearch;
use crate::store::imap::ImapConnection;
use crate::store::imap::append::date_time;
use crate::store::imap::command::Command;
use crate::store::imap::connection::drive;
use crate::store::imap::wire::Event;
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

/// What an append says of where the message is: the uid validity and the uid.
type Appended = Option<(u32, u32)>;

impl ImapConnection {
    /// Adds messages to a mailbox: in one command where the server can, else in commands that do not
    /// wait for each other. Says of each what `append` says; behind a `Lost` nothing is known of the
    /// others.
    pub async fn append_each(
        &mut self,
        name: &MailboxName,
        messages: Vec<NewMessage>,
    ) -> Vec<Result<Appended, Error>> {
        if messages.len() > 1 && self.capabilities.has("MULTIAPPEND") {
            match self.append_together(name, &messages).await {
                Ok(all) => return all.into_iter().map(Ok).collect(),
                Err(error) if error.is_lost() => return vec![Err(error)],
                // All or none: it is one of them that the server does not take.
                Err(_) => {}
            }
        }
        match self.lines_of(name, &messages) {
            Some((tags, bytes)) if messages.len() > 1 => self.append_ahead(tags, bytes).await,
            _ => self.append_in_turn(name, messages).await,
        }
    }

    async fn append_in_turn(
        &mut self,
        name: &MailboxName,
        messages: Vec<NewMessage>,
    ) -> Vec<Result<Appended, Error>> {
        let mut all = Vec::with_capacity(messages.len());
        for NewMessage { flags, internal_date, octets } in messages {
            let added = self.append(name, &flags, internal_date, octets).await;
            let is_lost = added.as_ref().is_err_and(Error::is_lost);
            all.push(added);
            if is_lost {
                break;
            }
        }
        all
    }

    /// A command for each message, where all of them can be sent without waiting.
    fn lines_of(
        &mut self,
        name: &MailboxName,
        messages: &[NewMessage],
    ) -> Option<(Vec<String>, Vec<u8>)> {
        let (mode, spelling) = (self.literal_mode(), self.spelling());
        let (mut tags, mut bytes) = (Vec::with_capacity(messages.len()), Vec::new());
        for message in messages {
            let command = Command::new("APPEND").mailbox(name).ok()?;
            let command = with_message(command, message).ok()?;
            let tag = self.next_tag();
            let writes = command.spelt(spelling).writes(&tag, mode);
            let [write] = writes.as_slice() else { return None };
            bytes.extend_from_slice(write);
            tags.push(tag);
        }
        Some((tags, bytes))
    }

    async fn append_ahead(
        &mut self,
        tags: Vec<String>,
        bytes: Vec<u8>,
    ) -> Vec<Result<Appended, Error>> {
        let size = bytes.len() as u64;
        let (mut all, mut bytes) = (Vec::with_capacity(tags.len()), Some(bytes));
        for tag in tags {
            let added = match self.begin(Some(tag)) {
                Err(error) => Err(error),
                Ok(()) => {
                    let patience = self.upload_patience(size);
                    let (wire, bytes) = (self.wire(), bytes.take());
                    let outcome = patience.wait(async {
                        if let Some(bytes) = bytes {
                            wire.send(&bytes).await?;
                        }
                        while wire.next().await? != Event::Done {}
                        Ok(())
                    });
                    let outcome = outcome.await;
                    self.appended(outcome)
                }
            };
            let is_lost = added.as_ref().is_err_and(Error::is_lost);
            all.push(added);
            if is_lost {
                break;
            }
        }
        all
    }

    async fn append_together(
        &mut self,
        name: &MailboxName,
        messages: &[NewMessage],
    ) -> Result<Vec<Appended>, Error> {
        let count = messages.len();
        let size: usize = messages.iter().map(|it| it.octets.len()).sum();
        let mut command = Command::new("APPEND").mailbox(name)?;
        for message in messages {
            command = with_message(command, message)?;
        }
        let (tag, mode) = (self.next_tag(), self.literal_mode());
        let writes = command.spelt(self.spelling()).writes(&tag, mode);
        self.begin(Some(tag))?;
        let outcome = self.upload_patience(size as u64).wait(drive(self.wire(), writes)).await;
        let exchange = self.settle(outcome)?;
        let told = exchange.status.as_ref().and_then(|status| {
            let (validity, set) = status.code_arguments("APPENDUID")?.split_once(' ')?;
            let mut uids = Vec::new();
            esearch::expand(set.trim().as_bytes(), count, &mut uids).ok()?;
            let validity: u32 = validity.parse().ok()?;
            (uids.len() == count).then(|| uids.into_iter().map(|uid| (validity, uid)).collect())
        });
        self.absorb(exchange.untagged);
        let told: Vec<(u32, u32)> = told.unwrap_or_default();
        Ok((0..count).map(|at| told.get(at).copied()).collect())
    }
}

fn with_message(command: Command, message: &NewMessage) -> Result<Command, Error> {
    let mut command = command.flags(&message.flags)?;
    if let Some(seconds) = message.internal_date {
        command = command.words(&format!("\"{}\"", date_time(seconds)));
    }
    Ok(command.words("").literal(message.octets.clone()))
}
