//! How messages begin: PREVIEW (RFC 8970), and without it the first octets of their text.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::convert;
use super::fetched::Fetched;
use super::rows::{Gathered, Numbers};
use crate::store::{Error, Structure};

/// The part of a message by which it is known how it begins, and how much of it says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extract {
    /// Its address, as in `Structure`.
    pub section: String,
    /// Octets, as they are transferred.
    pub octets: u32,
}

impl ImapConnection {
    /// The beginnings of these messages' texts, where the server makes them (RFC 8970). Rows bring
    /// only those that it has at hand.
    ///
    /// # Errors
    /// `Unsupported` where it does not.
    pub async fn previews(&mut self, uids: &[u32]) -> Result<Vec<(u32, String)>, Error> {
        if !self.capabilities.has("PREVIEW") {
            return Err(Error::Unsupported("PREVIEW"));
        }
        let mut gathered = Gathered::default();
        for set in sets(uids) {
            self.gather(&mut gathered, &set, Numbers::Uid, "(UID PREVIEW)").await?;
        }
        let rows = gathered.into_rows().into_iter();
        Ok(rows.filter_map(|row| Some((row.uid, row.preview?))).collect())
    }

    /// What these messages are made of. One that cannot be read is left out.
    ///
    /// # Errors
    /// As every verb.
    pub async fn structures(&mut self, uids: &[u32]) -> Result<Vec<(u32, Structure)>, Error> {
        let mut found = Vec::with_capacity(uids.len());
        for set in sets(uids) {
            let command = Command::new("UID FETCH").words(&set).words("(UID BODYSTRUCTURE)");
            self.fetch_some(command, |fetched, uid| {
                let structure = fetched.get("BODYSTRUCTURE").and_then(convert::structure);
                found.extend(structure.map(|structure| (uid, structure)));
            })
            .await?;
        }
        Ok(found)
    }

    /// The first octets of one part of each of these messages; of a server that ignores the
    /// partial no more than asked for. Never marks them as seen.
    ///
    /// # Errors
    /// As every verb. A message without an answer is absent.
    pub async fn beginnings(
        &mut self,
        wanted: Vec<(u32, Extract)>,
    ) -> Result<Vec<(u32, Bytes)>, Error> {
        let mut alike: BTreeMap<Extract, Vec<u32>> = BTreeMap::new();
        for (uid, wanted) in wanted {
            alike.entry(wanted).or_default().push(uid);
        }
        let mut found = Vec::new();
        for (Extract { section, octets }, mut uids) in alike {
            uids.sort_unstable();
            let item = format!("(UID BODY.PEEK[{section}]<0.{octets}>)");
            for set in sets(&uids) {
                let command = Command::new("UID FETCH").words(&set).words(&item);
                self.fetch_some(command, |fetched, uid| {
                    let body = fetched.item(&format!("BODY[{section}]"));
                    let octets = octets as usize;
                    found.extend(body.and_then(|(value, _)| value.bytes()).map(|bytes| {
                        (uid, Bytes::copy_from_slice(&bytes[..bytes.len().min(octets)]))
                    }));
                })
                .await?;
            }
        }
        Ok(found)
    }

    /// Hands each answer of a FETCH on; what is none is news.
    async fn fetch_some(
        &mut self,
        command: Command,
        mut take: impl FnMut(&Fetched<'_>, u32),
    ) -> Result<(), Error> {
        let exchange = self.run(command).await?;
        for response in exchange.untagged {
            match Fetched::read(&response).filter(Fetched::is_answer) {
                Some(fetched) => {
                    if let Some(uid) = fetched.uid() {
                        take(&fetched, uid);
                    }
                }
                None => self.absorb_one(&response),
            }
        }
        Ok(())
    }
}
