//! Which mailbox a user chose for a role, by account; an empty mailbox id means none.

use super::{Db, Error, UserId};
use sqlx::Row;

/// Every choice for an account: role and mailbox id.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db, user: UserId, account: &str) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query(
        "SELECT role, mailbox_id FROM mailbox_roles WHERE user_id = $1 AND account_id = $2",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .fetch_all(db.reader())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("role")?, row.try_get("mailbox_id")?))).collect()
}

/// Replaces the choices for an account.
///
/// # Errors
/// The database's; then the old ones stay.
pub async fn replace(
    db: &Db,
    user: UserId,
    account: &str,
    chosen: &[(String, String)],
) -> Result<(), Error> {
    let mut transaction = db.begin().await?;
    sqlx::query("DELETE FROM mailbox_roles WHERE user_id = $1 AND account_id = $2")
        .bind(user.0.as_slice())
        .bind(account)
        .execute(&mut *transaction)
        .await?;
    for (role, mailbox) in chosen {
        sqlx::query(
            "INSERT INTO mailbox_roles (user_id, account_id, role, mailbox_id)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(user.0.as_slice())
        .bind(account)
        .bind(role)
        .bind(mailbox)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
