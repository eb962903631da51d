//! Rows of lists, and what an index keeps: from what was read when the messages came.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};

use super::connection::LocalConnection;
use super::content::{Details, Summary};
use super::news::flags_of;
use super::write::numbers;
use super::{Error, damaged, each};
use crate::store::{IndexRow, Row, Stretch, Structure, Traits};

/// Messages in one batch for the index.
const BATCH: usize = 1000;
/// What a row needs.
const ROW: &str = "SELECT m.uid, m.flags, m.keywords, m.received_at, c.octets, c.attachment,
    c.summary FROM messages AS m JOIN contents AS c ON c.id = m.content";
/// What the index needs.
const INDEX_ROW: &str = "SELECT m.uid, m.flags, m.keywords, m.received_at, m.modseq, c.octets,
    c.attachment, c.summary, c.details, c.checksum
    FROM messages AS m JOIN contents AS c ON c.id = m.content";
/// Octets of a checksum that name a message in every mailbox.
const NAME: usize = 16;

/// Reads a row.
pub(super) fn row_of(row: &SqliteRow) -> Result<Row, Error> {
    let of = flags_of(row)?;
    let summary = Summary::read(row.try_get("summary")?)?;
    Ok(Row {
        uid: of.uid,
        flags: of.flags,
        envelope: summary.envelope,
        size: u32::try_from(row.try_get::<i64, _>("octets")?).unwrap_or(u32::MAX),
        internal_date: row.try_get("received_at")?,
        has_attachment: row.try_get("attachment")?,
        preview: Some(summary.preview),
    })
}

fn index_row_of(row: &SqliteRow) -> Result<IndexRow, Error> {
    let details = Details::read(row.try_get("details")?)?;
    let checksum: Vec<u8> = row.try_get("checksum")?;
    let name: String = checksum.iter().take(NAME).map(|byte| format!("{byte:02x}")).collect();
    Ok(IndexRow {
        row: row_of(row)?,
        modseq: u64::try_from(row.try_get::<i64, _>("modseq")?).ok(),
        attachment_names: details.attachment_names,
        references: details.references,
        list_id: details.list_id,
        thread_id: None,
        email_id: Some(name),
    })
}

/// What `select` gives of some messages of a mailbox, by ascending uid.
pub(super) async fn some(
    reading: &mut SqliteConnection,
    select: &str,
    (mailbox, uids): (i64, &[u32]),
) -> Result<Vec<SqliteRow>, Error> {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut found = Vec::with_capacity(sorted.len());
    for some in numbers(&sorted) {
        let statement =
            format!("{select} WHERE m.mailbox = $1 AND m.uid IN ({some}) ORDER BY m.uid");
        let rows = sqlx::query(AssertSqlSafe(statement)).bind(mailbox).persistent(false);
        found.extend(rows.fetch_all(&mut *reading).await?);
    }
    Ok(found)
}

impl LocalConnection {
    /// How many messages there are, and the rows of a stretch of them, in the stretch's order.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn rows_of(&mut self, stretch: Stretch) -> Result<(u32, Vec<Option<Row>>), Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let order = if stretch.newest_first { "DESC" } else { "ASC" };
        let statement = format!(
            "{ROW} WHERE m.mailbox = $1 AND m.uid IN (
                 SELECT uid FROM messages WHERE mailbox = $1 ORDER BY uid {order} LIMIT $2 OFFSET $3)
             ORDER BY m.uid {order}"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(mailbox)
            .bind(stretch.count)
            .bind(stretch.offset)
            .fetch_all(&mut *reading)
            .await?;
        let rows = rows.iter().map(|row| row_of(row).map(Some)).collect::<Result<_, _>>()?;
        let exists = self.selection.as_ref().map_or(0, |selection| selection.selected.exists);
        Ok((exists, rows))
    }

    /// The rows of what came after this uid, in order of arrival: of everything where it is 0.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn rows_after(&mut self, uid: u32) -> Result<Vec<Row>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let statement = format!("{ROW} WHERE m.mailbox = $1 AND m.uid > $2 ORDER BY m.uid");
        let rows = sqlx::query(AssertSqlSafe(statement)).bind(mailbox).bind(uid);
        each(rows, &mut reading, row_of).await
    }

    /// The rows with these uids, in order of arrival; those that are gone are absent.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn rows_by_uid(&mut self, uids: &[u32]) -> Result<Vec<Row>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        some(&mut reading, ROW, (mailbox, uids)).await?.iter().map(row_of).collect()
    }

    /// What an index keeps of these messages (at most 1,000), by ascending uid.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn index_rows(&mut self, uids: &[u32]) -> Result<Vec<IndexRow>, Error> {
        if uids.len() > BATCH {
            return Err(Error::Invalid("too many uids"));
        }
        let (mut reading, mailbox) = self.look_in().await?;
        some(&mut reading, INDEX_ROW, (mailbox, uids)).await?.iter().map(index_row_of).collect()
    }

    /// The beginnings of these messages' texts.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn previews(&mut self, uids: &[u32]) -> Result<Vec<(u32, String)>, Error> {
        let rows = self.rows_by_uid(uids).await?;
        Ok(rows.into_iter().map(|row| (row.uid, row.preview.unwrap_or_default())).collect())
    }

    /// What these messages are made of.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn structures(&mut self, uids: &[u32]) -> Result<Vec<(u32, Structure)>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let mut found = Vec::new();
        for row in some(&mut reading, INDEX_ROW, (mailbox, uids)).await? {
            let details = Details::read(row.try_get("details")?)?;
            let uid: u32 = row.try_get("uid")?;
            found.extend(details.structure.map(|structure| (uid, structure)));
        }
        Ok(found)
    }

    /// When these messages arrived, in seconds since 1970 UTC; those that are gone are absent.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn dates(&mut self, uids: &[u32]) -> Result<Vec<(u32, i64)>, Error> {
        let traits = self.traits(uids).await?;
        Ok(traits.into_iter().map(|(uid, one)| (uid, one.received_at)).collect())
    }

    /// What these messages are known by, which a copy keeps; those that are gone are absent.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn traits(&mut self, uids: &[u32]) -> Result<Vec<(u32, Traits)>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let select = "SELECT m.uid, m.received_at, c.octets
            FROM messages AS m JOIN contents AS c ON c.id = m.content";
        let rows = some(&mut reading, select, (mailbox, uids)).await?;
        let read = |row: &SqliteRow| {
            let size = u32::try_from(row.try_get::<i64, _>("octets")?);
            let size = size.map_err(|_| damaged("a size"))?;
            Ok((row.try_get("uid")?, Traits { received_at: row.try_get("received_at")?, size }))
        };
        rows.iter().map(read).collect()
    }
}
