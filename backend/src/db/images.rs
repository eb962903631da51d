//! Whose remote images a user wants to see; the empty sender stands for everybody.

use sqlx::Row as _;

use super::{Db, Error, UserId};

/// Whether a sender's images are shown.
///
/// # Errors
/// The database's.
pub async fn allows(db: &Db, user: UserId, sender: &str) -> Result<bool, Error> {
    let found = sqlx::query(
        "SELECT 1 FROM image_senders WHERE user_id = $1 AND (sender = '' OR sender = $2)",
    )
    .bind(user.0.as_slice())
    .bind(sender)
    .fetch_optional(db.reader())
    .await?;
    Ok(found.is_some())
}

/// Whose are shown, in their order.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db, user: UserId) -> Result<Vec<String>, Error> {
    let found = sqlx::query("SELECT sender FROM image_senders WHERE user_id = $1 ORDER BY sender");
    let rows = found.bind(user.0.as_slice()).fetch_all(db.reader()).await?;
    Ok(rows.iter().map(|row| row.try_get("sender")).collect::<Result<_, _>>()?)
}

/// Writes down whether a sender's are.
///
/// # Errors
/// The database's; then it is as before.
pub async fn set(db: &Db, user: UserId, sender: &str, allowed: bool) -> Result<(), Error> {
    let query = if allowed {
        "INSERT INTO image_senders (user_id, sender) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM image_senders WHERE user_id = $1 AND sender = $2"
    };
    sqlx::query(query).bind(user.0.as_slice()).bind(sender).execute(db.writer()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_sender_or_everybody_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(folder.path()).await.unwrap();
        let (anna, ben) = (UserId([1; 16]), UserId([2; 16]));
        for _ in 0..2 {
            set(&db, anna, "news@x.test", true).await.unwrap();
        }
        assert!(allows(&db, anna, "news@x.test").await.unwrap());
        assert!(!allows(&db, anna, "other@x.test").await.unwrap());
        assert!(!allows(&db, ben, "news@x.test").await.unwrap());
        set(&db, ben, "", true).await.unwrap();
        assert!(allows(&db, ben, "news@x.test").await.unwrap());
        set(&db, anna, "news@x.test", false).await.unwrap();
        assert!(!allows(&db, anna, "news@x.test").await.unwrap());
        set(&db, ben, "a@x.test", true).await.unwrap();
        assert_eq!(list(&db, ben).await.unwrap(), ["", "a@x.test"]);
        assert!(list(&db, anna).await.unwrap().is_empty());
        // An empty From is nobody in particular.
        assert!(!allows(&db, anna, "-").await.unwrap());
    }
}
