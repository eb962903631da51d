//! The users' files, and the process's connections to them: one that writes, two that read, each
//! closed when it was not used for a while.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use tokio::sync::{Mutex, watch};

use super::LocalConnection;
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::{UserId, begin, migrate};
use crate::store::Error;

/// Every step from an empty file, in order; one is never changed once released.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_maildrops.sql"),
    include_str!("migrations/0003_headers_first.sql"),
];
/// Connections that read, of one user.
const READERS: u32 = 2;
/// How long a connection without use stays open: each is a thread.
const IDLE: Duration = Duration::from_secs(60);
/// How long a write waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages that a connection keeps, in KiB.
const CACHE_KIB: &str = "-2048";

/// The local mail of all users. Clones share it.
#[derive(Clone)]
pub struct Stores(Arc<Shared>);

struct Shared {
    directory: PathBuf,
    blobs: Blobs,
    clock: Clock,
    quota: u64,
    access: Access,
    open: Mutex<HashMap<UserId, Weak<Inner>>>,
}

/// Whether there is a bridge beside us that owns the files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// They are ours.
    Own,
    /// They are read as they are.
    Beside,
}

/// One user's local mail. Clones share it.
#[derive(Clone)]
pub struct UserStore(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) user: UserId,
    writer: SqlitePool,
    readers: SqlitePool,
    pub(super) blobs: Blobs,
    pub(super) clock: Clock,
    /// Octets that may be stored; 0: as many as the disk holds.
    pub(super) quota: u64,
    access: Access,
    /// Counts what was done, so that whoever waits for news looks.
    done: watch::Sender<u64>,
}

/// One user's local mail, opened when it is needed. Clones share it.
#[derive(Clone)]
pub struct LocalMail {
    stores: Stores,
    user: UserId,
}

impl LocalMail {
    /// The mail; the file is made where there is none.
    ///
    /// # Errors
    /// `Storage` where it cannot be opened.
    pub async fn open(&self) -> Result<UserStore, Error> {
        self.stores.of(self.user).await
    }
}

impl Stores {
    /// None is open yet. The caller holds `data_dir` for this process alone, as `Db::open` does;
    /// `quota` is in octets, 0 for none.
    #[must_use]
    pub fn new(data_dir: &Path, blobs: Blobs, clock: Clock, quota: u64) -> Self {
        let (directory, open) = (data_dir.join("mail"), Mutex::default());
        Self(Arc::new(Shared { directory, blobs, clock, quota, access: Access::Own, open }))
    }

    /// The same to be read alone, whether or not a bridge works there: nothing can be written.
    #[must_use]
    pub fn beside(data_dir: &Path, blobs: Blobs, clock: Clock) -> Self {
        let (directory, open) = (data_dir.join("mail"), Mutex::default());
        let access = Access::Beside;
        Self(Arc::new(Shared { directory, blobs, clock, quota: 0, access, open }))
    }

    /// A user's mail, without opening it yet.
    #[must_use]
    pub fn at_need(&self, user: UserId) -> LocalMail {
        LocalMail { stores: self.clone(), user }
    }

    /// Everybody who has mail here.
    #[must_use]
    pub fn users(&self) -> Vec<UserId> {
        // Without the folder there is none.
        let Ok(files) = std::fs::read_dir(&self.0.directory) else { return Vec::new() };
        let name =
            |file: std::io::Result<std::fs::DirEntry>| file.ok()?.file_name().into_string().ok();
        files.filter_map(name).filter_map(|name| user_of(&name)).collect()
    }

    /// A user's mail; the file is made where there is none.
    ///
    /// # Errors
    /// `Storage` where it cannot be opened.
    pub async fn of(&self, user: UserId) -> Result<UserStore, Error> {
        let mut open = self.0.open.lock().await;
        if let Some(inner) = open.get(&user).and_then(Weak::upgrade) {
            return Ok(UserStore(inner));
        }
        open.retain(|_, inner| inner.strong_count() > 0);
        let inner = Arc::new(self.0.open(user).await?);
        open.insert(user, Arc::downgrade(&inner));
        Ok(UserStore(inner))
    }
}

/// Whose file this is.
fn user_of(file: &str) -> Option<UserId> {
    let digits = file.strip_suffix(".mail").filter(|it| it.len() == 32 && it.is_ascii())?;
    let mut id = [0; 16];
    for (at, octet) in id.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(UserId(id))
}

impl Shared {
    async fn open(&self, user: UserId) -> Result<Inner, Error> {
        let place = |error: std::io::Error| Error::Storage(Box::new(error));
        let options = SqliteConnectOptions::new()
            .filename(self.directory.join(format!("{user}.mail")))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is committed survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", CACHE_KIB)
            .pragma("journal_size_limit", "16777216");
        let pool = || SqlitePoolOptions::new().min_connections(0).idle_timeout(IDLE);
        let (blobs, clock, quota) = (self.blobs.clone(), self.clock.clone(), self.quota);
        let (access, done) = (self.access, watch::Sender::new(0));
        if access == Access::Beside {
            let reading = options.create_if_missing(false).read_only(true);
            let writer = pool().max_connections(1).connect_with(reading.clone()).await?;
            check_version(&writer).await?;
            let readers = pool().max_connections(READERS).connect_lazy_with(reading);
            return Ok(Inner { user, writer, readers, blobs, clock, quota, access, done });
        }
        std::fs::create_dir_all(&self.directory).map_err(place)?;
        // A connection that only reads cannot even ask for it.
        let writing = options.clone().auto_vacuum(SqliteAutoVacuum::Incremental);
        let writer = pool().max_connections(1).connect_with(writing).await?;
        migrate(&writer, &MIGRATIONS).await?;
        let readers = pool().max_connections(READERS).connect_lazy_with(options.read_only(true));
        Ok(Inner { user, writer, readers, blobs, clock, quota, access, done })
    }
}

/// What is only read has to be as this version writes it.
async fn check_version(pool: &SqlitePool) -> Result<(), Error> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(pool).await?;
    match usize::try_from(version) {
        Ok(known) if known == MIGRATIONS.len() => Ok(()),
        _ => Err(Error::Storage("another version of postern wrote this mail".into())),
    }
}

impl Inner {
    /// For what is no transaction.
    pub(super) fn writer(&self) -> &SqlitePool {
        &self.writer
    }
}

impl UserStore {
    /// A connection to an account's mailboxes; the usual ones are made where there are none.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn connect(&self, account: &str) -> Result<LocalConnection, Error> {
        if self.0.access == Access::Own {
            self.furnish(account).await?;
        }
        Ok(LocalConnection::new(self.clone(), account.to_owned()))
    }

    /// Whether an account has mailboxes here.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn holds(&self, account: &str) -> Result<bool, Error> {
        let mut reading = self.read().await?;
        let found = sqlx::query("SELECT 1 FROM mailboxes WHERE account = $1 LIMIT 1")
            .bind(account)
            .fetch_optional(&mut *reading)
            .await?;
        Ok(found.is_some())
    }

    /// Begins to write; nobody else writes meanwhile. Undone unless it is committed.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(begin(&self.0.writer).await?)
    }

    /// Begins to read: everything as of one moment.
    pub(super) async fn read(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(self.0.readers.begin().await?)
    }

    /// Makes what was written durable, and tells everybody to look.
    pub(super) async fn commit(&self, written: Transaction<'static, Sqlite>) -> Result<(), Error> {
        written.commit().await?;
        self.0.done.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    /// Changes whenever something was done.
    pub(super) fn done(&self) -> watch::Receiver<u64> {
        self.0.done.subscribe()
    }

    /// Whose blobs these are.
    pub(super) fn owner(&self) -> String {
        format!("mail{}", self.0.user)
    }

    /// Now, in seconds since 1970 UTC.
    pub(super) fn now(&self) -> i64 {
        self.0.clock.unix_ms() / 1000
    }

    /// Writes everything out and closes the file.
    pub async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}
