//! Accounts that were removed, until nothing is left of their local mail: `accounts::remove` notes them.

use sqlx::Row;

use super::{Db, Error, UserId, user_id};

/// All of them.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db) -> Result<Vec<(UserId, String)>, Error> {
    let rows = sqlx::query("SELECT * FROM removals ORDER BY user_id, account_id")
        .fetch_all(db.reader())
        .await?;
    rows.iter().map(|row| Ok((user_id(row, "user_id")?, row.try_get("account_id")?))).collect()
}

/// Nothing is left of an account.
///
/// # Errors
/// The database's.
pub async fn finish(db: &Db, user: UserId, account: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM removals WHERE user_id = $1 AND account_id = $2")
        .bind(user.0.as_slice())
        .bind(account)
        .execute(db.writer())
        .await?;
    Ok(())
}
