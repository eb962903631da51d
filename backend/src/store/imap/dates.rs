//! INTERNALDATE alone (RFC 9051 §2.3.3): when messages arrived.

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::convert;
use super::fetched::Fetched;
use crate::store::Error;

impl ImapConnection {
    /// When these messages arrived, in seconds since 1970 UTC; those that are gone are absent.
    ///
    /// # Errors
    /// `Garbled` if an answer cannot be read.
    pub async fn dates(&mut self, uids: &[u32]) -> Result<Vec<(u32, i64)>, Error> {
        let mut all = Vec::with_capacity(uids.len());
        for set in sets(uids) {
            let command = Command::new("UID FETCH").words(&set).words("(UID INTERNALDATE)");
            let exchange = self.run(command).await?;
            let mut missed = exchange.defects > 0;
            for response in exchange.untagged {
                let fetched = Fetched::read(&response);
                let answer = fetched.as_ref().and_then(|it| {
                    Some((it.uid()?, convert::internal_date(it.get("INTERNALDATE")?)))
                });
                match answer {
                    // A date that makes no sense is one of 1970, as in a row.
                    Some((uid, date)) => all.push((uid, date.unwrap_or(0))),
                    None => {
                        missed |= Fetched::is_missed(&response);
                        self.absorb_one(&response);
                    }
                }
            }
            if missed {
                return Err(Error::Garbled("FETCH INTERNALDATE"));
            }
        }
        Ok(all)
    }
}
