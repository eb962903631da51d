//! Adding whole messages to a mailbox, each once: a lost answer is settled by looking for what came.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt, TryStreamExt};
use postern_shared::api::messages::Urgency;
use postern_shared::flag::Flag;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageKey;
use postern_shared::uid::UidValidity;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Account;
use super::actor::{Actor, Chore};
use super::error::Error;
use super::whole::Whole;
use crate::blob::Blobs;
use crate::bundle::Marks;
use crate::store;
use crate::store::imap::NewMessage;

/// Messages whose sizes are asked for together.
const AT_ONCE: usize = 1000;

/// The place in a mailbox from which on a message is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// The generation of uids.
    pub uid_validity: u32,
    /// The first uid that what comes later can have.
    pub uid: u32,
}

/// A message that came into a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Its uid.
    pub uid: u32,
    /// Its Message-ID; empty where it has none.
    pub message_id: String,
    /// Its bytes.
    pub size: u64,
}

impl Account {
    /// From where on messages of a mailbox are new now.
    ///
    /// # Errors
    /// `NonExistent`, or the server's.
    pub async fn floor(&self, mailbox: &MailboxId) -> Result<Floor, Error> {
        let mailbox = mailbox.clone();
        self.ask(Urgency::Ahead, move |actor| {
            let mailbox = mailbox.clone();
            async move { actor.floor(&mailbox).await }.boxed()
        })
        .await
    }

    /// What came into a mailbox from this place on, in its order; none known where the generation of
    /// its uids is another.
    ///
    /// # Errors
    /// As for `floor`.
    pub async fn arrived_since(
        &self,
        mailbox: &MailboxId,
        floor: Floor,
    ) -> Result<Vec<Arrived>, Error> {
        let mailbox = mailbox.clone();
        self.ask(Urgency::Ahead, move |actor| {
            let mailbox = mailbox.clone();
            async move { actor.arrived_since(&mailbox, floor).await }.boxed()
        })
        .await
    }

    /// Adds a message; gives its key where the server says. Keywords that the server refuses are
    /// left out.
    ///
    /// # Errors
    /// The server's. Where the connection was lost nobody knows: `arrived_since` says.
    pub async fn append(
        &self,
        mailbox: &MailboxId,
        (marks, bytes): (Marks, Whole),
    ) -> Result<Option<MessageKey>, Error> {
        let mailbox = mailbox.clone();
        self.ask_once(Urgency::Ahead, move |actor| {
            let (mailbox, marks, bytes) = (mailbox.clone(), marks.clone(), bytes.clone());
            async move { actor.append(&mailbox, &marks, &bytes).await }.boxed()
        })
        .await
    }

    /// Adds messages that are small enough to be sent together. Says of each what `append` says, but
    /// that none is tried without its keywords; behind a lost connection nothing is known of the
    /// others.
    ///
    /// # Errors
    /// The server's; then none was added.
    pub async fn append_each(
        &self,
        mailbox: &MailboxId,
        messages: Vec<(Marks, Bytes)>,
    ) -> Result<Vec<Result<Option<MessageKey>, Error>>, Error> {
        let (mailbox, messages) = (mailbox.clone(), Arc::new(messages));
        self.ask_once(Urgency::Ahead, move |actor| {
            let (mailbox, messages) = (mailbox.clone(), messages.clone());
            async move { actor.append_each(&mailbox, &messages).await }.boxed()
        })
        .await
    }

    /// The messages of a mailbox that have this Message-ID and as many bytes.
    ///
    /// # Errors
    /// `NonExistent`, or the server's.
    pub async fn with_message_id(
        &self,
        mailbox: &MailboxId,
        (message_id, size): (&str, u64),
    ) -> Result<Vec<u32>, Error> {
        let (mailbox, message_id) = (mailbox.clone(), message_id.to_owned());
        self.ask(Urgency::Ahead, move |actor| {
            let (mailbox, message_id) = (mailbox.clone(), message_id.clone());
            async move {
                actor.select(&mailbox).await?;
                let uids = actor.store()?.with_message_id(&message_id).await?;
                if uids.is_empty() {
                    return Ok(uids);
                }
                let traits = actor.store()?.traits(&uids).await?;
                let same = |(_, traits): &(u32, store::Traits)| u64::from(traits.size) == size;
                Ok(traits.into_iter().filter(same).map(|(uid, _)| uid).collect())
            }
            .boxed()
        })
        .await
    }
}

impl Account {
    /// Whether a mailbox holds a message of exactly these bytes.
    ///
    /// # Errors
    /// `NonExistent`, or the server's.
    pub async fn same_bytes(
        &self,
        mailbox: &MailboxId,
        whole: &Whole,
        blobs: &Blobs,
    ) -> Result<bool, Error> {
        let (id, size) = (mailbox.clone(), whole.size());
        let found = self.ask(Urgency::Ahead, move |actor| {
            let id = id.clone();
            async move {
                let selected = actor.select(&id).await?;
                let uids = actor.store()?.uids().await?;
                let mut same = Vec::new();
                for some in uids.chunks(AT_ONCE) {
                    let traits = actor.store()?.traits(some).await?;
                    let of_size = traits.iter().filter(|(_, it)| u64::from(it.size) == size);
                    same.extend(of_size.map(|(uid, _)| *uid));
                }
                let validity = UidValidity(selected.uid_validity);
                Ok(same.into_iter().map(|uid| actor.key(&id, validity, uid)).collect::<Vec<_>>())
            }
            .boxed()
        });
        for key in found.await? {
            if is_same(&self.whole(&key, blobs).await?, whole).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether two messages have the same bytes.
async fn is_same(one: &Whole, other: &Whole) -> Result<bool, Error> {
    Ok(one.size() == other.size() && digest(one).await? == digest(other).await?)
}

async fn digest(whole: &Whole) -> Result<Vec<u8>, Error> {
    let (mut sum, mut slices) = (Sha256::new(), whole.stream().await?);
    while let Some(slice) = slices.try_next().await.map_err(crate::blob::Error::Source)? {
        sum.update(&slice);
    }
    Ok(sum.finalize().to_vec())
}

impl Actor {
    async fn floor(&mut self, mailbox: &MailboxId) -> Result<Floor, Error> {
        let name = self.name(mailbox)?;
        let selected = self.select(mailbox).await?;
        let uid = match self.store()?.status(&name).await?.uid_next {
            Some(next) => next,
            None => self.store()?.uids().await?.last().map_or(1, |last| last.saturating_add(1)),
        };
        Ok(Floor { uid_validity: selected.uid_validity, uid })
    }

    async fn arrived_since(
        &mut self,
        mailbox: &MailboxId,
        floor: Floor,
    ) -> Result<Vec<Arrived>, Error> {
        let selected = self.select(mailbox).await?;
        if selected.uid_validity != floor.uid_validity {
            return Ok(Vec::new());
        }
        self.store()?.noop().await?;
        let rows = self.store()?.rows_after(floor.uid.saturating_sub(1)).await?;
        let arrived = |row: store::Row| Arrived {
            uid: row.uid,
            message_id: row.envelope.message_id,
            size: row.size.into(),
        };
        Ok(rows.into_iter().filter(|row| row.uid >= floor.uid).map(arrived).collect())
    }

    async fn append(
        &mut self,
        mailbox: &MailboxId,
        marks: &Marks,
        bytes: &Whole,
    ) -> Result<Option<MessageKey>, Error> {
        let added = match self.append_with(mailbox, marks, bytes).await {
            Err(Error::Store(store::Error::Refused { .. } | store::Error::Invalid(_)))
                if marks.flags.iter().any(is_keyword) =>
            {
                let mut fewer = marks.clone();
                fewer.flags.retain(|flag| !is_keyword(flag));
                self.append_with(mailbox, &fewer, bytes).await?
            }
            added => added?,
        };
        self.refresh_later(mailbox);
        Ok(added.map(|(validity, uid)| self.key(mailbox, UidValidity(validity), uid)))
    }

    async fn append_each(
        &mut self,
        mailbox: &MailboxId,
        messages: &[(Marks, Bytes)],
    ) -> Result<Vec<Result<Option<MessageKey>, Error>>, Error> {
        let name = self.name(mailbox)?;
        let message = |(marks, bytes): &(Marks, Bytes)| NewMessage {
            flags: marks.flags.clone(),
            internal_date: marks.received_at,
            octets: bytes.to_vec(),
        };
        let all = messages.iter().map(message).collect();
        let added = self.store()?.append_each(&name, all).await;
        let mut told = Vec::with_capacity(added.len());
        for one in added {
            let one = one.map_err(Error::from);
            if let Err(error) = &one {
                self.heed(error);
                if error.is_lost() {
                    self.lose(error);
                }
            }
            let key = |(validity, uid)| self.key(mailbox, UidValidity(validity), uid);
            told.push(one.map(|at| at.map(key)));
        }
        self.refresh_later(mailbox);
        Ok(told)
    }

    /// Shows and counts what came, behind it.
    fn refresh_later(&mut self, mailbox: &MailboxId) {
        self.later(match self.windows.has(mailbox) {
            true => Chore::Refresh(mailbox.clone()),
            false => Chore::Count(mailbox.clone()),
        });
    }

    async fn append_with(
        &mut self,
        mailbox: &MailboxId,
        marks: &Marks,
        bytes: &Whole,
    ) -> Result<Option<(u32, u32)>, Error> {
        let name = self.name(mailbox)?;
        let (flags, date) = (&marks.flags, marks.received_at);
        let content = (bytes.size(), bytes.stream().await?);
        Ok(self.store()?.append_from(&name, flags, date, content).await?)
    }
}

fn is_keyword(flag: &Flag) -> bool {
    matches!(flag, Flag::Keyword(_))
}
