//! SORT (RFC 5256) and SORT=DISPLAY (RFC 5957).

use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::search::key;
use crate::store::{Criteria, Error, SortBy};

impl ImapConnection {
    /// The uids that match, in the server's order: of equal ones the earlier position is first.
    ///
    /// # Errors
    /// `Unsupported` where the server does not sort; `Garbled` where the answer cannot be read.
    pub async fn sort(
        &mut self,
        by: SortBy,
        descending: bool,
        criteria: Criteria,
    ) -> Result<Vec<u32>, Error> {
        let display = self.capabilities.has("SORT=DISPLAY");
        if !self.capabilities.has("SORT") && !display {
            return Err(Error::Unsupported("SORT"));
        }
        let Some((_, selected)) = &self.selection else { return Err(Error::Invalid("no mailbox")) };
        let expected = if criteria == Criteria::All { selected.exists } else { 0 };
        let reverse = if descending { "REVERSE " } else { "" };
        let sort = format!("UID SORT ({reverse}{}) UTF-8", sort_key(by, display));
        let command = Command::new(sort).words(key(criteria));
        let silence_is_none = criteria != Criteria::All;
        Ok(self.numbers(command, expected as usize, silence_is_none).await?.uids)
    }
}

/// `display`: the server compares names as people see them.
fn sort_key(by: SortBy, display: bool) -> &'static str {
    match by {
        SortBy::Arrival => "ARRIVAL",
        SortBy::Date => "DATE",
        SortBy::From if display => "DISPLAYFROM",
        SortBy::From => "FROM",
        SortBy::To if display => "DISPLAYTO",
        SortBy::To => "TO",
        SortBy::Subject => "SUBJECT",
        SortBy::Size => "SIZE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_said_in_the_servers_words() {
        assert_eq!(sort_key(SortBy::From, true), "DISPLAYFROM");
        assert_eq!(sort_key(SortBy::From, false), "FROM");
        assert_eq!(sort_key(SortBy::Size, true), "SIZE");
    }
}
