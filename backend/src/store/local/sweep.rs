//! Housekeeping: what was expunged a while ago goes, and what is stored is compared with what it
//! was when it came.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::body::octets_here;
use super::content::checksum;
use super::open::UserStore;
use super::pack::{Form, unpack};
use super::{Error, damaged};
use crate::blob::BlobKey;

/// Contents that go in one transaction: nobody waits for long.
const AT_ONCE: i64 = 200;
/// Expunged uids that a mailbox remembers, for those who ask what vanished since.
const MOST_EXPUNGED: i64 = 20_000;
/// Pages that are given back to the disk at a time.
const PAGES: &str = "PRAGMA incremental_vacuum(2000)";

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Contents without a copy that are gone.
    pub contents: u64,
    /// Blobs that nobody pointed at.
    pub blobs: u64,
}

/// What a scrub found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scrubbed {
    /// Contents that were compared.
    pub contents: u64,
    /// The ids of those whose bytes are not what they were.
    pub damaged: Vec<i64>,
}

/// How often a sweep is due, and how long what is expunged stays, in seconds.
const SWEEP: i64 = 86_400;
/// How often a scrub is due, in seconds.
const SCRUB: i64 = 7 * 86_400;

impl UserStore {
    /// Sweeps and scrubs, if that is due: daily and weekly.
    ///
    /// # Errors
    /// `Storage`; then it is due the next time.
    pub async fn look_after(&self) -> Result<(), Error> {
        let user = self.0.user;
        if self.is_due("swept", SWEEP).await? {
            let swept = self.sweep(Duration::from_secs(SWEEP.unsigned_abs())).await?;
            self.note_done("swept").await?;
            tracing::debug!(user.id = %user, swept.contents, swept.blobs, "local mail was swept");
        }
        if self.is_due("scrubbed", SCRUB).await? {
            let scrubbed = self.scrub().await?;
            self.note_done("scrubbed").await?;
            let damaged = scrubbed.damaged.len();
            tracing::info!(user.id = %user, scrubbed.contents, damaged, "local mail was compared");
        }
        Ok(())
    }

    /// Whether something was done so many seconds ago or longer; the first time it counts from now.
    async fn is_due(&self, name: &str, every: i64) -> Result<bool, Error> {
        let mut reading = self.read().await?;
        let done: Option<i64> = sqlx::query_scalar("SELECT value FROM counters WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *reading)
            .await?;
        drop(reading);
        let Some(done) = done else {
            self.note_done(name).await?;
            return Ok(false);
        };
        Ok(self.now() - done >= every)
    }

    async fn note_done(&self, name: &str) -> Result<(), Error> {
        let mut writing = self.write().await?;
        sqlx::query(
            "INSERT INTO counters (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(self.now())
        .execute(&mut *writing)
        .await?;
        Ok(writing.commit().await?)
    }

    /// Removes what was expunged longer ago than `grace`, and blobs older than that which nobody
    /// points at: of deliveries that did not come to their end.
    ///
    /// # Errors
    /// `Storage`; what is left goes next time.
    pub async fn sweep(&self, grace: Duration) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        let until = self.now() - i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
        loop {
            let gone = self.sweep_some(until).await?;
            swept.contents += gone;
            if gone == 0 {
                break;
            }
        }
        self.forget_expunged().await?;
        swept.blobs = self.sweep_blobs(grace).await?;
        let mut writing = self.0.writer().acquire().await?;
        sqlx::query(PAGES).execute(&mut *writing).await?;
        Ok(swept)
    }

    async fn sweep_some(&self, until: i64) -> Result<u64, Error> {
        let mut writing = self.write().await?;
        let rows = sqlx::query(
            "SELECT id, blob_key FROM contents WHERE freed_at <> 0 AND freed_at <= $1
             ORDER BY freed_at LIMIT $2",
        )
        .bind(until)
        .bind(AT_ONCE)
        .fetch_all(&mut *writing)
        .await?;
        let mut keys = Vec::new();
        for row in &rows {
            let (id, key): (i64, String) = (row.try_get("id")?, row.try_get("blob_key")?);
            keys.extend(BlobKey::parse(&self.owner(), &key));
            for step in [
                "DELETE FROM words WHERE rowid = $1",
                "DELETE FROM sources WHERE content = $1",
                "UPDATE deliveries SET content = 0 WHERE content = $1",
                "DELETE FROM contents WHERE id = $1",
            ] {
                sqlx::query(step).bind(id).execute(&mut *writing).await?;
            }
        }
        writing.commit().await?;
        // The row first: a blob without one is found by its age.
        for key in keys {
            self.0.blobs.delete(&key).await?;
        }
        Ok(rows.len() as u64)
    }

    async fn forget_expunged(&self) -> Result<(), Error> {
        let mut writing = self.write().await?;
        let rows =
            sqlx::query("SELECT mailbox FROM expunged GROUP BY mailbox HAVING count(*) > $1")
                .bind(MOST_EXPUNGED * 2)
                .fetch_all(&mut *writing)
                .await?;
        for row in rows {
            let mailbox: i64 = row.try_get(0)?;
            let oldest: i64 = sqlx::query_scalar(
                "SELECT modseq FROM expunged WHERE mailbox = $1
                 ORDER BY modseq DESC LIMIT 1 OFFSET $2",
            )
            .bind(mailbox)
            .bind(MOST_EXPUNGED)
            .fetch_one(&mut *writing)
            .await?;
            for step in [
                "UPDATE mailboxes SET forgotten = $2 WHERE id = $1",
                "DELETE FROM expunged WHERE mailbox = $1 AND modseq <= $2",
            ] {
                sqlx::query(step).bind(mailbox).bind(oldest).execute(&mut *writing).await?;
            }
        }
        writing.commit().await?;
        Ok(())
    }

    async fn sweep_blobs(&self, grace: Duration) -> Result<u64, Error> {
        let old = self.0.blobs.older_than(&self.owner(), self.0.clock.now(), grace).await?;
        if old.is_empty() {
            return Ok(0);
        }
        let mut reading = self.read().await?;
        let needed: Vec<String> =
            sqlx::query_scalar("SELECT blob_key FROM contents WHERE blob_key <> ''")
                .fetch_all(&mut *reading)
                .await?;
        let needed: HashSet<String> = needed.into_iter().collect();
        let mut gone = 0;
        for key in old.iter().filter(|key| !needed.contains(key.as_str())) {
            self.0.blobs.delete(key).await?;
            gone += 1;
        }
        Ok(gone)
    }

    /// Compares every content with its checksum.
    ///
    /// # Errors
    /// `Storage` where the database itself cannot be read.
    pub async fn scrub(&self) -> Result<Scrubbed, Error> {
        let mut scrubbed = Scrubbed::default();
        let mut last = 0_i64;
        loop {
            let mut reading = self.read().await?;
            let row = sqlx::query(
                "SELECT id, octets, header_octets, checksum, form, blob_key, bytes FROM contents
                 LEFT JOIN sources ON sources.content = contents.id
                 WHERE id > $1 ORDER BY id LIMIT 1",
            )
            .bind(last)
            .fetch_optional(&mut *reading)
            .await?;
            // Nobody's write has to wait for a whole scrub to be checkpointed.
            drop(reading);
            let Some(row) = row else { return Ok(scrubbed) };
            last = row.try_get("id")?;
            scrubbed.contents += 1;
            if self.is_whole(&row).await.is_err() {
                tracing::error!(user.id = %self.0.user, content.id = last, "stored mail is damaged");
                scrubbed.damaged.push(last);
            }
        }
    }

    async fn is_whole(&self, row: &sqlx::sqlite::SqliteRow) -> Result<(), Error> {
        let octets = octets_here(row)?;
        let expected: Vec<u8> = row.try_get("checksum")?;
        let form = Form::parse(row.try_get("form")?).ok_or(damaged("a form"))?;
        let found = if form == Form::Blob {
            let key: String = row.try_get("blob_key")?;
            let key = BlobKey::parse(&self.owner(), &key).ok_or(damaged("a blob's key"))?;
            self.checksum_of_blob(&key).await?
        } else {
            let stored: Option<Vec<u8>> = row.try_get("bytes")?;
            let bytes = unpack(form, stored.unwrap_or_default(), octets);
            let bytes = bytes.ok_or(damaged("a content"))?;
            (bytes.len() as u64, checksum(&bytes))
        };
        let same = found.0 == octets && found.1[..] == expected[..];
        same.then_some(()).ok_or(damaged("a content"))
    }

    /// The octets of a blob and their SHA-256; it is never held whole.
    async fn checksum_of_blob(&self, key: &BlobKey) -> Result<(u64, [u8; 32]), Error> {
        let (mut octets, mut hash) = (0, Sha256::new());
        let mut stream = self.0.blobs.get(key, None).await?.stream;
        while let Some(bytes) = stream.next().await {
            let bytes = bytes?;
            octets += bytes.len() as u64;
            hash.update(&bytes);
        }
        Ok((octets, hash.finalize().into()))
    }
}
