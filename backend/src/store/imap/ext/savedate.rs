//! SAVEDATE (RFC 8514): when a message came into the mailbox that it is in.

use crate::store::Error;
use crate::store::imap::ImapConnection;
use crate::store::imap::command::{Command, sets};
use crate::store::imap::convert;
use crate::store::imap::fetched::Fetched;
use crate::store::imap::wire::Response;

impl ImapConnection {
    /// When these messages came into the selected mailbox, in seconds since 1970. Where the server
    /// does not keep that, INTERNALDATE stands in: when they first came.
    ///
    /// # Errors
    /// `Garbled` if an answer cannot be read. Messages that are gone are absent.
    pub async fn saved_at(&mut self, uids: &[u32]) -> Result<Vec<(u32, i64)>, Error> {
        let kept = self.capabilities.has("SAVEDATE");
        let items = if kept { "(UID SAVEDATE INTERNALDATE)" } else { "(UID INTERNALDATE)" };
        let (mut found, mut missed) = (Vec::new(), false);
        for set in sets(uids) {
            let take = |response: &Response| {
                let fetched = Fetched::read(response);
                missed |= fetched.is_none() && Fetched::is_missed(response);
                let date = fetched.filter(Fetched::is_answer).and_then(|it| {
                    // NIL in a mailbox that does not keep it.
                    let date = |name| it.get(name).and_then(convert::internal_date);
                    Some((it.uid()?, date("SAVEDATE").or_else(|| date("INTERNALDATE"))?))
                });
                let taken = date.is_some();
                found.extend(date);
                taken
            };
            let command = Command::new("UID FETCH").words(&set).words(items);
            let exchange = self.run_each(command, take).await?;
            missed |= exchange.defects > 0;
            self.absorb(exchange.untagged);
        }
        if missed { Err(Error::Garbled("SAVEDATE")) } else { Ok(found) }
    }
}
