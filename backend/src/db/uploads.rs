//! Uploaded files: what was announced, and the pieces of it that are here; their bytes are blobs.

use super::{Db, Error, UserId, user_id};
use postern_shared::upload::Purpose;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An upload, complete or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Bytes that it will have.
    pub size: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// It may be forgotten after this, in milliseconds since 1970.
    pub kept_until: i64,
}

/// A piece of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceRow {
    /// Where in the file it begins.
    pub place: i64,
    /// Its bytes.
    pub size: i64,
    /// Where they are.
    pub blob_key: String,
}

/// Announces an upload.
///
/// # Errors
/// The database's.
pub async fn insert(db: &Db, row: &UploadRow) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO uploads (id, user_id, name, content_type, size, kept_until, purpose)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&row.id)
    .bind(row.user.0.as_slice())
    .bind(&row.name)
    .bind(&row.content_type)
    .bind(row.size)
    .bind(row.kept_until)
    .bind(word(row.purpose))
    .execute(db.writer())
    .await?;
    Ok(())
}

/// A user's upload.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, user: UserId, id: &str) -> Result<Option<UploadRow>, Error> {
    let row = sqlx::query("SELECT * FROM uploads WHERE id = $1 AND user_id = $2")
        .bind(id)
        .bind(user.0.as_slice())
        .fetch_optional(db.reader())
        .await?;
    row.as_ref().map(read).transpose()
}

/// The pieces of an upload, in their order.
///
/// # Errors
/// The database's.
pub async fn pieces(db: &Db, id: &str) -> Result<Vec<PieceRow>, Error> {
    let rows = sqlx::query("SELECT * FROM upload_pieces WHERE upload_id = $1 ORDER BY place")
        .bind(id)
        .fetch_all(db.reader())
        .await?;
    let piece = |row: &SqliteRow| {
        let (place, size) = (row.try_get("place")?, row.try_get("size")?);
        Ok(PieceRow { place, size, blob_key: row.try_get("blob_key")? })
    };
    rows.iter().map(piece).collect()
}

/// Adds a piece where the upload stands; false, and nothing is added, where it stands elsewhere.
///
/// # Errors
/// The database's.
pub async fn add(db: &Db, id: &str, piece: &PieceRow, kept_until: i64) -> Result<bool, Error> {
    let mut transaction = db.begin().await?;
    let added = sqlx::query(
        "INSERT INTO upload_pieces (upload_id, place, size, blob_key)
         SELECT id, $2, $3, $4 FROM uploads WHERE id = $1 AND $2 + $3 <= size
         AND $2 = (SELECT COALESCE(SUM(size), 0) FROM upload_pieces WHERE upload_id = $1)",
    )
    .bind(id)
    .bind(piece.place)
    .bind(piece.size)
    .bind(&piece.blob_key)
    .execute(&mut *transaction)
    .await?;
    sqlx::query("UPDATE uploads SET kept_until = $2 WHERE id = $1 AND kept_until < $2")
        .bind(id)
        .bind(kept_until)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(added.rows_affected() == 1)
}

/// Keeps an upload until then, or longer where that was promised.
///
/// # Errors
/// The database's.
pub async fn keep(db: &Db, id: &str, until: i64) -> Result<(), Error> {
    sqlx::query("UPDATE uploads SET kept_until = $2 WHERE id = $1 AND kept_until < $2")
        .bind(id)
        .bind(until)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Bytes that a user's uploads were announced to have.
///
/// # Errors
/// The database's.
pub async fn announced(db: &Db, user: UserId, purpose: Purpose) -> Result<i64, Error> {
    let sum = "SELECT COALESCE(SUM(size), 0) FROM uploads WHERE user_id = $1 AND purpose = $2";
    let row =
        sqlx::query(sum).bind(user.0.as_slice()).bind(word(purpose)).fetch_one(db.reader()).await?;
    Ok(row.try_get(0)?)
}

fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Attachment => "attachment",
        Purpose::Import => "import",
    }
}

/// Everybody's uploads that need not be kept any longer.
///
/// # Errors
/// The database's.
pub async fn expired(db: &Db, now: i64) -> Result<Vec<UploadRow>, Error> {
    let rows = sqlx::query("SELECT * FROM uploads WHERE kept_until < $1 LIMIT 200")
        .bind(now)
        .fetch_all(db.reader())
        .await?;
    rows.iter().map(read).collect()
}

/// Forgets an upload and its pieces, whose blobs are the caller's to delete afterwards.
///
/// # Errors
/// The database's.
pub async fn remove(db: &Db, id: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM uploads WHERE id = $1").bind(id).execute(db.writer()).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<UploadRow, Error> {
    Ok(UploadRow {
        id: row.try_get("id")?,
        user: user_id(row, "user_id")?,
        name: row.try_get("name")?,
        content_type: row.try_get("content_type")?,
        size: row.try_get("size")?,
        purpose: match row.try_get("purpose")? {
            "import" => Purpose::Import,
            _ => Purpose::Attachment,
        },
        kept_until: row.try_get("kept_until")?,
    })
}
