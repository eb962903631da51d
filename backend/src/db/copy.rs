//! Copies of databases while a bridge works on them, and the blobs that they name.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::{BUSY_TIMEOUT, Error};

/// Copies a database, as of one moment, into a file that is not there yet.
///
/// # Errors
/// The database's; a full disk.
pub async fn copy(database: &Path, into: &Path) -> Result<(), Error> {
    let mut connection = open(database).await?;
    let into = into.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(into).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// The keys of all blobs that rows of a copy name, in whatever table.
///
/// # Errors
/// The database's.
pub async fn blobs_named(copy: &Path) -> Result<Vec<String>, Error> {
    let mut connection = open(copy).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND c.name = 'blob_key'",
    )
    .fetch_all(&mut connection)
    .await?;
    let mut keys = Vec::new();
    for table in tables {
        let select = format!("SELECT DISTINCT blob_key FROM \"{table}\" WHERE blob_key <> ''");
        let named: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(&mut connection).await?;
        keys.extend(named);
    }
    connection.close().await?;
    Ok(keys)
}

async fn open(database: &Path) -> Result<SqliteConnection, Error> {
    let options =
        SqliteConnectOptions::new().filename(database).read_only(true).busy_timeout(BUSY_TIMEOUT);
    Ok(SqliteConnection::connect_with(&options).await?)
}
