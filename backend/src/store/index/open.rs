//! The files of the index, and the process's connections to them: the least recently used close.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use super::Error;

/// Connections that are open at once: each is a thread.
const MOST_OPEN: usize = 32;
/// Changes with the schema, or with what any column means.
const VERSION: i64 = 3;
/// Pages that a connection keeps, in KiB.
const CACHE_KIB: &str = "-1024";

/// What the administrator decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the files are; none: in memory only.
    pub directory: Option<PathBuf>,
    /// Largest file of a user, in bytes.
    pub most_bytes: u64,
}

/// The indexes of all users. Clones share them.
#[derive(Clone)]
pub struct Indexes(Arc<Inner>);

struct Inner {
    settings: Settings,
    /// The most recently used last.
    slots: Mutex<Vec<Arc<Slot>>>,
}

/// One user's file and, if it is open, the connection.
struct Slot {
    name: String,
    path: Option<PathBuf>,
    connection: tokio::sync::Mutex<Option<SqliteConnection>>,
    /// The next message's id: none is used twice, so that a listed order never means another one.
    next_id: AtomicU32,
}

/// One user's index. Clones share it.
#[derive(Clone)]
pub struct Index {
    indexes: Indexes,
    slot: Arc<Slot>,
}

impl Indexes {
    /// None is open yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner { settings, slots: Mutex::default() }))
    }

    /// The index of a user; `name` makes its file's name.
    #[must_use]
    pub fn of(&self, name: &str) -> Index {
        let mut slots = self.slots();
        let known = slots.iter().find(|slot| slot.name == name).cloned();
        let slot = known.unwrap_or_else(|| {
            let path = self.0.settings.directory.as_deref();
            let slot = Arc::new(Slot {
                name: name.to_owned(),
                path: path.map(|directory| directory.join(format!("{name}.index"))),
                connection: tokio::sync::Mutex::new(None),
                next_id: AtomicU32::new(1),
            });
            slots.push(slot.clone());
            slot
        });
        Index { indexes: self.clone(), slot }
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_count(&self) -> usize {
        let open = |slot: &&Arc<Slot>| {
            slot.connection.try_lock().map_or(true, |connection| connection.is_some())
        };
        self.slots().iter().filter(open).count()
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Arc<Slot>>> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a slot is used, and closes what was not used for longest.
    fn touch(&self, used: &Arc<Slot>) {
        let mut slots = self.slots();
        slots.retain(|slot| {
            !Arc::ptr_eq(slot, used)
                // Nobody holds it and nothing is open: its name is all that is left.
                && (Arc::strong_count(slot) > 1
                    || slot.connection.try_lock().is_ok_and(|open| open.is_some()))
        });
        slots.push(used.clone());
        let open = |slot: &Arc<Slot>| {
            slot.connection.try_lock().map_or(true, |connection| connection.is_some())
        };
        let mut over = slots.iter().filter(|slot| open(slot)).count().saturating_sub(MOST_OPEN);
        for slot in slots.iter() {
            if over == 0 {
                break;
            }
            if let Ok(mut connection) = slot.connection.try_lock()
                && connection.take().is_some()
            {
                over -= 1;
            }
        }
    }
}

/// A user's connection, for as long as one piece of work takes.
pub(super) type Held<'a> = tokio::sync::MappedMutexGuard<'a, SqliteConnection>;

impl Index {
    /// The connection; opened, or made anew where the file is of no use.
    pub(super) async fn connection(&self) -> Result<Held<'_>, Error> {
        let mut held = self.slot.connection.lock().await;
        if held.is_none() {
            let connection = self.open().await?;
            *held = Some(connection);
        }
        let held =
            tokio::sync::MutexGuard::try_map(held, Option::as_mut).map_err(|_| Error::Damaged)?;
        self.indexes.touch(&self.slot);
        Ok(held)
    }

    /// Whether there may be something in it; nothing is opened to find out.
    #[must_use]
    pub fn may_hold(&self) -> bool {
        let open = self.slot.connection.try_lock().map_or(true, |open| open.is_some());
        open || self.slot.path.as_ref().is_some_and(|path| path.exists())
    }

    /// Ids for so many messages.
    pub(super) fn take_ids(&self, count: u32) -> u32 {
        self.slot.next_id.fetch_add(count, Ordering::Relaxed)
    }

    /// Largest size, in bytes.
    pub(super) fn most_bytes(&self) -> u64 {
        self.indexes.0.settings.most_bytes
    }

    /// Passes a result on; where it shows damage, the file is thrown away first.
    pub(super) async fn judged<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        let Err(error) = result else { return result };
        if is_full(&error) {
            // SQLite ended the transaction by itself, and sqlx did not hear of it: within that
            // connection nothing would ever be committed again.
            self.close().await;
        }
        if !is_damage(&error) {
            return Err(error);
        }
        tracing::warn!(%error, "an index was damaged and is built anew");
        self.close().await;
        if let Some(path) = &self.slot.path {
            remove(path);
        }
        Err(Error::Damaged)
    }

    async fn close(&self) {
        if let Some(connection) = self.slot.connection.lock().await.take() {
            // What cannot be closed properly is dropped all the same.
            let _ = connection.close().await;
        }
    }

    async fn open(&self) -> Result<SqliteConnection, Error> {
        let mut connection = match self.prepare().await {
            Ok(connection) => connection,
            Err(error) => {
                let Some(path) = &self.slot.path else { return Err(error) };
                tracing::warn!(%error, "an index cannot be read and is built anew");
                remove(path);
                self.prepare().await?
            }
        };
        let last: i64 = sqlx::query("SELECT coalesce(max(id), 0) FROM message")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        let next = u32::try_from(last).map_err(|_| Error::Damaged)?.saturating_add(1);
        self.slot.next_id.fetch_max(next, Ordering::Relaxed);
        Ok(connection)
    }

    async fn prepare(&self) -> Result<SqliteConnection, Error> {
        let options = match &self.slot.path {
            Some(path) => {
                make_directory(path)?;
                SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
            }
            None => SqliteConnectOptions::new().in_memory(true),
        };
        let mut connection = options
            // Losing the last seconds in a power cut costs fetching them again.
            .synchronous(SqliteSynchronous::Off)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .pragma("cache_size", CACHE_KIB)
            .pragma("temp_store", "MEMORY")
            .pragma("journal_size_limit", "4194304")
            .statement_cache_capacity(40)
            .connect()
            .await?;
        let version: i64 =
            sqlx::query("PRAGMA user_version").fetch_one(&mut connection).await?.try_get(0)?;
        if version == VERSION {
            return Ok(connection);
        }
        let tables: i64 = sqlx::query("SELECT count(*) FROM sqlite_schema")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        if version != 0 || tables != 0 {
            // Another version's, or one that was never finished.
            let _ = connection.close().await;
            return Err(Error::Damaged);
        }
        let mut transaction = connection.begin().await?;
        sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *transaction).await?;
        let mark = format!("PRAGMA user_version = {VERSION}");
        sqlx::raw_sql(AssertSqlSafe(mark)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(connection)
    }
}

fn make_directory(path: &Path) -> Result<(), Error> {
    let Some(directory) = path.parent() else { return Ok(()) };
    std::fs::create_dir_all(directory).map_err(|error| Error::Sqlite(error.into()))
}

/// Removes a file and what SQLite puts beside it; what is not there need not be removed.
fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

/// Whether an error says that the disk is full (SQLITE_FULL).
fn is_full(error: &Error) -> bool {
    matches!(error, Error::Sqlite(sqlx::Error::Database(error)) if error.code().as_deref() == Some("13"))
}

/// Whether an error says that the file is of no use (SQLITE_CORRUPT, SQLITE_NOTADB), or that what
/// it holds is not what we wrote.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::Damaged => true,
        Error::Sqlite(sqlx::Error::Database(error)) => {
            let code = error.code().and_then(|code| code.parse::<i32>().ok());
            code.is_some_and(|code| matches!(code & 0xff, 11 | 26))
        }
        Error::Sqlite(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => true,
        _ => false,
    }
}
