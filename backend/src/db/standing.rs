//! Credentials that the server key alone opens, for as long as something runs without a browser.

use super::{Db, Error, UserId, user_id};
use sqlx::Row;

/// Whose credentials, and for which account.
pub type Owner = (UserId, String);
/// The key that sealed something, and what is sealed.
pub type Sealed = ([u8; 8], Vec<u8>);

/// How long credentials are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until nothing of the account waits to be sent any longer.
    Sent,
    /// Until the account is removed.
    Removed,
}

/// Keeps an account's credentials; later ones take the place of earlier ones. Those that are kept
/// until the account is removed give way to their like alone.
///
/// # Errors
/// The database's.
pub async fn keep(
    db: &Db,
    (user, account): &Owner,
    (key_id, sealed): &Sealed,
    until: Until,
    now: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO standing (user_id, account_id, key_id, sealed, kept_at, lasting)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, account_id)
         DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed,
         kept_at = excluded.kept_at, lasting = excluded.lasting
         WHERE excluded.lasting OR NOT standing.lasting",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(key_id.as_slice())
    .bind(sealed)
    .bind(now)
    .bind(until == Until::Removed)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// An account's credentials: the key that sealed them, and what is sealed.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, (user, account): &Owner) -> Result<Option<Sealed>, Error> {
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

/// Everybody whose credentials are kept until the account is removed.
///
/// # Errors
/// The database's.
pub async fn lasting(db: &Db) -> Result<Vec<Owner>, Error> {
    let rows = sqlx::query("SELECT user_id, account_id FROM standing WHERE lasting ORDER BY 1, 2");
    let owner = |row| Ok((user_id(row, "user_id")?, row.try_get("account_id")?));
    rows.fetch_all(db.reader()).await?.iter().map(owner).collect()
}

/// Erases an account's credentials unless they are kept until it is removed.
///
/// # Errors
/// The database's.
pub async fn erase(db: &Db, (user, account): &Owner) -> Result<(), Error> {
    sqlx::query("DELETE FROM standing WHERE user_id = $1 AND account_id = $2 AND NOT lasting")
        .bind(user.0.as_slice())
        .bind(account)
        .execute(db.writer())
        .await?;
    Ok(())
}
