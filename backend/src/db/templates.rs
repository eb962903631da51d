//! Texts that users write again and again.

use super::{Db, Error, UserId};
use sqlx::Row;

/// A user's templates by name: id and form.
///
/// # Errors
/// The database's.
pub async fn all(db: &Db, user: UserId) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query("SELECT id, form FROM templates WHERE user_id = $1 ORDER BY name, id")
        .bind(user.0.as_slice())
        .fetch_all(db.reader())
        .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("form")?))).collect()
}

/// Keeps a template, in the place of the one of its id.
///
/// # Errors
/// The database's.
pub async fn put(db: &Db, user: UserId, (id, name): (&str, &str), form: &str) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO templates (user_id, id, name, form) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, id) DO UPDATE SET name = excluded.name, form = excluded.form",
    )
    .bind(user.0.as_slice())
    .bind(id)
    .bind(name)
    .bind(form)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Forgets a template.
///
/// # Errors
/// The database's.
pub async fn remove(db: &Db, user: UserId, id: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM templates WHERE user_id = $1 AND id = $2")
        .bind(user.0.as_slice())
        .bind(id)
        .execute(db.writer())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn templates_are_kept_by_name_and_are_their_owner_s() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let (anna, ben) = (UserId([1; 16]), UserId([2; 16]));
        put(&db, anna, ("1", "Thanks"), "old").await.unwrap();
        put(&db, anna, ("1", "Thanks"), "t").await.unwrap();
        put(&db, anna, ("2", "Address"), "a").await.unwrap();
        let pair = |id: &str, form: &str| (id.to_owned(), form.to_owned());
        assert_eq!(all(&db, anna).await.unwrap(), [pair("2", "a"), pair("1", "t")]);
        assert_eq!(all(&db, ben).await.unwrap(), []);
        remove(&db, ben, "1").await.unwrap();
        remove(&db, anna, "2").await.unwrap();
        assert_eq!(all(&db, anna).await.unwrap(), [pair("1", "t")]);
    }
}
