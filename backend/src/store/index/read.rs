//! Reading rows: of messages, of threads, and which uids are there.

use std::collections::HashMap;

use postern_shared::account::AccountId;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MAX_PARTICIPANTS, MessageKey, MessageSummary, ThreadSummary};
use postern_shared::uid::{Uid, UidValidity};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::entry::{FLAGGED, Kept, SEEN, unpack};
use super::mailboxes::{Kind, box_of};
use super::write::json;
use super::{Error, Index, Place};

/// Uids that are read at once.
const UIDS_AT_ONCE: usize = 10_000;
/// Most messages that an opened thread shows: the newest.
const MOST_OF_THREAD: u32 = 500;

/// What makes a message one, wherever copies of it lie.
const ONE: &str = "CASE m.message_id WHEN 0 THEN -m.id ELSE m.message_id END";

impl Index {
    /// Every uid of a mailbox, ascending.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn uids(&self, place: &Place) -> Result<Vec<u32>, Error> {
        let mut all = Vec::with_capacity(self.count(std::slice::from_ref(place)).await? as usize);
        loop {
            let after = all.last().copied().unwrap_or(0);
            let piece = self.uids_after(place, after, UIDS_AT_ONCE).await?;
            all.extend_from_slice(&piece);
            if piece.len() < UIDS_AT_ONCE {
                return Ok(all);
            }
        }
    }

    /// The next uids of a mailbox after one, ascending; fewer than `most` where these are all.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn uids_after(
        &self,
        place: &Place,
        after: u32,
        most: usize,
    ) -> Result<Vec<u32>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let (found, _) = box_of(&mut connection, place).await?;
            // One text: a row for each would cost more than finding them.
            let list: Option<String> = sqlx::query_scalar(
                "SELECT group_concat(uid, ',' ORDER BY uid) FROM (SELECT uid FROM message
                 WHERE box = $1 AND uid > $2 ORDER BY uid LIMIT $3)",
            )
            .bind(found)
            .bind(after)
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_one(&mut *connection)
            .await?;
            read_numbers(&list.unwrap_or_default())
        };
        self.judged(found.await).await
    }

    /// How many messages of these mailboxes are here.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn count(&self, places: &[Place]) -> Result<u32, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let mut sum = 0_u32;
            for place in places {
                let Ok((found, _)) = box_of(&mut connection, place).await else { continue };
                let count: u32 = sqlx::query_scalar("SELECT count(*) FROM message WHERE box = $1")
                    .bind(found)
                    .fetch_one(&mut *connection)
                    .await?;
                sum = sum.saturating_add(count);
            }
            Ok(sum)
        };
        self.judged(found.await).await
    }

    /// How many messages a mailbox holds here, and the rows of a stretch in order of uids.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn stretch(
        &self,
        place: &Place,
        descending: bool,
        (offset, count): (u32, u32),
    ) -> Result<(u32, Vec<MessageSummary>), Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let (found, _) = box_of(&mut connection, place).await?;
            let total: u32 = sqlx::query_scalar("SELECT count(*) FROM message WHERE box = $1")
                .bind(found)
                .fetch_one(&mut *connection)
                .await?;
            let direction = if descending { "DESC" } else { "ASC" };
            let statement = format!(
                "SELECT id FROM message WHERE box = $1 ORDER BY uid {direction} LIMIT $2 OFFSET $3"
            );
            let ids: Vec<u32> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
                .bind(found)
                .bind(count)
                .bind(offset)
                .fetch_all(&mut *connection)
                .await?;
            let mut all = rows(&mut connection, &ids).await?;
            Ok((total, ids.iter().filter_map(|id| all.remove(id)).collect()))
        };
        self.judged(found.await).await
    }

    /// The ids of messages of a mailbox; those that are not here are left out.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn ids(&self, place: &Place, uids: &[u32]) -> Result<Vec<(u32, u32)>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let (found, _) = box_of(&mut connection, place).await?;
            let rows = sqlx::query(
                "SELECT uid, id FROM message
                 WHERE box = $1 AND uid IN (SELECT value FROM json_each($2)) ORDER BY uid",
            )
            .bind(found)
            .bind(json(uids))
            .fetch_all(&mut *connection)
            .await?;
            rows.iter().map(|row| Ok((row.try_get("uid")?, row.try_get("id")?))).collect()
        };
        self.judged(found.await).await
    }

    /// The rows of messages by id; those that are gone are left out.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn rows(&self, ids: &[u32]) -> Result<HashMap<u32, MessageSummary>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            rows(&mut connection, ids).await
        };
        self.judged(found.await).await
    }

    /// The same rows, each with the thread that it stands for.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn thread_rows(&self, ids: &[u32]) -> Result<HashMap<u32, MessageSummary>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let mut all = rows(&mut connection, ids).await?;
            let of: Vec<(u32, i64)> = sqlx::query(
                "SELECT id, thread FROM message WHERE id IN (SELECT value FROM json_each($1))",
            )
            .bind(json(ids))
            .fetch_all(&mut *connection)
            .await?
            .iter()
            .map(|row| Ok((row.try_get("id")?, row.try_get("thread")?)))
            .collect::<Result<_, sqlx::Error>>()?;
            let threads: Vec<i64> = of.iter().map(|(_, thread)| *thread).collect();
            let mut summaries = summaries(&mut connection, &threads).await?;
            for (id, thread) in of {
                if let Some(row) = all.get_mut(&id) {
                    // A thread of hidden messages alone still is its row.
                    row.thread = Some(summaries.remove(&thread).unwrap_or_else(|| alone(row)));
                }
            }
            Ok(all)
        };
        self.judged(found.await).await
    }

    /// The whole thread of a message, oldest first, each message once.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun, or does not hold the message.
    pub async fn thread(&self, place: &Place, uid: u32) -> Result<Vec<MessageSummary>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let (found, _) = box_of(&mut connection, place).await?;
            let row = sqlx::query("SELECT id, thread FROM message WHERE box = $1 AND uid = $2")
                .bind(found)
                .bind(uid)
                .fetch_optional(&mut *connection)
                .await?
                .ok_or(Error::Unknown)?;
            let (own, thread): (u32, i64) = (row.try_get("id")?, row.try_get("thread")?);
            // Of copies the one that was asked for, then the one in the same mailbox.
            let statement = format!(
                "SELECT id, r, max(p) FROM (
                   SELECT m.id AS id, m.received_at AS r, {ONE} AS one,
                          CASE WHEN m.id = $2 THEN 2 WHEN m.box = $3 THEN 1 ELSE 0 END AS p
                   FROM message AS m JOIN mailbox AS b ON b.id = m.box
                   WHERE m.thread = $1 AND (b.kind <> {} OR m.box = $3))
                 GROUP BY one ORDER BY r DESC, id DESC LIMIT {MOST_OF_THREAD}",
                Kind::Hidden as i64
            );
            let mut ids: Vec<u32> = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(thread)
                .bind(own)
                .bind(found)
                .fetch_all(&mut *connection)
                .await?
                .iter()
                .map(|row| row.try_get("id"))
                .collect::<Result<_, _>>()?;
            ids.reverse();
            let mut all = rows(&mut connection, &ids).await?;
            Ok(ids.iter().filter_map(|id| all.remove(id)).collect())
        };
        self.judged(found.await).await
    }
}

/// Numbers with commas between them.
pub(super) fn read_numbers(list: &str) -> Result<Vec<u32>, Error> {
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::with_capacity(list.bytes().filter(|byte| *byte == b',').count() + 1);
    for number in list.split(',') {
        numbers.push(number.parse().map_err(|_| Error::Damaged)?);
    }
    Ok(numbers)
}

fn alone(row: &MessageSummary) -> ThreadSummary {
    ThreadSummary {
        messages: 1,
        unseen: u32::from(!row.flags.seen()),
        participants: row.envelope.from.first().cloned().into_iter().collect(),
        flagged: row.flags.flagged(),
    }
}

async fn rows(
    connection: &mut SqliteConnection,
    ids: &[u32],
) -> Result<HashMap<u32, MessageSummary>, Error> {
    let found = sqlx::query(
        "SELECT m.id, m.uid, m.flags, m.keywords, m.size, m.received_at, m.attachment,
         b.account, b.mailbox, b.uid_validity, k.summary
         FROM message AS m JOIN mailbox AS b ON b.id = m.box JOIN kept AS k ON k.id = m.id
         WHERE m.id IN (SELECT value FROM json_each($1))",
    )
    .bind(json(ids))
    .fetch_all(connection)
    .await?;
    found.iter().map(|row| Ok((row.try_get("id")?, summary(row)?))).collect()
}

fn summary(row: &SqliteRow) -> Result<MessageSummary, Error> {
    let kept = Kept::read(row.try_get("summary")?)?;
    Ok(MessageSummary {
        key: MessageKey {
            account: AccountId(row.try_get("account")?),
            mailbox: MailboxId(row.try_get("mailbox")?),
            uid_validity: UidValidity(row.try_get("uid_validity")?),
            uid: Uid(row.try_get("uid")?),
        },
        envelope: kept.envelope,
        flags: unpack(row.try_get("flags")?, row.try_get("keywords")?),
        size: row.try_get("size")?,
        received_at: row.try_get("received_at")?,
        has_attachment: row.try_get("attachment")?,
        preview: kept.preview,
        thread: None,
    })
}

/// What threads hold; messages in trash and junk are left out.
async fn summaries(
    connection: &mut SqliteConnection,
    threads: &[i64],
) -> Result<HashMap<i64, ThreadSummary>, Error> {
    let hidden = Kind::Hidden as i64;
    // A copy counts once, and as seen where one of them is.
    let statement = format!(
        "SELECT thread, count(*) AS messages, sum(unseen) AS unseen, max(flagged) AS flagged FROM (
           SELECT m.thread AS thread, min(m.flags & {SEEN} = 0) AS unseen,
                  max(m.flags & {FLAGGED} <> 0) AS flagged
           FROM message AS m JOIN mailbox AS b ON b.id = m.box
           WHERE m.thread IN (SELECT value FROM json_each($1)) AND b.kind <> {hidden}
           GROUP BY m.thread, {ONE})
         GROUP BY thread"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(json(threads))
        .fetch_all(&mut *connection)
        .await?;
    let mut all = HashMap::new();
    for row in rows {
        let thread: i64 = row.try_get("thread")?;
        let summary = ThreadSummary {
            messages: row.try_get("messages")?,
            unseen: row.try_get("unseen")?,
            participants: Vec::new(),
            flagged: row.try_get("flagged")?,
        };
        all.insert(thread, summary);
    }
    let statement = format!(
        "SELECT f.thread AS thread, k.summary AS summary FROM (
           SELECT thread, id, row_number() OVER (PARTITION BY thread ORDER BY first, id) AS n FROM (
             SELECT m.thread AS thread, m.id AS id, min(m.received_at) AS first
             FROM message AS m JOIN mailbox AS b ON b.id = m.box
             WHERE m.thread IN (SELECT value FROM json_each($1)) AND b.kind <> {hidden}
             GROUP BY m.thread, m.sender)) AS f
         JOIN kept AS k ON k.id = f.id WHERE f.n <= {MAX_PARTICIPANTS} ORDER BY f.thread, f.n"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(json(threads))
        .fetch_all(connection)
        .await?;
    for row in rows {
        let from = Kept::read(row.try_get("summary")?)?.envelope.from.into_iter().next();
        if let (Some(summary), Some(from)) = (all.get_mut(&row.try_get::<i64, _>("thread")?), from)
        {
            summary.participants.push(from);
        }
    }
    Ok(all)
}
