//! INTERNALDATE and RFC822.SIZE alone (RFC 9051 §2.3.3, §2.3.4): when messages arrived, and how
//! one is known again in another mailbox where the server does not say which it became.

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::convert;
use super::fetched::Fetched;
use crate::store::{Error, Traits};

impl ImapConnection {
    /// When these messages arrived, in seconds since 1970 UTC; those that are gone are absent.
    ///
    /// # Errors
    /// `Garbled` if an answer cannot be read.
    pub async fn dates(&mut self, uids: &[u32]) -> Result<Vec<(u32, i64)>, Error> {
        let traits = self.traits(uids).await?;
        Ok(traits.into_iter().map(|(uid, one)| (uid, one.received_at)).collect())
    }

    /// What these messages are known by, which a copy keeps; those that are gone are absent.
    ///
    /// # Errors
    /// As `dates`.
    pub async fn traits(&mut self, uids: &[u32]) -> Result<Vec<(u32, Traits)>, Error> {
        let mut all = Vec::with_capacity(uids.len());
        for set in sets(uids) {
            let items = "(UID INTERNALDATE RFC822.SIZE)";
            let exchange = self.run(Command::new("UID FETCH").words(&set).words(items)).await?;
            let mut missed = exchange.defects > 0;
            for response in exchange.untagged {
                match Fetched::read(&response).as_ref().and_then(traits) {
                    Some(one) => all.push(one),
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

fn traits(fetched: &Fetched<'_>) -> Option<(u32, Traits)> {
    // A date that makes no sense is one of 1970, as in a row.
    let received_at = convert::internal_date(fetched.get("INTERNALDATE")?).unwrap_or(0);
    let size = fetched.get("RFC822.SIZE")?.number().unwrap_or(0);
    Some((fetched.uid()?, Traits { received_at, size }))
}
