//! Uploaded files: announced, added to piece by piece, kept as long as something may need them.

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use postern_shared::upload::{MAX_PIECE, NewUpload, Purpose, Upload, UploadId};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Error, User};
use crate::blob::{BlobKey, Blobs};
use crate::clock::random;
use crate::db::Db;
use crate::db::uploads::{self, PieceRow, UploadRow};
use crate::mime::attachment;
use crate::submission::{Content, content};

/// How long an upload is kept after its last use.
pub(super) const KEEP_MS: i64 = 7 * 24 * 3_600_000;
/// How many of the largest files a user may have here at once.
const FILES: i64 = 10;

impl User {
    /// Announces a file.
    ///
    /// # Errors
    /// `Limit` for one that is too large, or one too many.
    pub async fn begin_upload(&self, new: NewUpload) -> Result<Upload, Error> {
        let size = i64::try_from(new.size).map_err(|_| Error::Limit("the file"))?;
        let (most, all) = match new.purpose {
            Purpose::Attachment => (self.upload_limit, FILES * self.upload_limit),
            Purpose::Import => (self.import_limit, self.import_limit),
        };
        if size > most {
            return Err(Error::Limit("the file"));
        }
        let waiting = uploads::announced(&self.db, self.id, new.purpose).await?;
        if waiting.saturating_add(size) > all {
            return Err(Error::Limit("the files that wait to be used"));
        }
        let content_type = attachment::content_type(&new.content_type);
        let row = UploadRow {
            id: random::<16>().iter().map(|byte| format!("{byte:02x}")).collect(),
            user: self.id,
            name: attachment::file_name(Some(&new.name), &content_type),
            content_type,
            size,
            purpose: new.purpose,
            kept_until: self.clock.unix_ms() + KEEP_MS,
        };
        uploads::insert(&self.db, &row).await?;
        Ok(shown(&row, 0))
    }

    /// How far an upload has come.
    ///
    /// # Errors
    /// `NonExistent`.
    pub async fn upload(&self, id: &UploadId) -> Result<Upload, Error> {
        let row = self.upload_row(id).await?;
        let here = uploads::pieces(&self.db, &row.id).await?.iter().map(|piece| piece.size).sum();
        Ok(shown(&row, here))
    }

    /// Adds a piece: all of it, or nothing. A piece that is here already is no error.
    ///
    /// # Errors
    /// `Invalid` where the upload stands elsewhere; `Limit` past its size or the largest piece.
    pub async fn add_to_upload(
        &self,
        id: &UploadId,
        offset: u64,
        bytes: impl AsyncRead + Send,
    ) -> Result<Upload, Error> {
        let before = self.upload(id).await?;
        if offset != before.offset {
            return Err(Error::Invalid("the upload stands elsewhere"));
        }
        let most = MAX_PIECE.min(before.size - before.offset);
        let (key, size) = self.blobs.put(&self.id.to_string(), bytes.take(most + 1)).await?;
        let place = i64::try_from(offset).unwrap_or(i64::MAX);
        let piece_size = i64::try_from(size).unwrap_or(i64::MAX);
        let piece = PieceRow { place, size: piece_size, blob_key: key.as_str().to_owned() };
        let until = self.clock.unix_ms() + KEEP_MS;
        let added = match size {
            0 => Ok(false),
            _ if size > most => Err(Error::Limit("the piece")),
            _ => uploads::add(&self.db, &id.0, &piece, until).await.map_err(Error::from),
        };
        if !matches!(added, Ok(true)) {
            self.blobs.delete(&key).await?;
        }
        added?;
        self.upload(id).await
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// `NonExistent`.
    pub async fn drop_upload(&self, id: &UploadId) -> Result<(), Error> {
        let row = self.upload_row(id).await?;
        forget(&self.db, &self.blobs, &row).await
    }

    /// A complete upload's name and bytes.
    ///
    /// # Errors
    /// `NonExistent`, or `Invalid` where it is not complete.
    pub async fn uploaded_file(
        &self,
        id: &UploadId,
    ) -> Result<(String, impl Stream<Item = Result<Bytes, Error>> + Send + 'static), Error> {
        let until = self.clock.unix_ms().saturating_add(KEEP_MS);
        let (upload, bytes) = self.uploaded(id, (Purpose::Attachment, until)).await?;
        let bytes = bytes.map_err(|error| Error::Blob(crate::blob::Error::Source(error)));
        Ok((upload.name, bytes))
    }

    /// A complete upload's bytes; it is kept at least until then. What is to be brought in is no
    /// attachment, for it may be larger; but mail is read from either.
    pub(super) async fn uploaded(
        &self,
        id: &UploadId,
        (purpose, until): (Purpose, i64),
    ) -> Result<(Upload, Content), Error> {
        let row = self.upload_row(id).await?;
        if purpose == Purpose::Attachment && row.purpose != purpose {
            return Err(Error::NonExistent);
        }
        uploads::keep(&self.db, &row.id, until).await?;
        let pieces = uploads::pieces(&self.db, &row.id).await?;
        let upload = shown(&row, pieces.iter().map(|piece| piece.size).sum());
        if !upload.is_complete() {
            return Err(Error::Invalid("an upload is not complete"));
        }
        let owner = self.id.to_string();
        let keys: Option<Vec<_>> =
            pieces.iter().map(|piece| BlobKey::parse(&owner, &piece.blob_key)).collect();
        let (keys, blobs) = (keys.ok_or(Error::NonExistent)?, self.blobs.clone());
        let opened = stream::iter(keys).then(move |key| {
            let blobs = blobs.clone();
            async move { Ok::<_, crate::blob::Error>(blobs.get(&key, None).await?.stream) }
        });
        let bytes = opened.try_flatten().map_err(std::io::Error::other);
        Ok((upload, content(bytes.boxed())))
    }

    async fn upload_row(&self, id: &UploadId) -> Result<UploadRow, Error> {
        uploads::find(&self.db, self.id, &id.0).await?.ok_or(Error::NonExistent)
    }
}

/// Forgets everybody's uploads that nothing needs any longer.
///
/// # Errors
/// The database's, or the store's.
pub(super) async fn forget_expired(db: &Db, blobs: &Blobs, now: i64) -> Result<(), Error> {
    for row in uploads::expired(db, now).await? {
        forget(db, blobs, &row).await?;
    }
    Ok(())
}

/// The rows first: a blob that nobody knows wastes space, a row without its blob loses a file.
pub(super) async fn forget(db: &Db, blobs: &Blobs, row: &UploadRow) -> Result<(), Error> {
    let pieces = uploads::pieces(db, &row.id).await?;
    uploads::remove(db, &row.id).await?;
    for piece in pieces {
        if let Some(key) = BlobKey::parse(&row.user.to_string(), &piece.blob_key) {
            blobs.delete(&key).await?;
        }
    }
    Ok(())
}

fn shown(row: &UploadRow, here: i64) -> Upload {
    Upload {
        id: UploadId(row.id.clone()),
        name: row.name.clone(),
        content_type: row.content_type.clone(),
        size: row.size.unsigned_abs(),
        offset: here.unsigned_abs(),
    }
}
