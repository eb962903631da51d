//! UID SEARCH, by ESEARCH (RFC 4731) where it is offered. Numbers are read while they arrive.

use super::command::Command;
use super::connection::ImapConnection;
use super::ext::esearch::{self, Extended, Unread};
use super::wire::{Name, Response};
use crate::store::{Criteria, Error};

/// What the untagged responses to a SEARCH or SORT say together.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) uids: Vec<u32>,
    pub(super) extended: Extended,
    pub(super) answered: bool,
    /// Whether a plain SEARCH or SORT was among them.
    pub(super) plain: bool,
    unread: Option<Unread>,
    limit: usize,
    /// As many as will come, where that is known.
    expected: usize,
}

impl Numbers {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes a response if it is part of the answer. Some answer ESEARCH with SEARCH.
    pub(super) fn take(&mut self, response: &Response) -> bool {
        let read = if let Some((_, content)) = response.untagged(Name::Esearch) {
            esearch::esearch(content, self.limit, &mut self.uids).map(|it| self.extended.add(it))
        } else if let Some((_, content)) =
            response.untagged(Name::Search).or_else(|| response.untagged(Name::Sort))
        {
            self.plain = true;
            self.uids.reserve_exact(self.expected.saturating_sub(self.uids.len()));
            esearch::search(content, self.limit, &mut self.uids)
        } else {
            return false;
        };
        self.answered = true;
        self.unread = self.unread.or(read.err());
        true
    }

    /// The numbers, if all of them could be read.
    pub(super) fn settled(self, what: &'static str) -> Result<Self, Error> {
        match self.unread {
            None => Ok(self),
            Some(Unread::Garbled) => Err(Error::Garbled(what)),
            Some(Unread::TooMany) => Err(Error::Limit("uids")),
        }
    }

    /// The uids ascending, each once, in no more memory than they need.
    pub(super) fn ascending(mut self) -> Vec<u32> {
        if !self.uids.is_sorted_by(|left, right| left < right) {
            self.uids.sort_unstable();
            self.uids.dedup();
        }
        self.uids.shrink_to_fit();
        self.uids
    }
}

impl ImapConnection {
    /// Every uid of the selected mailbox, ascending.
    ///
    /// # Errors
    /// `Garbled` where the answer cannot be read, or finds nothing among messages that are there:
    /// neither is taken for an empty mailbox.
    pub async fn uids(&mut self) -> Result<Vec<u32>, Error> {
        let uids = self.search(Criteria::All).await?;
        if uids.is_empty() && self.counts_messages() {
            // That they are gone may be still to be told (RFC 9051 §7.5.1).
            self.noop().await?;
            if self.counts_messages() {
                return Err(Error::Garbled("SEARCH without what is there"));
            }
        }
        Ok(uids)
    }

    /// Whether the server counts messages in the selected mailbox.
    fn counts_messages(&self) -> bool {
        self.selection.as_ref().is_some_and(|(_, selected)| selected.exists > 0)
    }

    /// The uids that match, ascending.
    ///
    /// # Errors
    /// As `uids`.
    pub async fn search(&mut self, criteria: Criteria) -> Result<Vec<u32>, Error> {
        let silence_is_none = criteria != Criteria::All;
        self.search_for(|command| Ok(command.words(key(criteria))), silence_is_none).await
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

    /// Runs a search whose key `key` adds to the command; the uids ascending.
    pub(super) async fn search_for(
        &mut self,
        key: impl FnOnce(Command) -> Result<Command, Error>,
        silence_is_none: bool,
    ) -> Result<Vec<u32>, Error> {
        let Some((_, selected)) = &self.selection else { return Err(Error::Invalid("no mailbox")) };
        let expected = if silence_is_none { 0 } else { selected.exists };
        let how =
            if self.capabilities.has("ESEARCH") { "UID SEARCH RETURN (ALL)" } else { "UID SEARCH" };
        let command = key(Command::new(how))?;
        let numbers = self.numbers(command, expected as usize, silence_is_none).await?;
        Ok(numbers.ascending())
    }

    /// Runs a command that is answered with numbers, and sees to it that it was answered.
    pub(super) async fn numbers(
        &mut self,
        command: Command,
        expected: usize,
        silence_is_none: bool,
    ) -> Result<Numbers, Error> {
        let known_empty = self.selection.as_ref().is_some_and(|(_, it)| it.exists == 0);
        let limit = self.limits.uids;
        let mut numbers = Numbers { expected: expected.min(limit), ..Numbers::new(limit) };
        let exchange = self.run_each(command, |response| numbers.take(response)).await?;
        let silence_is_none = silence_is_none && exchange.defects == 0;
        self.absorb(exchange.untagged);
        let numbers = numbers.settled("SEARCH")?;
        if !numbers.answered && !known_empty && !silence_is_none {
            return Err(Error::Garbled("SEARCH without an answer"));
        }
        Ok(numbers)
    }
}

/// The search key of a criterion.
pub(super) fn key(criteria: Criteria) -> &'static str {
    match criteria {
        Criteria::All => "ALL",
        Criteria::Unseen => "UNSEEN",
        Criteria::Flagged => "FLAGGED",
    }
}
