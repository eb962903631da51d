//! Credentials that the server key alone opens, for as long as something runs without a browser.

use super::{Db, Error, UserId, user_id};
use sqlx::Row;

/// Whose credentials, and for which account.
pub type Owner = (UserId, String);

/// Keeps an account's credentials; later ones take the place of earlier ones.
///
/// # Errors
/// The database's.
pub async fn keep(
    db: &Db,
    (user, account): &Owner,
    key_id: [u8; 8],
    sealed: &[u8],
    now: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO standing (user_id, account_id, key_id, sealed, kept_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, account_id)
         DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed, kept_at = excluded.kept_at",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(key_id.as_slice())
    .bind(sealed)
    .bind(now)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// An account's credentials: the key that sealed them, and what is sealed.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, (user, account): &Owner) -> Result<Option<([u8; 8], Vec<u8>)>, Error> {
    let row = sqlx::query("SELECT * FROM standing WHERE user_id = $1 AND account_id = $2")
        .bind(user.0.as_slice())
        .bind(account)
        .fetch_optional(db.reader())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let damaged = |_| sqlx::Error::Decode("standing credentials are damaged".into());
    let key_id = row.try_get::<Vec<u8>, _>("key_id")?.try_into().map_err(damaged)?;
    Ok(Some((key_id, row.try_get("sealed")?)))
}

/// Everybody whose credentials are kept.
///
/// # Errors
/// The database's.
pub async fn owners(db: &Db) -> Result<Vec<Owner>, Error> {
    let rows = sqlx::query("SELECT user_id, account_id FROM standing").fetch_all(db.reader());
    let owner = |row| Ok((user_id(row, "user_id")?, row.try_get("account_id")?));
    rows.await?.iter().map(owner).collect()
}

/// Erases an account's credentials.
///
/// # Errors
/// The database's.
pub async fn erase(db: &Db, (user, account): &Owner) -> Result<(), Error> {
    sqlx::query("DELETE FROM standing WHERE user_id = $1 AND account_id = $2")
        .bind(user.0.as_slice())
        .bind(account)
        .execute(db.writer())
        .await?;
    Ok(())
}
