//! Searching by a query: as exactly as the server can, in the server's charset, whole or in part.

use std::ops::RangeInclusive;

use super::command::Command;
use super::connection::ImapConnection;
use super::query::{Dialect, Keys};
use super::search::Numbers;
use crate::store::mailbox_name::Spelling;
use crate::store::query::Query;
use crate::store::{Error, Found, FoundPart};

impl ImapConnection {
    /// The uids of the selected mailbox that match a query. What the server cannot compare is
    /// widened, and the answer says so: it holds more then, never less.
    ///
    /// # Errors
    /// `Refused`; `Garbled` where the answer cannot be read: it is never taken for "nothing".
    pub async fn search_query(&mut self, query: &Query) -> Result<Found, Error> {
        let options = self.capabilities.has("ESEARCH").then_some("ALL");
        let (numbers, exact) = self.ask(query, options).await?;
        Ok(Found { uids: numbers.ascending(), exact })
    }

    /// How many messages match, and whether that is exact.
    ///
    /// # Errors
    /// As `search_query`.
    pub async fn search_count(&mut self, query: &Query) -> Result<(u32, bool), Error> {
        let options = self.capabilities.has("ESEARCH").then_some("COUNT");
        let (numbers, exact) = self.ask(query, options).await?;
        let counted = u32::try_from(numbers.uids.len()).unwrap_or(u32::MAX);
        match numbers.extended.count {
            Some(count) => Ok((count, exact)),
            // Some answer ESEARCH with SEARCH.
            None if numbers.plain || options.is_none() => Ok((counted, exact)),
            None => Err(Error::Garbled("SEARCH without COUNT")),
        }
    }

    /// One stretch of what matches: positions counted from 1, the newest first. With PARTIAL
    /// (RFC 9394) no more than that travels.
    ///
    /// # Errors
    /// As `search_query`; `Invalid` for an empty stretch.
    pub async fn search_part(
        &mut self,
        query: &Query,
        stretch: RangeInclusive<u32>,
    ) -> Result<FoundPart, Error> {
        let (first, last) = (*stretch.start(), *stretch.end());
        if first == 0 || first > last {
            return Err(Error::Invalid("an empty stretch"));
        }
        if self.capabilities.has("PARTIAL") {
            let options = format!("COUNT PARTIAL -{first}:-{last}");
            let (numbers, exact) = self.ask(query, Some(&options)).await?;
            if numbers.extended.partial {
                let total = numbers.extended.count;
                let mut uids = numbers.ascending();
                uids.reverse();
                return Ok(FoundPart { uids, total, exact });
            }
        }
        let found = self.search_query(query).await?;
        let skipped = usize::try_from(first - 1).unwrap_or(usize::MAX);
        let wanted = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
        let uids = found.uids.iter().rev().skip(skipped).take(wanted).copied().collect();
        let total = u32::try_from(found.uids.len()).ok();
        Ok(FoundPart { uids, total, exact: found.exact })
    }

    /// Asks in Unicode, and where the server does not read that, in ASCII.
    async fn ask(
        &mut self,
        query: &Query,
        options: Option<&str>,
    ) -> Result<(Numbers, bool), Error> {
        let dialect =
            Dialect { unicode: !self.searches_ascii, gmail: self.capabilities.has("X-GM-EXT-1") };
        let keys = Keys::of(query, dialect);
        let answer = self.ask_for(&keys, options, *query != Query::all()).await;
        let numbers = match answer {
            Err(Error::Refused { code, .. }) if !keys.is_ascii() => {
                let says = |word: &str| code.as_deref().is_some_and(|it| it.starts_with(word));
                self.searches_ascii |= says("BADCHARSET");
                let keys = Keys::of(query, Dialect { unicode: false, ..dialect });
                let numbers = self.ask_for(&keys, options, *query != Query::all()).await?;
                return Ok((numbers, keys.exact));
            }
            other => other?,
        };
        Ok((numbers, keys.exact))
    }

    async fn ask_for(
        &mut self,
        keys: &Keys,
        options: Option<&str>,
        silence_is_none: bool,
    ) -> Result<Numbers, Error> {
        if self.selection.is_none() {
            return Err(Error::Invalid("no mailbox"));
        }
        let mut command = Command::new("UID SEARCH");
        if let Some(options) = options {
            command = command.words(&format!("RETURN ({options})"));
        }
        // Where names are in UTF-8, texts are too, and to say so is an error (RFC 6855 §3).
        if !keys.is_ascii() && self.spelling() == Spelling::Utf7 {
            command = command.words("CHARSET UTF-8");
        }
        self.numbers(keys.write(command)?, 0, silence_is_none).await
    }
}
