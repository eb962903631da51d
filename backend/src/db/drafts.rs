//! Drafts that are being replaced: which old copies go once the new one is there.

use super::{Db, Error, UserId};
use sqlx::Row;

/// A replacement that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Whose draft it is.
    pub user: UserId,
    /// The account.
    pub account: String,
    /// What the new copy says of itself.
    pub revision: String,
    /// The draft's Message-ID, with angle brackets.
    pub message_id: String,
    /// Where the copies are.
    pub mailbox: String,
    /// The generation of the uids there.
    pub uid_validity: u32,
    /// The copies that go.
    pub old_uids: Vec<u32>,
}

/// Writes down that a replacement begins; one that has begun stays as it is.
///
/// # Errors
/// The database's.
pub async fn begin(db: &Db, row: &DraftRow) -> Result<(), Error> {
    let old: Vec<String> = row.old_uids.iter().map(u32::to_string).collect();
    sqlx::query(
        "INSERT INTO drafts (user_id, account, revision, message_id, mailbox, uid_validity, old_uids)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(row.user.0.as_slice())
    .bind(&row.account)
    .bind(&row.revision)
    .bind(&row.message_id)
    .bind(&row.mailbox)
    .bind(i64::from(row.uid_validity))
    .bind(old.join(" "))
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Whether a user has any replacement that has begun and not come to its end.
///
/// # Errors
/// The database's.
pub async fn is_any_begun(db: &Db, user: UserId) -> Result<bool, Error> {
    let row = sqlx::query("SELECT COUNT(*) FROM drafts WHERE user_id = $1")
        .bind(user.0.as_slice())
        .fetch_one(db.reader())
        .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// The replacements of an account that have begun and not come to their end.
///
/// # Errors
/// The database's.
pub async fn begun(db: &Db, user: UserId, account: &str) -> Result<Vec<DraftRow>, Error> {
    let rows = sqlx::query("SELECT * FROM drafts WHERE user_id = $1 AND account = $2")
        .bind(user.0.as_slice())
        .bind(account)
        .fetch_all(db.reader())
        .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let old: String = row.try_get("old_uids")?;
        let uid_validity: i64 = row.try_get("uid_validity")?;
        Ok(DraftRow {
            user,
            account: row.try_get("account")?,
            revision: row.try_get("revision")?,
            message_id: row.try_get("message_id")?,
            mailbox: row.try_get("mailbox")?,
            uid_validity: u32::try_from(uid_validity).unwrap_or_default(),
            old_uids: old.split(' ').filter_map(|uid| uid.parse().ok()).collect(),
        })
    };
    rows.iter().map(read).collect()
}

/// A replacement came to its end.
///
/// # Errors
/// The database's.
pub async fn end(db: &Db, row: &DraftRow) -> Result<(), Error> {
    sqlx::query("DELETE FROM drafts WHERE user_id = $1 AND account = $2 AND revision = $3")
        .bind(row.user.0.as_slice())
        .bind(&row.account)
        .bind(&row.revision)
        .execute(db.writer())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_replacement_is_known_from_its_beginning_to_its_end() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let row = DraftRow {
            user: UserId([1; 16]),
            account: "a".into(),
            revision: "r".into(),
            message_id: "<m@a.test>".into(),
            mailbox: "d".into(),
            uid_validity: u32::MAX,
            old_uids: vec![3, 7],
        };
        begin(&db, &row).await.unwrap();
        // The same action again, when the old copies are gone already.
        begin(&db, &DraftRow { old_uids: vec![], ..row.clone() }).await.unwrap();
        assert_eq!(begun(&db, row.user, "a").await.unwrap(), std::slice::from_ref(&row));
        assert_eq!(begun(&db, UserId([2; 16]), "a").await.unwrap(), []);
        assert_eq!(begun(&db, row.user, "b").await.unwrap(), []);
        end(&db, &row).await.unwrap();
        assert_eq!(begun(&db, row.user, "a").await.unwrap(), []);
    }
}
