//! SEARCHRES (RFC 5182): what a search finds is named by `$`, and never travels.

use postern_shared::flag::Flag;

use crate::store::Error;
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::query::{Dialect, Keys};
use crate::store::query::Query;

impl ImapConnection {
    /// Sets flags on every message that matches a query, or clears them.
    ///
    /// # Errors
    /// `Unsupported` where the server cannot compare all of the query: nothing was changed then.
    pub async fn flag_found(
        &mut self,
        query: &Query,
        add: &[Flag],
        remove: &[Flag],
    ) -> Result<(), Error> {
        let dialect = Dialect { unicode: true, gmail: self.capabilities.has("X-GM-EXT-1") };
        let keys = Keys::of(query, dialect);
        // Texts beyond ASCII may be refused, and want a second thought.
        if !self.capabilities.has("SEARCHRES") || !keys.exact || !keys.is_ascii() {
            let found = self.search_query(query).await?;
            if !found.exact {
                return Err(Error::Unsupported("a search for all of this"));
            }
            return self.store_flags(&found.uids, add, remove).await;
        }
        self.run_quietly(keys.write(Command::new("UID SEARCH RETURN (SAVE)"))?).await?;
        for (item, flags) in [("+FLAGS.SILENT", add), ("-FLAGS.SILENT", remove)] {
            if !flags.is_empty() {
                let command = Command::new("UID STORE $").words(item).flags(flags)?;
                self.run_quietly(command).await?;
            }
        }
        Ok(())
    }
}
