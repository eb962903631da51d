//! Contents on their way into the database: read, made ready, written down; and made whole where
//! only their headers came at first.

use std::collections::BTreeSet;

use bytes::Bytes;
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::content::Content;
use super::pack::{Form, pack};
use super::write::{ROWS, next_modseq, signed, use_more};
use super::{Error, damaged};
use crate::blob::{BlobKey, Blobs};
use crate::readers::{self, Pace};

/// Messages that are larger lie outside of the database, in octets.
pub(super) const LARGE: usize = 1 << 20;

/// A message that was read, and where its bytes are.
pub(super) struct Fresh {
    pub content: Content,
    pub source: Source,
}

/// The bytes of a content.
pub(super) enum Source {
    Packed(Form, Bytes),
    Blob(BlobKey),
}

/// Reads a message and makes its bytes ready; a large one is durable as a blob afterwards.
pub(super) async fn prepare(
    pace: Pace,
    (blobs, owner): (&Blobs, &str),
    message: Bytes,
) -> Result<Fresh, Error> {
    let large = message.len() > LARGE;
    let bytes = message.clone();
    let read = readers::read(pace, move || {
        let packed = (!large).then(|| pack(&bytes));
        (Content::of(&bytes), packed)
    });
    let (content, packed) = read.await.map_err(|error| Error::Storage(Box::new(error)))?;
    let source = match packed {
        Some((form, bytes)) => Source::Packed(form, bytes),
        None => Source::Blob(blobs.put(owner, &message[..]).await?.0),
    };
    Ok(Fresh { content, source })
}

/// Reads the header of a message of so many octets, of which nothing else is here.
pub(super) async fn prepare_header(pace: Pace, header: Bytes, octets: u64) -> Result<Fresh, Error> {
    let read = readers::read(pace, move || {
        let (form, bytes) = pack(&header);
        let content = Content::of_header(&header, octets);
        Fresh { content, source: Source::Packed(form, bytes) }
    });
    read.await.map_err(|error| Error::Storage(Box::new(error)))
}

/// Throws away the blobs of what was not written after all; what fails is left for the sweep.
pub(super) async fn discard(blobs: &Blobs, all: impl Iterator<Item = &Fresh>) {
    for fresh in all {
        if let Source::Blob(key) = &fresh.source
            && let Err(error) = blobs.delete(key).await
        {
            tracing::warn!(%error, "a blob that nobody needs could not be deleted");
        }
    }
}

/// Writes contents; gives their ids.
pub(super) async fn insert_contents(
    writing: &mut SqliteConnection,
    all: &[&Fresh],
    quota: u64,
) -> Result<Vec<i64>, Error> {
    let octets = all.iter().map(|fresh| fresh.content.here()).fold(0, u64::saturating_add);
    let used = use_more(writing, signed(octets)).await?;
    if quota > 0 && used > quota && octets > 0 {
        return Err(Error::OverQuota);
    }
    let mut ids = Vec::with_capacity(all.len());
    for fresh in all {
        ids.push(write_content(writing, None, fresh).await?);
    }
    let vocabulary: BTreeSet<&str> =
        all.iter().flat_map(|fresh| fresh.content.vocabulary.iter().map(String::as_str)).collect();
    learn(writing, &vocabulary).await?;
    Ok(ids)
}

/// Writes down what a content is, a new one or that of an id; gives its id.
async fn write_content(
    writing: &mut SqliteConnection,
    id: Option<i64>,
    Fresh { content, source }: &Fresh,
) -> Result<i64, Error> {
    let (form, blob_key, bytes) = match source {
        Source::Packed(form, bytes) => (*form, "", Some(bytes)),
        Source::Blob(key) => (Form::Blob, key.as_str(), None),
    };
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO contents (id, octets, checksum, message_id, attachment, summary, details, form,
             blob_key, header_octets, freed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
         ON CONFLICT (id) DO UPDATE SET octets = excluded.octets, checksum = excluded.checksum,
             message_id = excluded.message_id, attachment = excluded.attachment,
             summary = excluded.summary, details = excluded.details, form = excluded.form,
             blob_key = excluded.blob_key, header_octets = excluded.header_octets
         RETURNING id",
    )
    .bind(id)
    .bind(signed(content.octets))
    .bind(&content.checksum[..])
    .bind(content.summary.envelope.message_id.trim())
    .bind(content.has_attachment)
    .bind(content.summary.write()?)
    .bind(content.details.write()?)
    .bind(form.as_str())
    .bind(blob_key)
    .bind(content.header_octets.map_or(-1, signed))
    .fetch_one(&mut *writing)
    .await?;
    if let Some(bytes) = bytes {
        sqlx::query("INSERT INTO sources (content, bytes) VALUES ($1, $2)")
            .bind(id)
            .bind(&bytes[..])
            .execute(&mut *writing)
            .await?;
    }
    let statement = "INSERT INTO words
        (rowid, sender, recipients, cc, bcc, subject, files, list, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let query =
        content.words.iter().fold(sqlx::query(statement).bind(id), |it, text| it.bind(text));
    query.execute(writing).await?;
    Ok(id)
}

/// Writes the whole message in the place of its header, so many octets of which were here.
pub(super) async fn complete_content(
    writing: &mut SqliteConnection,
    (id, before): (i64, i64),
    (fresh, quota): (&Fresh, u64),
) -> Result<(), Error> {
    let used = use_more(writing, signed(fresh.content.here()).saturating_sub(before)).await?;
    if quota > 0 && used > quota {
        return Err(Error::OverQuota);
    }
    for step in ["DELETE FROM words WHERE rowid = $1", "DELETE FROM sources WHERE content = $1"] {
        sqlx::query(step).bind(id).execute(&mut *writing).await?;
    }
    write_content(writing, Some(id), fresh).await?;
    learn(writing, &fresh.content.vocabulary.iter().map(String::as_str).collect()).await?;
    let mailboxes: Vec<i64> =
        sqlx::query_scalar("SELECT DISTINCT mailbox FROM messages WHERE content = $1")
            .bind(id)
            .fetch_all(&mut *writing)
            .await?;
    for mailbox in mailboxes {
        let modseq = next_modseq(writing, mailbox).await?;
        sqlx::query(
            "UPDATE messages SET modseq = $3, completed = $3 WHERE mailbox = $1 AND content = $2",
        )
        .bind(mailbox)
        .bind(id)
        .bind(modseq)
        .execute(&mut *writing)
        .await?;
    }
    Ok(())
}

/// Notes words that others may lie inside of.
async fn learn(writing: &mut SqliteConnection, words: &BTreeSet<&str>) -> Result<(), Error> {
    let list = serde_json::to_string(words).map_err(|_| damaged("words"))?;
    let fresh = sqlx::query(
        "INSERT INTO vocabulary (word) SELECT value FROM json_each($1) WHERE true
         ON CONFLICT DO NOTHING RETURNING id, word",
    )
    .bind(list)
    .fetch_all(&mut *writing)
    .await?;
    for rows in fresh.chunks(ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO inside (rowid, word) ");
        query.push_values(rows, |mut values, row| {
            values.push_bind(row.get::<i64, _>("id")).push_bind(row.get::<String, _>("word"));
        });
        query.build().persistent(false).execute(&mut *writing).await?;
    }
    Ok(())
}
