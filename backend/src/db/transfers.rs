//! Mail that is taken out as a file, or brought in from one, and how far that is.

use super::{Db, Error, UserId, user_id};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRow {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// When it was asked for, in milliseconds since 1970.
    pub begun_at: i64,
    /// The file's name.
    pub name: String,
    /// What it is about, as its owner writes it.
    pub detail: Vec<u8>,
    /// How it goes.
    pub state: TransferState,
}

/// How a transfer goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferState {
    /// What is going on, as its owner writes it.
    pub stage: String,
    /// Messages taken out or brought in.
    pub done: u32,
    /// Messages that there are; 0 while nobody knows.
    pub total: u32,
    /// Messages that were there already.
    pub known: u32,
    /// Messages that could not be taken.
    pub failed: u32,
    /// Where it goes on, as its owner writes it.
    pub place: Vec<u8>,
}

/// Adds a transfer.
///
/// # Errors
/// The database's.
pub async fn insert(db: &Db, row: &TransferRow) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO transfers
         (id, user_id, begun_at, name, detail, stage, done, total, known, failed, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&row.id)
    .bind(row.user.0.as_slice())
    .bind(row.begun_at)
    .bind(&row.name)
    .bind(&row.detail)
    .bind(&row.state.stage)
    .bind(row.state.done)
    .bind(row.state.total)
    .bind(row.state.known)
    .bind(row.state.failed)
    .bind(&row.state.place)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Writes down how a transfer goes.
///
/// # Errors
/// The database's.
pub async fn update(db: &Db, id: &str, state: &TransferState) -> Result<(), Error> {
    sqlx::query(
        "UPDATE transfers SET stage = $2, done = $3, total = $4, known = $5, failed = $6, place = $7
         WHERE id = $1",
    )
    .bind(id)
    .bind(&state.stage)
    .bind(state.done)
    .bind(state.total)
    .bind(state.known)
    .bind(state.failed)
    .bind(&state.place)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// A user's transfer.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, user: UserId, id: &str) -> Result<Option<TransferRow>, Error> {
    let row = sqlx::query("SELECT * FROM transfers WHERE id = $1 AND user_id = $2")
        .bind(id)
        .bind(user.0.as_slice())
        .fetch_optional(db.reader())
        .await?;
    row.as_ref().map(read).transpose()
}

/// A user's transfers that were asked for after this, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db, user: UserId, since: i64) -> Result<Vec<TransferRow>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM transfers WHERE user_id = $1 AND begun_at >= $2
         ORDER BY begun_at DESC LIMIT 100",
    )
    .bind(user.0.as_slice())
    .bind(since)
    .fetch_all(db.reader())
    .await?;
    rows.iter().map(read).collect()
}

/// Forgets everybody's transfers that were asked for before this.
///
/// # Errors
/// The database's.
pub async fn forget(db: &Db, before: i64) -> Result<(), Error> {
    sqlx::query("DELETE FROM transfers WHERE begun_at < $1")
        .bind(before)
        .execute(db.writer())
        .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<TransferRow, Error> {
    Ok(TransferRow {
        id: row.try_get("id")?,
        user: user_id(row, "user_id")?,
        begun_at: row.try_get("begun_at")?,
        name: row.try_get("name")?,
        detail: row.try_get("detail")?,
        state: TransferState {
            stage: row.try_get("stage")?,
            done: row.try_get("done")?,
            total: row.try_get("total")?,
            known: row.try_get("known")?,
            failed: row.try_get("failed")?,
            place: row.try_get("place")?,
        },
    })
}
