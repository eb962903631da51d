//! Flags: read them, store them; and the end of messages.

use postern_shared::flag::Flag;
use sqlx::Row;

use super::Error;
use super::connection::LocalConnection;
use super::news::{flags_of, known_flags};
use super::rows::some;
use super::write::{change_flags, check_keywords, expunge};
use crate::store::{Expunged, FlagsOf};

impl LocalConnection {
    /// The flags of these messages; those that are gone are absent.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn flags_by_uid(&mut self, uids: &[u32]) -> Result<Vec<FlagsOf>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let select = "SELECT m.uid, m.flags, m.keywords FROM messages AS m";
        some(&mut reading, select, (mailbox, uids)).await?.iter().map(flags_of).collect()
    }

    /// The flags of messages that came or changed after this modification number.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn flags_since(&mut self, modseq: u64) -> Result<Vec<FlagsOf>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        known_flags(&mut reading, mailbox, i64::try_from(modseq).unwrap_or(i64::MAX)).await
    }

    /// The flags of every message of the selected mailbox.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn all_flags(&mut self) -> Result<Vec<FlagsOf>, Error> {
        self.flags_since(0).await
    }

    /// Sets and clears flags; those in neither list stay as they are.
    ///
    /// # Errors
    /// `Invalid` for a flag that cannot be; `Storage`: nothing was changed.
    pub async fn store_flags(
        &mut self,
        uids: &[u32],
        add: &[Flag],
        remove: &[Flag],
    ) -> Result<(), Error> {
        check_keywords(add)?;
        let mailbox = self.mailbox()?;
        let mut writing = self.store().write().await?;
        let modseq = change_flags(&mut writing, (mailbox, uids), (add, remove)).await?;
        self.store().commit(writing).await?;
        self.skip(modseq);
        self.noop().await
    }

    /// Removes for ever whatever is marked, whoever marked it.
    ///
    /// # Errors
    /// `Storage`: nothing was removed.
    pub async fn expunge_marked(&mut self) -> Result<(), Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let marked = "SELECT uid FROM messages WHERE mailbox = $1 AND (flags & 16) <> 0";
        let rows = sqlx::query(marked).bind(mailbox).fetch_all(&mut *reading).await?;
        drop(reading);
        let uids = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<u32>, _>>()?;
        self.expunge(&uids).await.map(drop)
    }

    /// Removes these messages for ever, and no others.
    ///
    /// # Errors
    /// `Storage`: nothing was removed.
    pub async fn expunge_only(&mut self, uids: &[u32]) -> Result<(), Error> {
        self.expunge(uids).await.map(drop)
    }

    /// Removes messages for ever.
    ///
    /// # Errors
    /// `Storage`: nothing was removed.
    pub async fn expunge(&mut self, uids: &[u32]) -> Result<Expunged, Error> {
        let mailbox = self.mailbox()?;
        let mut writing = self.store().write().await?;
        expunge(&mut writing, mailbox, uids, self.store().now()).await?;
        self.store().commit(writing).await?;
        self.noop().await?;
        Ok(Expunged::Removed)
    }
}
