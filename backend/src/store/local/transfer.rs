//! Copies, moves and appended messages. A copy shares its original's content.

use std::collections::HashMap;
use std::io;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use postern_shared::flag::Flag;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use tokio_util::io::StreamReader;

use super::Error;
use super::connection::LocalConnection;
use super::keep::{Fresh, LARGE, discard, insert_contents, prepare};
use super::mailboxes::id_of;
use super::rows::some;
use super::write::{Copy, add, expunge, packed};
use crate::readers::Pace;
use crate::store::imap::NewMessage;
use crate::store::{MailboxName, Moved};

/// Messages of a batch that are read at the same time.
const AT_ONCE: usize = 4;

impl LocalConnection {
    /// Adds a message. `internal_date` is in seconds since 1970. Gives the uid validity and the
    /// uid.
    ///
    /// # Errors
    /// `NonExistent`, `OverQuota`, `Invalid`, `Storage`: nothing was added.
    pub async fn append(
        &mut self,
        name: &MailboxName,
        flags: &[Flag],
        internal_date: Option<i64>,
        message: Vec<u8>,
    ) -> Result<Option<(u32, u32)>, Error> {
        let flags = packed(flags)?;
        // Nothing is read for a mailbox that is not there.
        let mut reading = self.store().read().await?;
        id_of(&mut reading, self.account(), name).await?;
        drop(reading);
        let (store, received_at) = (self.store(), internal_date.unwrap_or(self.store().now()));
        let fresh = prepare(Pace::Now, (&store.0.blobs, &store.owner()), message.into()).await?;
        let fresh = [fresh];
        let added = self.append_fresh(name, &fresh, &[(flags, received_at)]).await;
        if added.is_err() {
            discard(&store.0.blobs, fresh.iter()).await;
        }
        let added = added?;
        self.noop().await?;
        Ok(added.first().copied())
    }

    /// Adds a message of `size` octets; a large one is never held whole. Gives what `append` gives.
    ///
    /// # Errors
    /// As for `append`; `Lost` where the message cannot be read to its end.
    pub async fn append_from(
        &mut self,
        name: &MailboxName,
        flags: &[Flag],
        internal_date: Option<i64>,
        (size, message): (u64, BoxStream<'static, io::Result<Bytes>>),
    ) -> Result<Option<(u32, u32)>, Error> {
        let lost = |error: io::Error| Error::Lost(Box::new(error));
        let other_size = || lost(io::Error::other("the message is not as long as it was"));
        if size > LARGE as u64 {
            let packed = packed(flags)?;
            let mut reading = self.store().read().await?;
            id_of(&mut reading, self.account(), name).await?;
            drop(reading);
            let store = self.store().clone();
            let received_at = internal_date.unwrap_or(store.now());
            let large = store.take_in(StreamReader::new(message)).await?;
            let added = match large.octets() == size {
                true => self.append_fresh(name, &[large.fresh()], &[(packed, received_at)]).await,
                false => Err(other_size()),
            };
            if added.is_err() {
                store.let_go(&large).await;
            }
            let added = added?;
            self.noop().await?;
            return Ok(added.first().copied());
        }
        let whole: Vec<Bytes> = message.try_collect().await.map_err(lost)?;
        let whole = whole.concat();
        if whole.len() as u64 != size {
            return Err(other_size());
        }
        self.append(name, flags, internal_date, whole).await
    }

    /// Adds messages, all in one transaction if all can be added. Says of each what `append` says.
    pub async fn append_each(
        &mut self,
        name: &MailboxName,
        messages: Vec<NewMessage>,
    ) -> Vec<Result<Option<(u32, u32)>, Error>> {
        match self.append_together(name, &messages).await {
            Ok(added) => added.into_iter().map(|at| Ok(Some(at))).collect(),
            // One of them is to blame.
            Err(_) => {
                let mut all = Vec::with_capacity(messages.len());
                for NewMessage { flags, internal_date, octets } in messages {
                    all.push(self.append(name, &flags, internal_date, octets).await);
                }
                all
            }
        }
    }

    async fn append_together(
        &mut self,
        name: &MailboxName,
        messages: &[NewMessage],
    ) -> Result<Vec<(u32, u32)>, Error> {
        let store = self.store().clone();
        let marks = messages.iter().map(|message| {
            let received_at = message.internal_date.unwrap_or(store.now());
            Ok((packed(&message.flags)?, received_at))
        });
        let marks = marks.collect::<Result<Vec<_>, Error>>()?;
        let owner = store.owner();
        let reading = messages.iter().map(|message| {
            let octets = Bytes::copy_from_slice(&message.octets);
            prepare(Pace::Patient, (&store.0.blobs, &owner), octets).boxed()
        });
        let reading: Vec<_> = reading.collect();
        let ready: Vec<_> = stream::iter(reading).buffered(AT_ONCE).collect().await;
        let (ready, failed): (Vec<_>, Vec<_>) = ready.into_iter().partition(Result::is_ok);
        let ready: Vec<Fresh> = ready.into_iter().flatten().collect();
        let added = match failed.into_iter().find_map(Result::err) {
            Some(error) => Err(error),
            None => self.append_fresh(name, &ready, &marks).await,
        };
        if added.is_err() {
            discard(&store.0.blobs, ready.iter()).await;
        }
        let added = added?;
        self.noop().await?;
        Ok(added)
    }

    /// Adds messages that were read; their uid validity and uids.
    async fn append_fresh(
        &self,
        name: &MailboxName,
        fresh: &[Fresh],
        marks: &[((i64, String), i64)],
    ) -> Result<Vec<(u32, u32)>, Error> {
        let mut writing = self.store().write().await?;
        let mailbox = id_of(&mut writing, self.account(), name).await?;
        let all: Vec<&Fresh> = fresh.iter().collect();
        let ids = insert_contents(&mut writing, &all, self.store().0.quota).await?;
        let copies = ids.into_iter().zip(marks).map(|(content, (flags, received_at))| Copy {
            content,
            flags: flags.clone(),
            received_at: *received_at,
        });
        let copies: Vec<Copy> = copies.collect();
        let uids = add(&mut writing, mailbox, &copies).await?;
        self.store().commit(writing).await?;
        let validity = u32::try_from(mailbox).unwrap_or_default();
        Ok(uids.into_iter().map(|uid| (validity, uid)).collect())
    }

    /// Copies messages of the selected mailbox.
    ///
    /// # Errors
    /// `NonExistent` if there is no such mailbox; then nothing was copied.
    pub async fn copy(&mut self, uids: &[u32], target: &MailboxName) -> Result<Moved, Error> {
        let mailbox = self.mailbox()?;
        let mut writing = self.store().write().await?;
        let moved = self.copy_in(&mut writing, (mailbox, uids), target).await?;
        self.store().commit(writing).await?;
        self.noop().await?;
        Ok(moved)
    }

    /// Moves messages of the selected mailbox.
    ///
    /// # Errors
    /// As `copy`.
    pub async fn move_to(&mut self, uids: &[u32], target: &MailboxName) -> Result<Moved, Error> {
        let mailbox = self.mailbox()?;
        let mut writing = self.store().write().await?;
        let moved = self.copy_in(&mut writing, (mailbox, uids), target).await?;
        let copied = moved.pairs.iter().filter(|(_, to)| to.is_some());
        let gone: Vec<u32> = copied.map(|(from, _)| *from).collect();
        expunge(&mut writing, mailbox, &gone, self.store().now()).await?;
        self.store().commit(writing).await?;
        self.noop().await?;
        Ok(moved)
    }

    async fn copy_in(
        &self,
        writing: &mut SqliteConnection,
        (mailbox, uids): (i64, &[u32]),
        target: &MailboxName,
    ) -> Result<Moved, Error> {
        let to = id_of(writing, self.account(), target).await?;
        let select =
            "SELECT m.uid, m.content, m.flags, m.keywords, m.received_at FROM messages AS m";
        let rows = some(writing, select, (mailbox, uids)).await?;
        let mut from: Vec<u32> = Vec::with_capacity(rows.len());
        let mut copies = Vec::with_capacity(rows.len());
        for row in rows {
            from.push(row.try_get("uid")?);
            copies.push(Copy {
                content: row.try_get("content")?,
                flags: (row.try_get("flags")?, row.try_get("keywords")?),
                received_at: row.try_get("received_at")?,
            });
        }
        let new = add(writing, to, &copies).await?;
        let new: HashMap<u32, u32> = from.into_iter().zip(new).collect();
        Ok(Moved {
            pairs: uids.iter().map(|uid| (*uid, new.get(uid).copied())).collect(),
            uid_validity: u32::try_from(to).ok(),
            originals_remain: false,
        })
    }
}
