//! STATUS=SIZE (RFC 8438): how many octets a mailbox holds.

use super::token::Tokens;
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::fetched::Fetched;
use crate::store::imap::wire::{Name, Response};
use crate::store::{Error, MailboxName};

impl ImapConnection {
    /// The octets of all messages of a mailbox. Where the server does not sum them up they are
    /// asked for one by one, and the mailbox is the selected one afterwards.
    ///
    /// # Errors
    /// `NonExistent`, `Refused`; `Garbled` where the answer cannot be read.
    pub async fn size_of(&mut self, name: &MailboxName) -> Result<u64, Error> {
        if !self.capabilities.has("STATUS=SIZE") {
            return self.size_by_messages(name).await;
        }
        let mut size = None;
        let take = |response: &Response| {
            let content = response.untagged(Name::Status);
            size = content.and_then(|(_, content)| status_size(content)).or(size);
            content.is_some()
        };
        let command = Command::new("STATUS").mailbox(name)?.words("(SIZE)");
        let exchange = self.run_each(command, take).await?;
        self.absorb(exchange.untagged);
        size.ok_or(Error::Garbled("STATUS"))
    }

    async fn size_by_messages(&mut self, name: &MailboxName) -> Result<u64, Error> {
        if self.select(name).await?.exists == 0 {
            return Ok(0);
        }
        let (mut size, mut missed) = (0_u64, false);
        let take = |response: &Response| match Fetched::read(response) {
            Some(fetched) if fetched.is_answer() => {
                let octets = fetched.get("RFC822.SIZE").and_then(|it| it.number::<u64>());
                size = size.saturating_add(octets.unwrap_or(0));
                true
            }
            Some(_) => false,
            None => {
                missed |= Fetched::is_missed(response);
                false
            }
        };
        let exchange = self.run_each(Command::new("FETCH 1:* (RFC822.SIZE)"), take).await?;
        missed |= exchange.defects > 0;
        self.absorb(exchange.untagged);
        if missed { Err(Error::Garbled("FETCH RFC822.SIZE")) } else { Ok(size) }
    }
}

fn status_size(content: &[u8]) -> Option<u64> {
    let values = Tokens::new(content).all().ok()?;
    let mut pairs = values.last()?.list().chunks_exact(2);
    pairs.find(|pair| pair[0].is("SIZE"))?[1].number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_may_be_larger_than_four_gigabytes() {
        let check = |content: &str, expect| {
            assert_eq!(status_size(content.as_bytes()), expect, "{content}");
        };
        check(" \"INBOX\" (MESSAGES 1 SIZE 44421000000 UNSEEN 1)\r\n", Some(44_421_000_000));
        check(" {5}\r\nINBOX(size 0)", Some(0));
        check(" INBOX (MESSAGES 1)", None);
        check(" INBOX (SIZE -1)", None);
    }
}
