//! Delivery: a batch of messages becomes durable as a whole, each once by its name.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use postern_shared::flag::Flag;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::keep::{Fresh, discard, insert_contents, prepare, prepare_header};
use super::large::Large;
use super::ledger::{Label, Taken, forget, write_label};
use super::mailboxes::id_of;
use super::open::UserStore;
use super::write::{Copy, add, packed};
use super::{Error, each};
use crate::blob::Blobs;
use crate::readers::Pace;
use crate::store::MailboxName;

/// Messages of a batch that are read at the same time: it takes as long as writing them down.
const AT_ONCE: usize = 4;

/// The bytes of a message to be delivered.
#[derive(Debug, Clone)]
pub enum Octets {
    /// In memory.
    Memory(Bytes),
    /// Stored and read already.
    Large(Box<Large>),
    /// The header alone, of a message of so many octets as its server counts.
    Header(Bytes, u64),
}

impl Octets {
    pub(super) async fn ready(
        &self,
        pace: Pace,
        (blobs, owner): (&Blobs, &str),
    ) -> Result<Fresh, Error> {
        match self {
            Self::Memory(bytes) => prepare(pace, (blobs, owner), bytes.clone()).await,
            Self::Large(large) => Ok(large.fresh()),
            Self::Header(header, octets) => prepare_header(pace, header.clone(), *octets).await,
        }
    }

    /// What of the message they are.
    fn taken(&self) -> Taken {
        match self {
            Self::Memory(_) | Self::Large(_) => Taken::Whole,
            Self::Header(..) => Taken::Header,
        }
    }
}

impl From<Bytes> for Octets {
    fn from(bytes: Bytes) -> Self {
        Self::Memory(bytes)
    }
}

/// A message to be delivered.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where to.
    pub mailbox: MailboxName,
    /// Its bytes.
    pub message: Octets,
    /// Its flags.
    pub flags: Vec<Flag>,
    /// When it arrived, in seconds since 1970 UTC.
    pub received_at: i64,
    /// What its deliverer knows it by, within the account: a maildrop and a uidl. Whatever was
    /// delivered by this name is not delivered again.
    pub name: String,
    /// What its deliverer knows it again by.
    pub label: Label,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// It is in its mailbox, with this uid.
    As(u32),
    /// It was delivered before, or earlier in the same batch.
    Before,
}

/// What was delivered by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name.
    pub name: String,
    /// When, in seconds since 1970 UTC.
    pub delivered_at: i64,
    /// Whether a copy of it is left in any mailbox.
    pub is_left: bool,
}

impl UserStore {
    /// Delivers a batch: all of it is durable on return, or nothing of it was done. What was
    /// delivered before is left as it is, so a batch may be repeated after a crash.
    ///
    /// # Errors
    /// `NonExistent` without the mailbox; `OverQuota`; `Storage`.
    pub async fn deliver(
        &self,
        account: &str,
        batch: Vec<Delivery>,
    ) -> Result<Vec<Delivered>, Error> {
        let known = self.known_among(account, &batch).await?;
        let owner = self.owner();
        let mut reading = Vec::with_capacity(batch.len());
        for (at, one) in batch.iter().enumerate() {
            if !known.contains(&one.name) {
                let ready = one.message.ready(Pace::Patient, (&self.0.blobs, &owner));
                // Of one type whatever it borrows: a task of its own can do this too.
                reading.push(ready.map(move |ready| ready.map(|ready| (at, ready))).boxed());
            }
        }
        let fresh: Vec<_> = stream::iter(reading).buffered(AT_ONCE).collect().await;
        let (fresh, failed): (Vec<_>, Vec<_>) = fresh.into_iter().partition(Result::is_ok);
        let fresh: Vec<_> = fresh.into_iter().flatten().collect();
        if let Some(Err(error)) = failed.into_iter().next() {
            discard(&self.0.blobs, fresh.iter().map(|(_, fresh)| fresh)).await;
            return Err(error);
        }
        let done = self.deliver_all(account, (&batch, &fresh)).await;
        let uids = done.as_ref().map_or(&[][..], Vec::as_slice);
        // What somebody else delivered meanwhile is not needed either.
        let unused = fresh.iter().filter(|(at, _)| uids.get(*at).is_none_or(Option::is_none));
        discard(&self.0.blobs, unused.map(|(_, fresh)| fresh)).await;
        let delivered = |uid: Option<u32>| uid.map_or(Delivered::Before, Delivered::As);
        Ok(done?.into_iter().map(delivered).collect())
    }

    async fn known_among(
        &self,
        account: &str,
        batch: &[Delivery],
    ) -> Result<HashSet<String>, Error> {
        let mut reading = self.read().await?;
        let mut known = HashSet::new();
        for delivery in batch {
            let found = sqlx::query("SELECT 1 FROM deliveries WHERE account = $1 AND name = $2")
                .bind(account)
                .bind(&delivery.name)
                .fetch_optional(&mut *reading)
                .await?;
            if found.is_some() {
                known.insert(delivery.name.clone());
            }
        }
        Ok(known)
    }

    /// One transaction; the new uids by the places of the batch.
    async fn deliver_all(
        &self,
        account: &str,
        (batch, fresh): (&[Delivery], &[(usize, Fresh)]),
    ) -> Result<Vec<Option<u32>>, Error> {
        let now = self.now();
        let mut writing = self.write().await?;
        let mut taken = Vec::new();
        for (at, ready) in fresh {
            if claim(&mut writing, account, (&batch[*at].name, now)).await? {
                taken.push((*at, ready));
            }
        }
        let ready: Vec<&Fresh> = taken.iter().map(|(_, ready)| *ready).collect();
        let ids = insert_contents(&mut writing, &ready, self.0.quota).await?;
        let mut by_mailbox: BTreeMap<&MailboxName, Vec<(usize, i64)>> = BTreeMap::new();
        for ((at, _), content) in taken.into_iter().zip(ids) {
            let Delivery { name, label, message, .. } = &batch[at];
            sqlx::query(
                "UPDATE deliveries SET content = $3, taken = $4,
                 checksum = (SELECT checksum FROM contents WHERE id = $3)
                 WHERE account = $1 AND name = $2",
            )
            .bind(account)
            .bind(name)
            .bind(content)
            .bind(message.taken().as_str())
            .execute(&mut *writing)
            .await?;
            write_label(&mut writing, (account, name), label).await?;
            by_mailbox.entry(&batch[at].mailbox).or_default().push((at, content));
        }
        let mut uids = vec![None; batch.len()];
        for (name, all) in by_mailbox {
            let mailbox = id_of(&mut writing, account, name).await?;
            let copies = all.iter().map(|(at, content)| {
                let Delivery { flags, received_at, .. } = &batch[*at];
                Ok(Copy { content: *content, flags: packed(flags)?, received_at: *received_at })
            });
            let copies = copies.collect::<Result<Vec<_>, Error>>()?;
            let placed = add(&mut writing, mailbox, &copies).await?;
            all.iter().zip(placed).for_each(|((at, _), uid)| uids[*at] = Some(uid));
        }
        self.commit(writing).await?;
        Ok(uids)
    }

    /// Everything that was delivered to an account.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn deliveries(&self, account: &str) -> Result<Vec<Known>, Error> {
        let mut reading = self.read().await?;
        let rows = sqlx::query(
            "SELECT name, delivered_at, EXISTS (
                 SELECT 1 FROM messages WHERE messages.content = deliveries.content) AS is_left
             FROM deliveries WHERE account = $1 ORDER BY name",
        );
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok(Known {
                name: row.try_get("name")?,
                delivered_at: row.try_get("delivered_at")?,
                is_left: row.try_get("is_left")?,
            })
        };
        each(rows.bind(account), &mut reading, read).await
    }

    /// Forgets that something was delivered by these names: they are not in the maildrop any more.
    ///
    /// # Errors
    /// `Storage`; then none is forgotten.
    pub async fn forget_deliveries(&self, account: &str, names: &[String]) -> Result<(), Error> {
        let mut writing = self.write().await?;
        for name in names {
            forget(&mut writing, (account, name)).await?;
        }
        self.commit(writing).await
    }
}

/// Writes down that a name is delivered; false where it was before.
async fn claim(
    writing: &mut SqliteConnection,
    account: &str,
    (name, now): (&str, i64),
) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO deliveries (account, name, content, delivered_at) VALUES ($1, $2, 0, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(account)
    .bind(name)
    .bind(now)
    .execute(writing)
    .await?;
    Ok(done.rows_affected() > 0)
}
