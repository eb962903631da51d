//! What mutating calls were answered, so that a repeat is answered and not done twice.

use super::{Db, Error, UserId};
use sqlx::Row;

/// How long an answer is kept, in milliseconds.
pub const KEPT_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// Keeps the reply of an action; the first one stays.
///
/// # Errors
/// The database's.
pub async fn remember(
    db: &Db,
    user: UserId,
    action: [u8; 16],
    reply: &[u8],
    now: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO actions (user_id, action_id, reply, done_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, action_id) DO NOTHING",
    )
    .bind(user.0.as_slice())
    .bind(action.as_slice())
    .bind(reply)
    .bind(now)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// The reply that was given, where the action was done before.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, user: UserId, action: [u8; 16]) -> Result<Option<Vec<u8>>, Error> {
    let row = sqlx::query("SELECT reply FROM actions WHERE user_id = $1 AND action_id = $2")
        .bind(user.0.as_slice())
        .bind(action.as_slice())
        .fetch_optional(db.reader())
        .await?;
    Ok(row.map(|row| row.try_get("reply")).transpose()?)
}

/// Forgets what is older than `KEPT_MS`, and how it would have been taken back.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &Db, now: i64) -> Result<u64, Error> {
    sqlx::query("DELETE FROM undos WHERE done_at < $1")
        .bind(now - KEPT_MS)
        .execute(db.writer())
        .await?;
    let done = sqlx::query("DELETE FROM actions WHERE done_at < $1")
        .bind(now - KEPT_MS)
        .execute(db.writer())
        .await?;
    Ok(done.rows_affected())
}
