//! How actions are taken back, for as long as their replies are kept.

use super::{Db, Error, UserId};
use sqlx::Row;

/// Keeps the way back of an action.
///
/// # Errors
/// The database's.
pub async fn remember(
    db: &Db,
    user: UserId,
    action: [u8; 16],
    steps: &[u8],
    now: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO undos (user_id, action_id, steps, done_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, action_id) DO NOTHING",
    )
    .bind(user.0.as_slice())
    .bind(action.as_slice())
    .bind(steps)
    .bind(now)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// The way back of an action, where it can be taken back.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, user: UserId, action: [u8; 16]) -> Result<Option<Vec<u8>>, Error> {
    let row = sqlx::query("SELECT steps FROM undos WHERE user_id = $1 AND action_id = $2")
        .bind(user.0.as_slice())
        .bind(action.as_slice())
        .fetch_optional(db.reader())
        .await?;
    Ok(row.map(|row| row.try_get("steps")).transpose()?)
}

/// Forgets the way back of an action that was taken back.
///
/// # Errors
/// The database's.
pub async fn forget(db: &Db, user: UserId, action: [u8; 16]) -> Result<(), Error> {
    sqlx::query("DELETE FROM undos WHERE user_id = $1 AND action_id = $2")
        .bind(user.0.as_slice())
        .bind(action.as_slice())
        .execute(db.writer())
        .await?;
    Ok(())
}
