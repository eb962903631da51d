//! How messages begin, for rows that came without it: out of the index, as the server makes it
//! (RFC 8970), or read out of the first octets of their text.

use bytes::Bytes;
use futures_util::FutureExt;
use postern_shared::api::messages::{MAX_PREVIEWS, Urgency};
use postern_shared::mailbox::MailboxId;
use postern_shared::uid::{Uid, UidValidity};

use super::Account;
use super::actor::{Actor, verb};
use super::error::Error;
use super::open::blocking;
use super::parts::parts_of;
use crate::mime::preview::{ENOUGH, preview_of};
use crate::mime::{Part, body};
use crate::store::imap::Extract;
use crate::store::{self, Structure};

/// Messages that the server is asked about in one piece of work: no click waits for more.
const AT_ONCE: usize = 10;
/// Octets of a plain text that say how it begins, a quote before it included.
const OF_PLAIN: u32 = 4 << 10;

/// What was found of one message.
enum Found {
    Said(String),
    /// The beginning of a part, as it was transferred.
    Octets(Box<Part>, Bytes),
}

impl Account {
    /// How messages of one mailbox begin, as far as that can be had.
    ///
    /// # Errors
    /// `Limit`, `NonExistent` where the uid_validity has passed, or the server's.
    pub async fn read_previews(
        &self,
        mailbox: MailboxId,
        validity: UidValidity,
        uids: Vec<Uid>,
    ) -> Result<Vec<(Uid, String)>, Error> {
        if uids.len() > MAX_PREVIEWS {
            return Err(Error::Limit("messages of one call"));
        }
        let uids: Vec<u32> = uids.into_iter().map(|uid| uid.0).collect();
        let mut all = self.kept_previews(&mailbox, validity, &uids).await?;
        let missing: Vec<u32> =
            uids.into_iter().filter(|uid| all.iter().all(|(known, _)| known != uid)).collect();
        for some in missing.chunks(AT_ONCE) {
            let (at, some) = (mailbox.clone(), some.to_vec());
            let work = verb(move |actor| {
                let (mailbox, uids) = (at.clone(), some.clone());
                async move { actor.find_previews(&mailbox, validity, &uids).await }.boxed()
            });
            let found = self.ask(Urgency::Ahead, work).await?;
            let read = blocking(|| read(found)).await?;
            self.keep_previews(&mailbox, validity, &read);
            all.extend(read);
        }
        Ok(all.into_iter().map(|(uid, preview)| (Uid(uid), preview)).collect())
    }

    /// Those that the index has.
    async fn kept_previews(
        &self,
        mailbox: &MailboxId,
        validity: UidValidity,
        uids: &[u32],
    ) -> Result<Vec<(u32, String)>, Error> {
        let (mailbox, uids) = (mailbox.clone(), uids.to_vec());
        let work = verb(move |actor| {
            let place = actor.place(&mailbox);
            let (shelf, uids) = (actor.keeper.shelf.clone(), uids.clone());
            async move {
                let Some(shelf) = shelf.filter(|shelf| shelf.index.may_hold()) else {
                    return Ok(Vec::new());
                };
                match shelf.index.previews(&place, validity.0, &uids).await {
                    Err(store::index::Error::Unknown) => Ok(Vec::new()),
                    known => Ok(known?),
                }
            }
            .boxed()
        });
        self.ask(Urgency::Ahead, work).await
    }

    /// Has them written down, so that nobody need ask again; nobody waits for it.
    fn keep_previews(&self, mailbox: &MailboxId, validity: UidValidity, read: &[(u32, String)]) {
        let read: Vec<_> = read.iter().filter(|(_, words)| !words.is_empty()).cloned().collect();
        let mailbox = mailbox.clone();
        self.tell(move |actor| {
            let Some(shelf) = actor.keeper.shelf.clone() else { return };
            // Only what the index follows has a place in it.
            if read.is_empty() || !actor.keeper.held.contains(&mailbox) {
                return;
            }
            let place = actor.place(&mailbox);
            tokio::spawn(async move {
                if let Err(error) = shelf.index.set_previews(&place, validity.0, &read).await {
                    tracing::debug!(%error, "how messages begin was not written down");
                }
            });
        });
    }
}

impl Actor {
    async fn find_previews(
        &mut self,
        mailbox: &MailboxId,
        validity: UidValidity,
        uids: &[u32],
    ) -> Result<Vec<(u32, Found)>, Error> {
        self.select_for(mailbox, validity).await?;
        let connection = self.store()?;
        match connection.previews(uids).await {
            Err(store::Error::Unsupported(_)) => {}
            made => {
                let said = |(uid, words)| (uid, Found::Said(words));
                return Ok(made?.into_iter().map(said).collect());
            }
        }
        let mut parts = Vec::new();
        let mut wanted = Vec::new();
        for (uid, structure) in connection.structures(uids).await? {
            if let Some((part, at)) = wanted_of(&structure) {
                parts.push((uid, part));
                wanted.push((uid, at));
            }
        }
        let octets = connection.beginnings(wanted).await?;
        let found = octets.into_iter().filter_map(|(uid, octets)| {
            let at = parts.iter().position(|(of, _)| *of == uid)?;
            Some((uid, Found::Octets(Box::new(parts.swap_remove(at).1), octets)))
        });
        Ok(found.collect())
    }
}

/// The text by which it is known how a message begins.
fn wanted_of(structure: &Structure) -> Option<(Part, Extract)> {
    let mut parts = parts_of(structure);
    let display = body::choose(&parts);
    let index = display.plain.first().or(display.rich.first()).copied();
    let part = parts.swap_remove(index.or_else(|| body::fallbacks(&parts).next())?);
    let most = if part.content_type == "text/html" { ENOUGH as u32 } else { OF_PLAIN };
    // What is no multipart is its own first part (RFC 9051 §6.4.5.1).
    let section = if part.section.is_empty() { "1".to_owned() } else { part.section.clone() };
    Some((part, Extract { section, octets: most }))
}

fn read(found: Vec<(u32, Found)>) -> Vec<(u32, String)> {
    let read = |(uid, found)| match found {
        Found::Said(words) => (uid, words),
        Found::Octets(part, octets) => (uid, preview_of(&part, &octets)),
    };
    found.into_iter().map(read).collect()
}
