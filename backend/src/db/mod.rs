//! Durable state: one SQLite file in `data_dir`, one writer, a few readers; one file per noun.
//!
//! SQL is kept to what PostgreSQL understands too. A committed write survives a power cut
//! (`synchronous = FULL`).

pub mod accounts;
pub mod actions;
pub mod codes;
pub mod collecting;
pub mod copy;
pub mod crossings;
pub mod drafts;
pub mod identities;
pub mod images;
pub mod invitations;
mod lock;
pub mod receipts;
pub mod removals;
pub mod roles;
pub mod server_keys;
pub mod sessions;
pub mod standing;
pub mod submissions;
pub mod templates;
pub mod transfers;
pub mod undos;
pub mod uploads;
pub mod vaults;

pub use lock::Lock;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Row, Sqlite, Transaction};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Every step from an empty database, in order; one is never changed once released.
const MIGRATIONS: [&str; 14] = [
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_mailboxes.sql"),
    include_str!("migrations/0003_images.sql"),
    include_str!("migrations/0004_standing.sql"),
    include_str!("migrations/0005_invitations.sql"),
    include_str!("migrations/0006_uploads.sql"),
    include_str!("migrations/0007_drafts.sql"),
    include_str!("migrations/0008_identities.sql"),
    include_str!("migrations/0009_receipts.sql"),
    include_str!("migrations/0010_accounts.sql"),
    include_str!("migrations/0011_servers.sql"),
    include_str!("migrations/0012_collecting.sql"),
    include_str!("migrations/0013_transfers.sql"),
    include_str!("migrations/0014_imports.sql"),
];
/// Where a backup lies in `data_dir` while it is brought back.
pub const RESTORING: &str = "restore.tmp";
const READERS: u32 = 3;
/// How long a write waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// A write that another process or connection holds up fails at its beginning.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The id of a User: a hash of incoming server and login.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub [u8; 16]);

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserId({self})")
    }
}

/// Why durable state cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `data_dir` cannot be made or written.
    #[error("{path}: {source}", path = path.display())]
    Place {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// Another bridge works there.
    #[error("{path} is in use by another postern", path = .0.display())]
    InUse(PathBuf),
    /// A backup was not brought back to its end.
    #[error("restoring {path} was cut off; run it again", path = .0.display())]
    Unfinished(PathBuf),
    /// A later version wrote it.
    #[error("the database is of version {0}, newer than this postern understands")]
    TooNew(i64),
    /// The database itself: full disk, damage.
    #[error("database: {0}")]
    Sqlite(#[from] sqlx::Error),
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    writer: SqlitePool,
    readers: SqlitePool,
    // Held for as long as the database is open.
    _lock: Lock,
}

impl Db {
    /// Takes `data_dir` for this process alone, and opens or makes the database in it.
    ///
    /// # Errors
    /// `InUse` while another bridge has the folder, `TooNew` for a later version's database.
    pub async fn open(data_dir: &Path) -> Result<Self, Error> {
        let lock = Lock::take(data_dir)?;
        if data_dir.join(RESTORING).exists() {
            return Err(Error::Unfinished(data_dir.to_path_buf()));
        }
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join("postern.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        migrate(&writer, &MIGRATIONS).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.read_only(true));
        Ok(Self(Arc::new(Inner { writer, readers, _lock: lock })))
    }

    /// Where to write.
    fn writer(&self) -> &SqlitePool {
        &self.0.writer
    }

    /// Begins to write several things at once.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(begin(self.writer()).await?)
    }

    /// Where to read.
    fn reader(&self) -> &SqlitePool {
        &self.0.readers
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Whatever keeps it from answering.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1").execute(self.reader()).await?;
        Ok(())
    }

    /// Writes everything out and closes the file.
    pub async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}

/// Begins to write; nobody else writes meanwhile. Undone unless it is committed.
pub(crate) async fn begin(writer: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    match writer.begin_with(BEGIN).await {
        // SQLite ends a transaction by itself where the disk is full, and sqlx does not hear of it:
        // within that connection nothing would ever be committed again.
        Err(sqlx::Error::InvalidSavePointStatement) => {
            writer.acquire().await?.close().await?;
            writer.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

/// Takes a database through the steps that it has not seen, each a transaction of its own.
///
/// # Errors
/// `TooNew` for a later version's database.
pub(crate) async fn migrate(pool: &SqlitePool, steps: &[&'static str]) -> Result<(), Error> {
    let version: i64 = sqlx::query("PRAGMA user_version").fetch_one(pool).await?.try_get(0)?;
    let done = usize::try_from(version).map_err(|_| Error::TooNew(version))?;
    if done > steps.len() {
        return Err(Error::TooNew(version));
    }
    for (index, sql) in steps.iter().enumerate().skip(done) {
        let mut transaction = pool.begin().await?;
        sqlx::raw_sql(*sql).execute(&mut *transaction).await?;
        let mark = format!("PRAGMA user_version = {}", index + 1);
        sqlx::raw_sql(AssertSqlSafe(mark)).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// A 16-byte id out of a column.
fn user_id(row: &sqlx::sqlite::SqliteRow, column: &str) -> Result<UserId, Error> {
    let bytes: Vec<u8> = row.try_get(column)?;
    let bytes =
        bytes.try_into().map_err(|_| sqlx::Error::Decode(format!("{column} is damaged").into()))?;
    Ok(UserId(bytes))
}

#[cfg(test)]
mod tests;
