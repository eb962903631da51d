//! UID SEARCH, by ESEARCH (RFC 4731) where it is offered.

use super::command::Command;
use super::connection::ImapConnection;
use super::ext::esearch::{self, Unread};
use super::wire::Name;
use crate::store::{Criteria, Error};

impl ImapConnection {
    /// Every uid of the selected mailbox, ascending.
    ///
    /// # Errors
    /// `Garbled` where the answer cannot be read: it is never taken for an empty mailbox.
    pub async fn uids(&mut self) -> Result<Vec<u32>, Error> {
        self.search(Criteria::All).await
    }

    /// The uids that match, ascending.
    ///
    /// # Errors
    /// As `uids`.
    pub async fn search(&mut self, criteria: Criteria) -> Result<Vec<u32>, Error> {
        let key = match criteria {
            Criteria::All => "ALL",
            Criteria::Unseen => "UNSEEN",
            Criteria::Flagged => "FLAGGED",
        };
        self.search_for(|command| Ok(command.words(key)), criteria != Criteria::All).await
    }

    /// The uids of messages with this Message-ID, ascending.
    ///
    /// # Errors
    /// As `uids`; `Invalid` for an id that cannot be sent.
    pub async fn with_message_id(&mut self, message_id: &str) -> Result<Vec<u32>, Error> {
        let key =
            |command: Command| command.words("HEADER Message-ID").string(message_id.as_bytes());
        self.search_for(key, true).await
    }

    async fn search_for(
        &mut self,
        key: impl FnOnce(Command) -> Result<Command, Error>,
        silence_is_none: bool,
    ) -> Result<Vec<u32>, Error> {
        let Some((_, selected)) = &self.selection else { return Err(Error::Invalid("no mailbox")) };
        let known_empty = selected.exists == 0;
        let extended = self.capabilities.has("ESEARCH") || self.capabilities.has("IMAP4REV2");
        let how = if extended { "UID SEARCH RETURN (ALL)" } else { "UID SEARCH" };
        let exchange = self.run(key(Command::new(how))?).await?;
        let limit = self.limits.uids;
        let (mut uids, mut answered, mut unread) = (Vec::new(), false, None);
        for response in exchange.untagged {
            // Some answer ESEARCH with SEARCH.
            let read = if let Some((_, content)) = response.untagged(Name::Search) {
                esearch::search(content, limit, &mut uids)
            } else if let Some((_, content)) = response.untagged(Name::Esearch) {
                esearch::esearch(content, limit, &mut uids)
            } else {
                self.absorb_one(&response);
                continue;
            };
            answered = true;
            unread = unread.or(read.err());
        }
        match unread {
            None => {}
            Some(Unread::Garbled) => return Err(Error::Garbled("SEARCH")),
            Some(Unread::TooMany) => return Err(Error::Limit("uids")),
        }
        let silence_is_none = silence_is_none && exchange.defects == 0;
        if !answered && !known_empty && !silence_is_none {
            return Err(Error::Garbled("SEARCH without an answer"));
        }
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }
}
