//! Which server keys this database was used with, so that a wrong one is noticed at start-up.

use super::{Db, Error};
use sqlx::Row;

/// The ids of every key used so far.
///
/// # Errors
/// The database's.
pub async fn known(db: &Db) -> Result<Vec<Vec<u8>>, Error> {
    let rows = sqlx::query("SELECT id FROM server_keys").fetch_all(db.reader()).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Remembers a key's id.
///
/// # Errors
/// The database's.
pub async fn add(db: &Db, id: &[u8], now: i64) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO server_keys (id, added_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(now)
    .execute(db.writer())
    .await?;
    Ok(())
}
