//! Whole messages as they were received, for what takes them elsewhere: patiently, slice by slice,
//! and no large one held in memory.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use postern_shared::api::messages::Urgency;
use postern_shared::message::MessageKey;
use tokio_util::io::StreamReader;

use super::Account;
use super::actor::Actor;
use super::error::Error;
use super::mutate::Batch;
use crate::blob::{self, Blobs, Spooled};
use crate::bundle::Marks;

/// A message's bytes: small ones in memory, large ones aside on the disk.
#[derive(Clone)]
pub enum Whole {
    /// Here.
    Memory(Bytes),
    /// On the disk, as long as somebody holds it.
    Disk(Arc<Spooled>),
}

impl Whole {
    /// How many.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Disk(spooled) => spooled.size,
        }
    }

    /// From their beginning, as often as it is asked for.
    ///
    /// # Errors
    /// The disk's.
    pub async fn stream(&self) -> Result<BoxStream<'static, io::Result<Bytes>>, blob::Error> {
        match self {
            Self::Memory(bytes) => Ok(stream::iter([Ok(bytes.clone())]).boxed()),
            Self::Disk(spooled) => Ok(spooled.stream().await?.map_err(io::Error::other).boxed()),
        }
    }
}

/// What a mailbox knows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Its key.
    pub key: MessageKey,
    /// Flags and time of arrival.
    pub marks: Marks,
    /// Its Message-ID; empty where it has none.
    pub message_id: String,
    /// Its subject.
    pub subject: String,
    /// Its size, as the store says.
    pub size: u64,
}

impl Account {
    /// What the mailbox knows of these messages; those that are gone are absent.
    ///
    /// # Errors
    /// `NonExistent` where the mailbox's uid_validity has passed; the server's.
    pub async fn noted(&self, batch: &Batch) -> Result<Vec<Noted>, Error> {
        let batch = batch.clone();
        self.ask(Urgency::Ahead, move |actor| {
            let batch = batch.clone();
            async move { actor.noted(&batch).await }.boxed()
        })
        .await
    }

    /// All bytes of a message.
    ///
    /// # Errors
    /// `NonExistent` where it is gone; the server's, the disk's.
    pub async fn whole(&self, key: &MessageKey, blobs: &Blobs) -> Result<Whole, Error> {
        let first = self.slice(key, "", 0, Urgency::Ahead).await?;
        if first.end {
            return Ok(Whole::Memory(first.bytes));
        }
        let (account, key, at) = (self.clone(), key.clone(), first.bytes.len() as u64);
        let rest =
            stream::try_unfold((account, key, at, false), async |(account, key, at, end)| {
                if end {
                    return Ok::<_, io::Error>(None);
                }
                let slice = account.slice(&key, "", at, Urgency::Ahead).await;
                let slice = slice.map_err(io::Error::other)?;
                let next = at + slice.bytes.len() as u64;
                Ok(Some((slice.bytes, (account, key, next, slice.end))))
            });
        let all = stream::iter([Ok(first.bytes)]).chain(rest);
        let spooled = blobs.put_aside(StreamReader::new(all.boxed())).await;
        Ok(Whole::Disk(Arc::new(spooled.map_err(of_source)?)))
    }

    /// Whether a mailbox is one of the account's.
    #[must_use]
    pub fn has_mailbox(&self, id: &postern_shared::mailbox::MailboxId) -> bool {
        self.0.tree.borrow().iter().any(|mailbox| mailbox.id == *id)
    }
}

/// What the account said, where it was the source that failed.
fn of_source(error: blob::Error) -> Error {
    let blob::Error::Source(error) = error else { return error.into() };
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => blob::Error::Source(error).into(),
    }
}

impl Actor {
    async fn noted(&mut self, batch: &Batch) -> Result<Vec<Noted>, Error> {
        self.select_for(&batch.mailbox, batch.uid_validity).await?;
        let rows = self.store()?.rows_by_uid(&batch.uids).await?;
        let note = |row: crate::store::Row| {
            let key = self.key(&batch.mailbox, batch.uid_validity, row.uid);
            let received_at = Some(row.internal_date).filter(|at| *at != 0);
            let (message_id, subject) = (row.envelope.message_id, row.envelope.subject);
            let marks = Marks { flags: row.flags, received_at };
            Noted { key, marks, message_id, subject, size: row.size.into() }
        };
        Ok(rows.into_iter().map(note).collect())
    }
}
