//! The octets of messages and of their parts, and opening one.

use bytes::Bytes;
use futures_util::StreamExt;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use std::ops::Range;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::connection::LocalConnection;
use super::content::Details;
use super::pack::{Form, unpack};
use super::rows::{row_of, some};
use super::{Error, damaged};
use crate::blob::BlobKey;
use crate::store::imap::Extract;
use crate::store::{MailboxName, Opened, Selected, Slice};

/// Octets of a message that come with its row, as from an IMAP server.
const BEGINNING: u32 = 128 << 10;
/// Everything of a message but its bytes.
const WHOLE: &str = "SELECT m.uid, m.flags, m.keywords, m.received_at, m.content, c.octets,
    c.header_octets, c.attachment, c.summary, c.details, c.checksum, c.form, c.blob_key
    FROM messages AS m JOIN contents AS c ON c.id = m.content";

/// What is read of a message's bytes.
struct Held {
    octets: u64,
    place: Place,
    rest: Rest,
}

/// What there is beside what is held.
enum Rest {
    Nothing,
    /// All but the header, where the message was delivered from by this name.
    There(String),
    /// The same, and nobody knows where.
    Gone,
}

impl Held {
    /// Refuses a section that is not here.
    fn check(&self, section: &str) -> Result<(), Error> {
        match &self.rest {
            Rest::There(name) if section != HEADER => Err(Error::Incomplete { name: name.clone() }),
            Rest::Gone if section != HEADER => Err(Error::RestGone),
            _ => Ok(()),
        }
    }
}

enum Place {
    Memory(Bytes),
    Blob(BlobKey),
}

/// The section that is here of every message.
const HEADER: &str = "HEADER";

/// Octets of a message that are here.
pub(super) fn octets_here(row: &SqliteRow) -> Result<u64, Error> {
    let (octets, header) = (row.try_get("octets")?, row.try_get("header_octets")?);
    let here: i64 = if header < 0 { octets } else { header };
    u64::try_from(here).map_err(|_| damaged("a size"))
}

/// Whether a section can be asked for.
fn is_section(section: &str) -> bool {
    section.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

impl LocalConnection {
    /// Octets of a part, from `offset`: `section` as in `Structure`, or empty for the whole
    /// message; `1.MIME`, `HEADER` and `TEXT` also go. A section that is not there is empty.
    ///
    /// # Errors
    /// `NonExistent` if the message is gone; `Incomplete` and `RestGone` where only its header is
    /// here, and more is asked for.
    pub async fn body(
        &mut self,
        uid: u32,
        section: &str,
        offset: u64,
        max: u32,
    ) -> Result<Slice, Error> {
        if !is_section(section) || max == 0 || uid == 0 {
            return Err(Error::Invalid("a section"));
        }
        let (row, held) = self.hold(uid).await?.ok_or(Error::NonExistent)?;
        held.check(section)?;
        let span = span_of(&row, section, held.octets)?;
        self.slice(&held, span, (offset, max)).await
    }

    /// Writes a whole part into `sink`, whatever its size, and says how many octets it has.
    ///
    /// # Errors
    /// As for `body`; `Lost` where the sink fails.
    pub async fn download(
        &mut self,
        uid: u32,
        section: &str,
        sink: &mut (dyn AsyncWrite + Send + Unpin),
    ) -> Result<u64, Error> {
        if !is_section(section) || uid == 0 {
            return Err(Error::Invalid("a section"));
        }
        let (row, held) = self.hold(uid).await?.ok_or(Error::NonExistent)?;
        held.check(section)?;
        let span = span_of(&row, section, held.octets)?;
        let lost = |error: std::io::Error| Error::Lost(Box::new(error));
        match &held.place {
            Place::Memory(bytes) => sink.write_all(&within(bytes, &span)).await.map_err(lost)?,
            // Nothing cannot be asked for of a blob.
            Place::Blob(_) if span.is_empty() => {}
            Place::Blob(key) => {
                let found = self.store().0.blobs.get(key, Some(span.clone())).await?;
                let mut stream = found.stream;
                while let Some(bytes) = stream.next().await {
                    sink.write_all(&bytes?).await.map_err(lost)?;
                }
            }
        }
        Ok(span.end - span.start)
    }

    /// The first octets of one part of each of these messages. One that is gone or not here is
    /// absent.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn beginnings(
        &mut self,
        wanted: Vec<(u32, Extract)>,
    ) -> Result<Vec<(u32, Bytes)>, Error> {
        let mut found = Vec::with_capacity(wanted.len());
        for (uid, Extract { section, octets }) in wanted {
            match self.body(uid, &section, 0, octets.max(1)).await {
                Ok(slice) => found.push((uid, slice.bytes)),
                Err(Error::NonExistent | Error::Incomplete { .. } | Error::RestGone) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Selects a mailbox and opens a message of it.
    ///
    /// # Errors
    /// As `select` and `message`. The caller compares `uid_validity`.
    pub async fn open_message(
        &mut self,
        name: &MailboxName,
        uid: u32,
    ) -> Result<(Selected, Option<Opened>), Error> {
        let selected = self.select(name).await?;
        Ok((selected, self.message(uid).await?))
    }

    /// A message of the selected mailbox; none if it is gone.
    ///
    /// # Errors
    /// `Incomplete`, `RestGone`, `Storage`.
    pub async fn message(&mut self, uid: u32) -> Result<Option<Opened>, Error> {
        let Some((row, held)) = self.hold(uid).await? else { return Ok(None) };
        held.check("")?;
        let whole = 0..held.octets;
        let beginning = self.slice(&held, whole, (0, BEGINNING)).await?;
        let details = Details::read(row.try_get("details")?)?;
        Ok(Some(Opened {
            row: row_of(&row)?,
            structure: details.structure,
            references: details.references,
            beginning: Some(beginning).filter(|slice| !slice.bytes.is_empty()),
        }))
    }

    /// A message's row, and its bytes or where they are.
    async fn hold(&mut self, uid: u32) -> Result<Option<(SqliteRow, Held)>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let Some(row) = some(&mut reading, WHOLE, (mailbox, &[uid])).await?.pop() else {
            return Ok(None);
        };
        let octets = octets_here(&row)?;
        let rest = rest_of(&mut reading, &row).await?;
        let form = Form::parse(row.try_get("form")?).ok_or(damaged("a form"))?;
        if form == Form::Blob {
            let key: String = row.try_get("blob_key")?;
            let key = BlobKey::parse(&self.store().owner(), &key).ok_or(damaged("a blob's key"))?;
            return Ok(Some((row, Held { octets, place: Place::Blob(key), rest })));
        }
        let checksum: Vec<u8> = row.try_get("checksum")?;
        let again = self.unpacked.as_ref().filter(|(of, _)| *of == checksum);
        let bytes = if let Some((_, bytes)) = again {
            bytes.clone()
        } else {
            let stored: Vec<u8> =
                sqlx::query_scalar("SELECT bytes FROM sources WHERE content = $1")
                    .bind(row.try_get::<i64, _>("content")?)
                    .fetch_one(&mut *reading)
                    .await?;
            let bytes = unpack(form, stored, octets).ok_or(damaged("a content"))?;
            self.unpacked = Some((checksum, bytes.clone()));
            bytes
        };
        Ok(Some((row, Held { octets, place: Place::Memory(bytes), rest })))
    }

    /// At most `max` octets of a span, from `offset` on.
    async fn slice(
        &self,
        held: &Held,
        span: Range<u64>,
        (offset, max): (u64, u32),
    ) -> Result<Slice, Error> {
        let start = span.start.saturating_add(offset).min(span.end);
        let end = start.saturating_add(u64::from(max)).min(span.end);
        let bytes = match &held.place {
            _ if start == end => Bytes::new(),
            Place::Memory(bytes) => within(bytes, &(start..end)),
            Place::Blob(key) => {
                let found = self.store().0.blobs.get(key, Some(start..end)).await?;
                let mut stream = found.stream;
                let mut all = Vec::new();
                while let Some(bytes) = stream.next().await {
                    all.extend_from_slice(&bytes?);
                }
                all.into()
            }
        };
        Ok(Slice { bytes, end: end == span.end })
    }
}

/// What is missing of a message.
async fn rest_of(reading: &mut SqliteConnection, row: &SqliteRow) -> Result<Rest, Error> {
    if row.try_get::<i64, _>("header_octets")? < 0 {
        return Ok(Rest::Nothing);
    }
    let name =
        sqlx::query_scalar("SELECT name FROM deliveries WHERE content = $1 AND taken = 'header'")
            .bind(row.try_get::<i64, _>("content")?)
            .fetch_optional(reading)
            .await?;
    Ok(name.map_or(Rest::Gone, Rest::There))
}

/// Where a section lies; nowhere is an empty span.
fn span_of(row: &SqliteRow, section: &str, octets: u64) -> Result<Range<u64>, Error> {
    if section.is_empty() {
        return Ok(0..octets);
    }
    let spans = Details::read(row.try_get("details")?)?.spans;
    let found = spans.into_iter().find(|(name, _)| name == section).map(|(_, span)| span);
    let span = found.unwrap_or_default();
    Ok(span.start.min(octets)..span.end.min(octets))
}

fn within(bytes: &Bytes, span: &Range<u64>) -> Bytes {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(place(span.start)..place(span.end))
}
