//! Signed-in browsers: the hash of each cookie and what it seals.

use super::{Db, Error, UserId, user_id};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Hash of the cookie.
    pub id: [u8; 32],
    /// Whose it is.
    pub user: UserId,
    /// The server key that sealed it.
    pub key_id: [u8; 8],
    /// Nonce and sealed account facts.
    pub sealed: Vec<u8>,
    /// "Keep me signed in".
    pub keep: bool,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub seen_at: i64,
}

/// Adds a session.
///
/// # Errors
/// The database's.
pub async fn insert(db: &Db, row: &SessionRow) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO sessions (id, user_id, key_id, sealed, keep, created_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id.as_slice())
    .bind(row.user.0.as_slice())
    .bind(row.key_id.as_slice())
    .bind(row.sealed.as_slice())
    .bind(row.keep)
    .bind(row.created_at)
    .bind(row.seen_at)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// The session of a cookie's hash.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, id: &[u8; 32]) -> Result<Option<SessionRow>, Error> {
    let row = sqlx::query("SELECT * FROM sessions WHERE id = $1")
        .bind(id.as_slice())
        .fetch_optional(db.reader())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Records the last use.
///
/// # Errors
/// The database's.
pub async fn touch(db: &Db, id: &[u8; 32], seen_at: i64) -> Result<(), Error> {
    sqlx::query("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2")
        .bind(id.as_slice())
        .bind(seen_at)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Replaces what is sealed, after the server key was changed.
///
/// # Errors
/// The database's.
pub async fn reseal(db: &Db, id: &[u8; 32], key_id: [u8; 8], sealed: &[u8]) -> Result<(), Error> {
    sqlx::query("UPDATE sessions SET key_id = $2, sealed = $3 WHERE id = $1")
        .bind(id.as_slice())
        .bind(key_id.as_slice())
        .bind(sealed)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Removes a session.
///
/// # Errors
/// The database's.
pub async fn remove(db: &Db, id: &[u8; 32]) -> Result<(), Error> {
    sqlx::query("DELETE FROM sessions WHERE id = $1")
        .bind(id.as_slice())
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Removes every session of a user.
///
/// # Errors
/// The database's.
pub async fn remove_all(db: &Db, user: UserId) -> Result<(), Error> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1")
        .bind(user.0.as_slice())
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Removes what was last used before these times.
///
/// # Errors
/// The database's.
pub async fn remove_expired(db: &Db, kept_before: i64, idle_before: i64) -> Result<u64, Error> {
    let done =
        sqlx::query("DELETE FROM sessions WHERE seen_at < CASE WHEN keep THEN $1 ELSE $2 END")
            .bind(kept_before)
            .bind(idle_before)
            .execute(db.writer())
            .await?;
    Ok(done.rows_affected())
}

fn read(row: &SqliteRow) -> Result<SessionRow, Error> {
    let damaged = |_| sqlx::Error::Decode("a session is damaged".into());
    Ok(SessionRow {
        id: row.try_get::<Vec<u8>, _>("id")?.try_into().map_err(damaged)?,
        user: user_id(row, "user_id")?,
        key_id: row.try_get::<Vec<u8>, _>("key_id")?.try_into().map_err(damaged)?,
        sealed: row.try_get("sealed")?,
        keep: row.try_get("keep")?,
        created_at: row.try_get("created_at")?,
        seen_at: row.try_get("seen_at")?,
    })
}
