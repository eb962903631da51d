//! Bytes behind `object_store`: message sources, uploads, mail that was collected.
//!
//! A blob is complete or absent: it is written below `tmp/`, synced, then moved to its key.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as StorePath;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes handed to the store at a time.
const CHUNK: usize = 256 * 1024;

/// Why bytes cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such blob.
    #[error("there is no such blob")]
    NonExistent,
    /// The source of the bytes failed; nothing was stored.
    #[error("reading what is to be stored: {0}")]
    Source(#[source] std::io::Error),
    /// The store failed: full disk, permissions.
    #[error("blob store: {0}")]
    Store(#[source] object_store::Error),
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NonExistent,
            error => Self::Store(error),
        }
    }
}

/// The name of a blob: its owner's prefix and a random id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlobKey(String);

impl BlobKey {
    /// A new key below `owner`, which is made of letters and digits.
    #[must_use]
    pub fn random(owner: &str) -> Self {
        Self(format!("{owner}/{}", hex(&crate::clock::random::<16>())))
    }

    /// A key as it was kept; none where it is not one of `owner`'s.
    #[must_use]
    pub fn parse(owner: &str, text: &str) -> Option<Self> {
        let id = text.strip_prefix(owner)?.strip_prefix('/')?;
        let legal = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        legal.then(|| Self(text.to_owned()))
    }

    /// How it is kept in the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn location(&self) -> StorePath {
        StorePath::from(format!("blobs/{}", self.0))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A blob, or a part of it, on its way.
pub struct Content {
    /// Bytes of the whole blob.
    pub size: u64,
    /// What was asked for.
    pub stream: BoxStream<'static, Result<Bytes, Error>>,
}

/// Bytes that are needed only for a while: gone when this is dropped, and after a crash.
pub struct Spooled {
    store: Arc<LocalFileSystem>,
    location: StorePath,
    /// How many there are.
    pub size: u64,
}

impl Spooled {
    /// The bytes, from their beginning.
    ///
    /// # Errors
    /// The store's.
    pub async fn stream(&self) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
        let found = self.store.get(&self.location).await?;
        Ok(found.into_stream().map_err(Error::from).boxed())
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let path = self.store.path_to_filesystem(&self.location);
        if let Err(error) = path.map(std::fs::remove_file) {
            tracing::warn!(%error, "temporary bytes have no place");
        }
    }
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Blobs(Arc<LocalFileSystem>);

impl Blobs {
    /// Opens the store in `data_dir` and clears what an earlier process left half-written.
    ///
    /// # Errors
    /// A folder that cannot be made or cleared.
    pub fn open(data_dir: &Path) -> std::io::Result<Self> {
        let temporary = data_dir.join("tmp");
        if temporary.exists() {
            std::fs::remove_dir_all(&temporary)?;
        }
        std::fs::create_dir_all(&temporary)?;
        std::fs::create_dir_all(data_dir.join("blobs"))?;
        let store = LocalFileSystem::new_with_prefix(data_dir).map_err(std::io::Error::other)?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// The store of a `data_dir` in which a bridge may be at work: for reading.
    ///
    /// # Errors
    /// A folder that is not there.
    pub fn beside(data_dir: &Path) -> std::io::Result<Self> {
        let store = LocalFileSystem::new_with_prefix(data_dir).map_err(std::io::Error::other)?;
        Ok(Self(Arc::new(store)))
    }

    /// Where bytes lie that are needed only for a while; cleared when the store is opened.
    #[must_use]
    pub fn aside(&self) -> PathBuf {
        self.0.path_to_filesystem(&StorePath::from("tmp")).unwrap_or_else(|_| PathBuf::from("tmp"))
    }

    /// Stores everything that `source` gives under a new key of `owner`; durable on return.
    ///
    /// # Errors
    /// The source's or the store's; then nothing is kept.
    pub async fn put(
        &self,
        owner: &str,
        source: impl AsyncRead + Send,
    ) -> Result<(BlobKey, u64), Error> {
        let key = BlobKey::random(owner);
        let temporary = StorePath::from(format!("tmp/{}", hex(&crate::clock::random::<16>())));
        let size = self.spool(&temporary, source).await?;
        self.0.rename(&temporary, &key.location()).await?;
        Ok((key, size))
    }

    /// Keeps everything that `source` gives for a while.
    ///
    /// # Errors
    /// As for `put`.
    pub async fn put_aside(&self, source: impl AsyncRead + Send) -> Result<Spooled, Error> {
        let location = StorePath::from(format!("tmp/{}", hex(&crate::clock::random::<16>())));
        let size = self.spool(&location, source).await?;
        Ok(Spooled { store: self.0.clone(), location, size })
    }

    async fn spool(
        &self,
        location: &StorePath,
        source: impl AsyncRead + Send,
    ) -> Result<u64, Error> {
        tokio::pin!(source);
        let mut upload = self.0.put_multipart(location).await?;
        let mut size = 0;
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = (&mut source).take(CHUNK as u64).read_to_end(&mut chunk).await;
            match read {
                Ok(0) => break,
                Ok(count) => size += count as u64,
                Err(error) => {
                    upload.abort().await?;
                    return Err(Error::Source(error));
                }
            }
            upload.put_part(chunk.into()).await?;
        }
        upload.complete().await?;
        Ok(size)
    }

    /// A blob, or the bytes of it in `range`.
    ///
    /// # Errors
    /// `NonExistent`; a range outside of the blob is the store's error.
    pub async fn get(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<Content, Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.0.get_opts(&key.location(), options).await?;
        Ok(Content {
            size: found.meta.size,
            stream: found.into_stream().map_err(Error::from).boxed(),
        })
    }

    /// A whole blob in memory.
    ///
    /// # Errors
    /// `NonExistent`, or the store's.
    pub async fn bytes(&self, key: &BlobKey) -> Result<Bytes, Error> {
        Ok(self.0.get(&key.location()).await?.bytes().await?)
    }

    /// The blobs of an owner that were stored longer than `age` ago.
    ///
    /// # Errors
    /// The store's.
    pub async fn older_than(
        &self,
        owner: &str,
        now: SystemTime,
        age: Duration,
    ) -> Result<Vec<BlobKey>, Error> {
        let mut found = self.0.list(Some(&StorePath::from(format!("blobs/{owner}"))));
        let mut keys = Vec::new();
        while let Some(meta) = found.try_next().await? {
            let stored = SystemTime::from(meta.last_modified);
            let id = meta.location.filename().unwrap_or_default();
            let old = now.duration_since(stored).is_ok_and(|since| since >= age);
            keys.extend(BlobKey::parse(owner, &format!("{owner}/{id}")).filter(|_| old));
        }
        Ok(keys)
    }

    /// Deletes a blob; one that is gone already is no error.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete(&self, key: &BlobKey) -> Result<(), Error> {
        match self.0.delete(&key.location()).await.map_err(Error::from) {
            Err(Error::NonExistent) => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
