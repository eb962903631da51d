//! Messages whose request for a receipt was decided about, by their Message-ID.

use super::{Db, Error, UserId};

/// Whether that was decided.
///
/// # Errors
/// The database's.
pub async fn is_decided(db: &Db, user: UserId, message_id: &str) -> Result<bool, Error> {
    let found = sqlx::query("SELECT 1 FROM receipts WHERE user_id = $1 AND message_id = $2")
        .bind(user.0.as_slice())
        .bind(message_id)
        .fetch_optional(db.reader())
        .await?;
    Ok(found.is_some())
}

/// Writes down that it was, at a time in seconds since 1970; once more is no error.
///
/// # Errors
/// The database's; then it is as before.
pub async fn decide(db: &Db, user: UserId, message_id: &str, at: i64) -> Result<(), Error> {
    let query = "INSERT INTO receipts (user_id, message_id, decided_at) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING";
    let insert = sqlx::query(query).bind(user.0.as_slice()).bind(message_id).bind(at);
    insert.execute(db.writer()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_one_user_decided_is_decided_for_that_one() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(folder.path()).await.unwrap();
        let (anna, ben) = (UserId([1; 16]), UserId([2; 16]));
        assert!(!is_decided(&db, anna, "<1@x>").await.unwrap());
        for at in [1, 2] {
            decide(&db, anna, "<1@x>", at).await.unwrap();
        }
        assert!(is_decided(&db, anna, "<1@x>").await.unwrap());
        assert!(!is_decided(&db, anna, "<2@x>").await.unwrap());
        assert!(!is_decided(&db, ben, "<1@x>").await.unwrap());
    }
}
