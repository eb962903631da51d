//! Messages of which only the header came at first: which they are, and the whole in its place.

use std::collections::HashSet;

use sqlx::Row;

use super::Error;
use super::connection::LocalConnection;
use super::deliver::Octets;
use super::keep::{Fresh, complete_content, discard};
use super::open::UserStore;
use super::rows::some;
use crate::readers::Pace;

impl UserStore {
    /// The names of messages of which only the header is here, in some mailbox.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn incomplete(&self, account: &str) -> Result<HashSet<String>, Error> {
        let mut reading = self.read().await?;
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM deliveries WHERE account = $1 AND taken = 'header' AND EXISTS (
                 SELECT 1 FROM messages WHERE messages.content = deliveries.content)",
        )
        .bind(account)
        .fetch_all(&mut *reading)
        .await?;
        Ok(names.into_iter().collect())
    }

    /// Puts a whole message in the place of its header, in every mailbox that has it: durable on
    /// return, or nothing of it was done. False where no mailbox has it any more, or it is whole
    /// already; then the bytes are thrown away.
    ///
    /// # Errors
    /// `OverQuota`, `Storage`; the bytes are thrown away.
    pub async fn complete(
        &self,
        account: &str,
        name: &str,
        octets: &Octets,
    ) -> Result<bool, Error> {
        let fresh = octets.ready(Pace::Now, (&self.0.blobs, &self.owner())).await?;
        let done = self.complete_with((account, name), &fresh).await;
        if !matches!(done, Ok(true)) {
            discard(&self.0.blobs, std::iter::once(&fresh)).await;
        }
        done
    }

    /// One transaction.
    async fn complete_with(
        &self,
        (account, name): (&str, &str),
        fresh: &Fresh,
    ) -> Result<bool, Error> {
        let mut writing = self.write().await?;
        let found = sqlx::query(
            "SELECT c.id, c.header_octets FROM deliveries AS d JOIN contents AS c ON c.id = d.content
             WHERE d.account = $1 AND d.name = $2 AND d.taken = 'header' AND c.freed_at = 0",
        )
        .bind(account)
        .bind(name)
        .fetch_optional(&mut *writing)
        .await?;
        let Some(found) = found else { return Ok(false) };
        let (id, before): (i64, i64) = (found.try_get(0)?, found.try_get(1)?);
        complete_content(&mut writing, (id, before), (fresh, self.0.quota)).await?;
        sqlx::query(
            "UPDATE deliveries SET taken = 'whole', checksum = $3
             WHERE account = $1 AND name = $2",
        )
        .bind(account)
        .bind(name)
        .bind(&fresh.content.checksum[..])
        .execute(&mut *writing)
        .await?;
        self.commit(writing).await?;
        Ok(true)
    }
}

/// A message of which the rest can be asked for.
const LACKING: &str = "SELECT m.uid, d.name FROM messages AS m
    JOIN contents AS c ON c.id = m.content AND c.header_octets >= 0
    JOIN deliveries AS d ON d.content = m.content AND d.taken = 'header'";

impl LocalConnection {
    /// Those of these messages of the selected mailbox of which only the header is here and the
    /// rest can be asked for, with the names of their deliveries.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn incomplete(&mut self, uids: &[u32]) -> Result<Vec<(u32, String)>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let rows = some(&mut reading, LACKING, (mailbox, uids)).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// The uids of messages of the selected mailbox that became whole after this modification
    /// number, ascending: whatever was noted of them before is to be read anew.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn completed_since(&mut self, modseq: u64) -> Result<Vec<u32>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let uids = sqlx::query_scalar(
            "SELECT uid FROM messages WHERE mailbox = $1 AND completed <> 0 AND completed > $2
             ORDER BY uid",
        )
        .bind(mailbox)
        .bind(i64::try_from(modseq).unwrap_or(i64::MAX));
        Ok(uids.fetch_all(&mut *reading).await?)
    }
}
