//! The keys of users' vaults, each sealed under the server key and one of the user's passwords.

use super::{Db, Error, UserId};
use sqlx::Row;

/// Passwords of one user by which a vault is kept: older ones are forgotten.
const MOST: i64 = 8;

/// What is sealed, and the server key that sealed it.
pub type SealedKey = ([u8; 8], Vec<u8>);

/// Every sealed key of a user, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db, user: UserId) -> Result<Vec<SealedKey>, Error> {
    let rows = sqlx::query(
        "SELECT key_id, sealed FROM vaults WHERE user_id = $1 ORDER BY made_at DESC, rowid DESC",
    )
    .bind(user.0.as_slice())
    .fetch_all(db.reader())
    .await?;
    let damaged = |_| sqlx::Error::Decode("a vault is damaged".into());
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let key_id = row.try_get::<Vec<u8>, _>("key_id")?.try_into().map_err(damaged)?;
        Ok((key_id, row.try_get("sealed")?))
    };
    rows.iter().map(read).collect()
}

/// Adds a sealed key; the oldest beyond the eighth goes.
///
/// # Errors
/// The database's.
pub async fn add(
    db: &Db,
    user: UserId,
    (key_id, sealed): &SealedKey,
    now: i64,
) -> Result<(), Error> {
    let mut transaction = db.begin().await?;
    sqlx::query("INSERT INTO vaults (user_id, key_id, sealed, made_at) VALUES ($1, $2, $3, $4)")
        .bind(user.0.as_slice())
        .bind(key_id.as_slice())
        .bind(sealed)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "DELETE FROM vaults WHERE user_id = $1 AND sealed NOT IN
         (SELECT sealed FROM vaults WHERE user_id = $1 ORDER BY made_at DESC, rowid DESC LIMIT $2)",
    )
    .bind(user.0.as_slice())
    .bind(MOST)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}
