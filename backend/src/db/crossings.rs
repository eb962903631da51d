//! Actions that take messages from one account to another, so that one which was cut off goes on.

use super::{Db, Error, UserId};
use sqlx::Row;

/// How long one is remembered, as long as replies are.
const KEEP_MS: i64 = 7 * 24 * 3_600_000;

/// Remembers that an action begins, and from where on in its target; gives what it said when it
/// began for the first time, and forgets those of long ago.
///
/// # Errors
/// The database's.
pub async fn begin(
    db: &Db,
    user: UserId,
    (action, mailbox): ([u8; 16], &str),
    (floor, now): (&[u8], i64),
) -> Result<Option<Vec<u8>>, Error> {
    let before = sqlx::query(
        "SELECT floor FROM crossings WHERE user_id = $1 AND action_id = $2 AND mailbox = $3",
    )
    .bind(user.0.as_slice())
    .bind(action.as_slice())
    .bind(mailbox)
    .fetch_optional(db.writer())
    .await?;
    if let Some(before) = before {
        return Ok(Some(before.try_get("floor")?));
    }
    let mut transaction = db.begin().await?;
    sqlx::query("DELETE FROM crossings WHERE begun_at < $1")
        .bind(now.saturating_sub(KEEP_MS))
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "INSERT INTO crossings (user_id, action_id, mailbox, floor, begun_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(user.0.as_slice())
    .bind(action.as_slice())
    .bind(mailbox)
    .bind(floor)
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(None)
}
