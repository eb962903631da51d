//! What the user's other connections did: told to this one, in one numbering, and waited for.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::connection::{LocalConnection, Selection};
use super::{Error, damaged, each};
use crate::store::change::Change;
use crate::store::index::entry;
use crate::store::{FlagsOf, MailboxName, Told};

/// How long news are waited for at once, as an IMAP connection waits.
const IDLE_TIME: Duration = Duration::from_secs(29 * 60);

/// Other mailboxes as they were told last.
pub(super) struct Heard {
    /// Changes with the mailboxes.
    tree: i64,
    /// The modification number of each.
    mailboxes: HashMap<i64, i64>,
}

/// The uids that were expunged since, ascending; none where that is not known any more.
pub(super) async fn vanished_since(
    reading: &mut SqliteConnection,
    mailbox: i64,
    since: i64,
) -> Result<Option<Vec<u32>>, Error> {
    let forgotten: i64 = sqlx::query_scalar("SELECT forgotten FROM mailboxes WHERE id = $1")
        .bind(mailbox)
        .fetch_one(&mut *reading)
        .await?;
    if since < forgotten {
        return Ok(None);
    }
    let gone = sqlx::query_scalar(
        "SELECT uid FROM expunged WHERE mailbox = $1 AND modseq > $2 ORDER BY uid",
    )
    .bind(mailbox)
    .bind(since)
    .fetch_all(reading)
    .await?;
    Ok(Some(gone))
}

/// Whether one of the messages below this uid became whole since: it is read anew, as no change of
/// flags says.
pub(super) async fn are_completed(
    reading: &mut SqliteConnection,
    mailbox: i64,
    (since, below): (i64, u32),
) -> Result<bool, Error> {
    let found: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM messages
             WHERE mailbox = $1 AND completed <> 0 AND completed > $2 AND uid < $3)",
    )
    .bind(mailbox)
    .bind(since)
    .bind(below)
    .fetch_one(reading)
    .await?;
    Ok(found)
}

/// The flags of messages that came or changed since, by ascending uid.
pub(super) async fn known_flags(
    reading: &mut SqliteConnection,
    mailbox: i64,
    since: i64,
) -> Result<Vec<FlagsOf>, Error> {
    let rows = sqlx::query(
        "SELECT uid, flags, keywords FROM messages
         WHERE mailbox = $1 AND modseq > $2 ORDER BY uid",
    );
    each(rows.bind(mailbox).bind(since), reading, flags_of).await
}

/// Reads flags.
pub(super) fn flags_of(row: &SqliteRow) -> Result<FlagsOf, Error> {
    let keywords: String = row.try_get("keywords")?;
    let flags = entry::unpack(row.try_get("flags")?, &keywords).0;
    Ok(FlagsOf { uid: row.try_get("uid")?, flags })
}

/// Ascending numbers as ranges.
fn ranges(uids: &[u32]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    ranges
}

impl LocalConnection {
    /// Queues as news what happened up to the moment that is read.
    pub(super) async fn catch_up(&mut self, reading: &mut SqliteConnection) -> Result<(), Error> {
        if let Some(heard) = &mut self.heard {
            let told = heard.listen(reading, &self.account).await?;
            told.into_iter().for_each(|change| self.changes.push(change));
        }
        let Some(selection) = self.selection.as_mut().filter(|it| !it.is_gone) else {
            return Ok(());
        };
        let now = sqlx::query("SELECT uid_next, modseq FROM mailboxes WHERE id = $1")
            .bind(selection.id)
            .fetch_optional(&mut *reading)
            .await?;
        let Some(now) = now else {
            selection.is_gone = true;
            self.changes.push(Change::Overflow);
            return Ok(());
        };
        let (next, modseq): (u32, i64) = (now.try_get("uid_next")?, now.try_get("modseq")?);
        if modseq == selection.seen {
            return Ok(());
        }
        for change in changes(reading, selection, (next, modseq)).await? {
            self.changes.push(change);
        }
        Ok(())
    }

    /// Notes that all up to `after` is known here if everything before it was: what this
    /// connection did itself is no news to it.
    pub(super) fn skip(&mut self, after: i64) {
        if let Some(selection) = &mut self.selection
            && selection.seen + 1 == after
        {
            selection.seen = after;
            selection.selected.highest_modseq = u64::try_from(after).ok();
        }
    }

    /// Waits for news: returns as soon as some arrive, `stop` resolves, or it is time to begin
    /// again; says whether there are any.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn idle(&mut self, stop: impl Future<Output = ()>) -> Result<bool, Error> {
        let mut stop = pin!(stop);
        let mut time = pin!(tokio::time::sleep(IDLE_TIME));
        loop {
            self.done.borrow_and_update();
            self.look().await?;
            if self.has_news() {
                return Ok(true);
            }
            tokio::select! {
                () = &mut stop => return Ok(false),
                () = &mut time => return Ok(false),
                changed = self.done.changed() => if changed.is_err() {
                    return Err(damaged("a store that is gone"));
                },
            }
        }
    }

    /// Asks to be told of every mailbox (RFC 5465): counts of those that changed, and that there
    /// are others now.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn notify(&mut self) -> Result<(), Error> {
        let mut heard = Heard { tree: 0, mailboxes: HashMap::new() };
        let mut reading = self.store().read().await?;
        // What is so now is no news.
        heard.listen(&mut reading, self.account()).await?;
        self.heard = Some(heard);
        Ok(())
    }
}

/// What happened to a mailbox since, and notes that it is told.
async fn changes(
    reading: &mut SqliteConnection,
    selection: &mut Selection,
    (next, modseq): (u32, i64),
) -> Result<Vec<Change>, Error> {
    let since = selection.seen;
    let before = selection.selected.uid_next.unwrap_or(1);
    let mut told = Vec::new();
    let gone = vanished_since(reading, selection.id, since).await?;
    let flags = known_flags(reading, selection.id, since).await?;
    selection.seen = modseq;
    selection.selected.uid_next = Some(next);
    selection.selected.highest_modseq = u64::try_from(modseq).ok();
    let otherwise = are_completed(reading, selection.id, (since, before)).await?;
    let Some(mut gone) = gone.filter(|_| !otherwise) else {
        let exist: u32 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE mailbox = $1")
            .bind(selection.id)
            .fetch_one(reading)
            .await?;
        selection.selected.exists = exist;
        return Ok(vec![Change::Overflow]);
    };
    // What came and went in between was never told.
    gone.retain(|uid| *uid < before);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let exists = &mut selection.selected.exists;
    if !gone.is_empty() {
        *exists = exists.saturating_sub(count(gone.len()));
        told.push(Change::Vanished(ranges(&gone)));
    }
    let (old, new): (Vec<_>, Vec<_>) = flags.into_iter().partition(|of| of.uid < before);
    let flags = |FlagsOf { uid, flags }| Change::Flags { seq: 0, uid: Some(uid), flags };
    told.extend(old.into_iter().map(flags));
    if !new.is_empty() {
        *exists = exists.saturating_add(count(new.len()));
        told.push(Change::Exists(*exists));
    }
    Ok(told)
}

impl Heard {
    /// What is new of an account's mailboxes, the selected one among them.
    async fn listen(
        &mut self,
        reading: &mut SqliteConnection,
        account: &str,
    ) -> Result<Vec<Change>, Error> {
        let mut told = Vec::new();
        let tree: i64 = sqlx::query_scalar("SELECT value FROM counters WHERE name = 'tree'")
            .fetch_one(&mut *reading)
            .await?;
        if std::mem::replace(&mut self.tree, tree) != tree {
            told.push(Change::Mailboxes);
        }
        let rows = sqlx::query("SELECT id, name, modseq FROM mailboxes WHERE account = $1")
            .bind(account)
            .fetch_all(&mut *reading)
            .await?;
        let before = std::mem::take(&mut self.mailboxes);
        for row in rows {
            let (id, modseq): (i64, i64) = (row.try_get("id")?, row.try_get("modseq")?);
            self.mailboxes.insert(id, modseq);
            if before.get(&id).is_none_or(|old| *old == modseq) {
                continue;
            }
            let name: Vec<u8> = row.try_get("name")?;
            let counted = sqlx::query(
                "SELECT uid_next, (SELECT count(*) FROM messages WHERE mailbox = $1) AS messages,
                 (SELECT count(*) FROM messages WHERE mailbox = $1 AND (flags & 1) = 0) AS unseen
                 FROM mailboxes WHERE id = $1",
            )
            .bind(id)
            .fetch_one(&mut *reading)
            .await?;
            let counts = Told {
                messages: Some(counted.try_get("messages")?),
                unseen: Some(counted.try_get("unseen")?),
                uid_next: Some(counted.try_get("uid_next")?),
                uid_validity: u32::try_from(id).ok(),
            };
            told.push(Change::Counts(MailboxName::from_server(&name), counts));
        }
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_that_follow_each_other_are_one_range() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert_eq!(ranges(&[]), []);
        assert_eq!(ranges(&[u32::MAX]), [(u32::MAX, u32::MAX)]);
    }
}
