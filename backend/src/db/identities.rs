//! What users send mail as, and the codes that they have yet to say.

use super::{Db, Error, UserId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An identity as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityRow {
    /// Its id.
    pub id: String,
    /// Its place among the account's; the least is the default.
    pub place: i64,
    /// Its address.
    pub email: String,
    /// What the user says of it, in the caller's encoding.
    pub form: String,
    /// The code that went to its address came back.
    pub confirmed: bool,
    /// The code that is waited for.
    pub proof: Proof,
}

/// A code on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// It; empty for none.
    pub code: String,
    /// When it was sent, in milliseconds since 1970.
    pub sent_at: i64,
    /// How often it was tried.
    pub tries: i64,
    /// The Message-ID of its mail, with angle brackets.
    pub message_id: String,
    /// Whether the account itself holds that mail.
    pub copied: Copied,
}

/// Whether the account that sent a code holds a copy of its mail, where the sender could read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copied {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// There was none.
    No,
    /// There was one: the code proves nothing.
    Yes,
}

/// Whose identities.
pub type Owner<'a> = (UserId, &'a str);

/// An account's identities, in their order.
///
/// # Errors
/// The database's.
pub async fn all(db: &Db, (user, account): Owner<'_>) -> Result<Vec<IdentityRow>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM identities WHERE user_id = $1 AND account = $2 ORDER BY place, id",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .fetch_all(db.reader())
    .await?;
    rows.iter().map(read).collect()
}

/// Keeps an identity, in the place of the one of its id.
///
/// # Errors
/// The database's.
pub async fn put(db: &Db, (user, account): Owner<'_>, row: &IdentityRow) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO identities (user_id, account, id, place, email, form, confirmed, code,
         sent_at, tries, message_id, copied)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (user_id, account, id) DO UPDATE
         SET place = excluded.place, email = excluded.email, form = excluded.form,
         confirmed = excluded.confirmed, code = excluded.code, sent_at = excluded.sent_at,
         tries = excluded.tries, message_id = excluded.message_id, copied = excluded.copied",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(&row.id)
    .bind(row.place)
    .bind(&row.email)
    .bind(&row.form)
    .bind(i64::from(row.confirmed))
    .bind(&row.proof.code)
    .bind(row.proof.sent_at)
    .bind(row.proof.tries)
    .bind(&row.proof.message_id)
    .bind(row.proof.copied as i64)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Counts a try at a code, and answers how many there were.
///
/// # Errors
/// The database's.
pub async fn count_try(db: &Db, (user, account): Owner<'_>, id: &str) -> Result<i64, Error> {
    let row = sqlx::query(
        "UPDATE identities SET tries = tries + 1
         WHERE user_id = $1 AND account = $2 AND id = $3 RETURNING tries",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(id)
    .fetch_optional(db.writer())
    .await?;
    row.map_or(Ok(i64::MAX), |row| Ok(row.try_get(0)?))
}

/// Writes down whether the account holds the mail with a code; a code that it holds is void.
///
/// # Errors
/// The database's.
pub async fn watched(
    db: &Db,
    (user, account): Owner<'_>,
    message_id: &str,
    copied: bool,
) -> Result<(), Error> {
    let found = if copied { Copied::Yes } else { Copied::No };
    sqlx::query(
        "UPDATE identities SET copied = $4, code = CASE WHEN $4 = 2 THEN '' ELSE code END
         WHERE user_id = $1 AND account = $2 AND message_id = $3 AND copied <> 2",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(message_id)
    .bind(found as i64)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Confirms the identity that this mail's code was for, and still is.
///
/// # Errors
/// The database's.
pub async fn confirm(db: &Db, (user, account): Owner<'_>, message_id: &str) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE identities SET confirmed = 1, code = ''
         WHERE user_id = $1 AND account = $2 AND message_id = $3 AND code <> '' AND copied = 1",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(message_id)
    .execute(db.writer())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets an identity.
///
/// # Errors
/// The database's.
pub async fn remove(db: &Db, (user, account): Owner<'_>, id: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM identities WHERE user_id = $1 AND account = $2 AND id = $3")
        .bind(user.0.as_slice())
        .bind(account)
        .bind(id)
        .execute(db.writer())
        .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<IdentityRow, Error> {
    let copied = match row.try_get("copied")? {
        1_i64 => Copied::No,
        2 => Copied::Yes,
        _ => Copied::Unknown,
    };
    Ok(IdentityRow {
        id: row.try_get("id")?,
        place: row.try_get("place")?,
        email: row.try_get("email")?,
        form: row.try_get("form")?,
        confirmed: row.try_get::<i64, _>("confirmed")? != 0,
        proof: Proof {
            code: row.try_get("code")?,
            sent_at: row.try_get("sent_at")?,
            tries: row.try_get("tries")?,
            message_id: row.try_get("message_id")?,
            copied,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, place: i64) -> IdentityRow {
        let message_id = format!("<{id}@x.test>");
        let proof = Proof { code: "1".into(), sent_at: 5, message_id, ..Proof::default() };
        IdentityRow {
            id: id.into(),
            place,
            email: "a@x.test".into(),
            form: "{}".into(),
            confirmed: false,
            proof,
        }
    }

    #[tokio::test]
    async fn identities_stand_in_their_order_and_are_their_owner_s() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let (anna, ben) = ((UserId([1; 16]), "a"), (UserId([2; 16]), "a"));
        put(&db, anna, &row("x", 2)).await.unwrap();
        put(&db, anna, &row("y", 1)).await.unwrap();
        assert_eq!(all(&db, anna).await.unwrap(), [row("y", 1), row("x", 2)]);
        assert_eq!(all(&db, ben).await.unwrap(), []);
        assert_eq!(count_try(&db, anna, "x").await.unwrap(), 1);
        assert_eq!(count_try(&db, anna, "x").await.unwrap(), 2);
        assert_eq!(count_try(&db, ben, "x").await.unwrap(), i64::MAX);
        put(&db, anna, &row("x", 0)).await.unwrap();
        assert_eq!(all(&db, anna).await.unwrap(), [row("x", 0), row("y", 1)]);
        remove(&db, ben, "x").await.unwrap();
        remove(&db, anna, "x").await.unwrap();
        assert_eq!(all(&db, anna).await.unwrap(), [row("y", 1)]);
    }

    #[tokio::test]
    async fn a_code_counts_only_once_its_mail_was_looked_for_and_not_found() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let (anna, ben) = ((UserId([1; 16]), "a"), (UserId([2; 16]), "a"));
        put(&db, anna, &row("x", 1)).await.unwrap();
        put(&db, anna, &row("y", 2)).await.unwrap();
        assert!(!confirm(&db, anna, "<x@x.test>").await.unwrap(), "nobody looked");
        watched(&db, ben, "<x@x.test>", false).await.unwrap();
        assert!(!confirm(&db, anna, "<x@x.test>").await.unwrap(), "somebody else looked");
        watched(&db, anna, "<x@x.test>", false).await.unwrap();
        watched(&db, anna, "<y@x.test>", true).await.unwrap();
        watched(&db, anna, "<y@x.test>", false).await.unwrap();
        assert!(!confirm(&db, anna, "<y@x.test>").await.unwrap(), "it was there once");
        assert!(confirm(&db, anna, "<x@x.test>").await.unwrap());
        assert!(!confirm(&db, anna, "<x@x.test>").await.unwrap(), "a code is said once");
        let all = all(&db, anna).await.unwrap();
        let told = |row: &IdentityRow| (row.confirmed, row.proof.code.clone(), row.proof.copied);
        let expect = [(true, String::new(), Copied::No), (false, String::new(), Copied::Yes)];
        assert_eq!(all.iter().map(told).collect::<Vec<_>>(), expect);
    }
}
