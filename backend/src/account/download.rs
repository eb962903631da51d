//! Parts as files: found, then read from any byte on, in slices that are decoded on the way.
//!
//! Of a large part no more than a slice is held; where its form allows it, reading begins in its
//! middle without what lies before.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{Stream, stream};
use postern_shared::api::messages::Urgency;
use postern_shared::message::MessageKey;
use postern_shared::part::INSIDE;

use super::Account;
use super::cache::Opened;
use super::error::Error;
use super::open::SLICE;
use crate::mime::layout::{Layout, TAIL};
use crate::mime::transfer::decode;
use crate::mime::{Encoding, Part, TransferDecoder, attachment, body};
use crate::store;

/// The section that stands for the whole message as it was received.
pub const SOURCE: &str = "source";

/// A part that can be downloaded.
#[derive(Clone)]
pub struct Download {
    /// A name that is safe to save under.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its bytes, where they can be counted beforehand; then it can also be read in part.
    pub size: Option<u64>,
    account: Account,
    key: MessageKey,
    origin: Origin,
}

/// Where the bytes come from.
#[derive(Clone)]
enum Origin {
    /// Held, decoded.
    Memory(Bytes),
    /// To be fetched.
    Server { section: String, encoding: Encoding, layout: Option<Layout> },
}

impl Account {
    /// Finds one part, or the whole message for [`SOURCE`].
    ///
    /// # Errors
    /// `NonExistent` for a message or a part that is not there.
    pub async fn download(&self, key: MessageKey, section: &str) -> Result<Download, Error> {
        if let Some((outer, inner)) = section.rsplit_once(INSIDE) {
            let (part, encoded) = self.part_inside(&key, outer, inner).await?;
            let bytes = Bytes::from(decode(&encoded, part.encoding).0);
            return Ok(Download {
                name: attachment::file_name(part.name.as_deref(), &part.content_type),
                content_type: attachment::content_type(&part.content_type),
                size: Some(bytes.len() as u64),
                account: self.clone(),
                key,
                origin: Origin::Memory(bytes),
            });
        }
        let opened = self.opened(&key, Urgency::Now).await?;
        let (part, section) = match section {
            SOURCE => (source(&opened), String::new()),
            other => {
                let found = opened.parts.iter().find(|part| part.section == other);
                (found.cloned().ok_or(Error::NonExistent)?, other.to_owned())
            }
        };
        let origin = self.origin(&key, &opened, &part, section).await?;
        let size = match &origin {
            Origin::Memory(bytes) => Some(bytes.len() as u64),
            Origin::Server { layout, .. } => layout.map(|layout| layout.size),
        };
        Ok(Download {
            name: attachment::name_of(&part, &opened.parts),
            content_type: attachment::content_type(&part.content_type),
            size,
            account: self.clone(),
            key,
            origin,
        })
    }

    async fn origin(
        &self,
        key: &MessageKey,
        opened: &Opened,
        part: &Part,
        section: String,
    ) -> Result<Origin, Error> {
        if part.embedded.is_some() {
            return Ok(Origin::Memory(self.embedded_bytes(key, opened, part).await?));
        }
        // One that was cut when it was fetched has less than its server.
        let held = opened.parsed.as_ref().filter(|it| it.raw().len() < body::TEXT_LIMIT);
        if let Some(parsed) = held.filter(|_| !section.is_empty()) {
            return Ok(Origin::Memory(parsed.decoded(part)));
        }
        let known = opened.layouts().get(&section).copied();
        let layout = match known {
            Some(known) => known,
            None => {
                let read = self.layout(key, &section, part).await?;
                opened.layouts().insert(section.clone(), read);
                read
            }
        };
        Ok(Origin::Server { section, encoding: part.encoding, layout })
    }

    /// Looks at a part's beginning and end; none where that does not tell all of it.
    async fn layout(
        &self,
        key: &MessageKey,
        section: &str,
        part: &Part,
    ) -> Result<Option<Layout>, Error> {
        // What the server says of its length is believed once its end is there.
        let length = part.size;
        let tail = match part.encoding {
            Encoding::Identity => 1,
            Encoding::Base64 => TAIL,
            Encoding::QuotedPrintable | Encoding::Uuencode => return Ok(None),
        };
        let tail = tail.min(length);
        if tail == 0 {
            return Ok(None);
        }
        let last = self.slice(key, section, length - tail, Urgency::Ahead).await?;
        if !last.end || last.bytes.len() as u64 != tail {
            return Ok(None);
        }
        let first = match part.encoding {
            Encoding::Base64 => self.slice(key, section, 0, Urgency::Ahead).await?.bytes,
            _ => Bytes::new(),
        };
        Ok(Layout::read(part.encoding, length, &first, &last.bytes))
    }
}

impl Download {
    /// Streams the bytes: all, or those of a `range`, which is only for what has a `size`.
    ///
    /// A failure on the way ends the stream with an error, never as if it were complete.
    pub fn bytes(
        &self,
        range: Option<Range<u64>>,
    ) -> impl Stream<Item = Result<Bytes, Error>> + Send + use<> {
        let range = range.or_else(|| self.size.map(|size| 0..size));
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let progress = match &self.origin {
            Origin::Memory(bytes) => {
                let range = range.map_or(0..bytes.len(), |it| place(it.start)..place(it.end));
                let end = range.end.min(bytes.len());
                Progress::Held(bytes.slice(range.start.min(end)..end))
            }
            Origin::Server { section, encoding, layout } => {
                let start = range.as_ref().map_or(0, |range| range.start);
                let seek = layout.map(|layout| layout.seek(start)).unwrap_or_default();
                Progress::Fetched(Box::new(Fetching {
                    account: self.account.clone(),
                    key: self.key.clone(),
                    section: section.clone(),
                    offset: seek.offset,
                    skip: seek.skip,
                    left: range.map(|range| range.end.saturating_sub(range.start)),
                    decoder: TransferDecoder::new(*encoding),
                }))
            }
        };
        stream::try_unfold(progress, Progress::next)
    }
}

/// How far a download has come.
enum Progress {
    Held(Bytes),
    Fetched(Box<Fetching>),
    Done,
}

struct Fetching {
    account: Account,
    key: MessageKey,
    section: String,
    offset: u64,
    /// Decoded bytes to drop.
    skip: usize,
    /// Bytes still promised.
    left: Option<u64>,
    decoder: TransferDecoder,
}

impl Progress {
    async fn next(self) -> Result<Option<(Bytes, Self)>, Error> {
        match self {
            Self::Done => Ok(None),
            Self::Held(bytes) if bytes.is_empty() => Ok(None),
            Self::Held(mut bytes) => {
                let rest = bytes.split_off(bytes.len().min(SLICE as usize));
                Ok(Some((bytes, Self::Held(rest))))
            }
            Self::Fetched(fetching) => fetching.next().await,
        }
    }
}

impl Fetching {
    async fn next(mut self: Box<Self>) -> Result<Option<(Bytes, Progress)>, Error> {
        if self.left == Some(0) {
            return Ok(None);
        }
        let slice =
            self.account.slice(&self.key, &self.section, self.offset, Urgency::Ahead).await?;
        self.offset += slice.bytes.len() as u64;
        let mut decoded = self.decoder.push(&slice.bytes);
        if slice.end {
            decoded.extend(self.decoder.finish());
        }
        let mut bytes = Bytes::from(decoded);
        let dropped = self.skip.min(bytes.len());
        self.skip -= dropped;
        bytes = bytes.slice(dropped..);
        if let Some(left) = &mut self.left {
            bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= bytes.len() as u64;
            if slice.end && *left > 0 {
                // Its beginning and end promised more than lay between them.
                return Err(store::Error::Garbled("a part").into());
            }
        }
        let rest = if slice.end { Progress::Done } else { Progress::Fetched(self) };
        Ok(Some((bytes, rest)))
    }
}

/// The whole message as a part.
fn source(opened: &Opened) -> Part {
    let summary = &opened.message.summary;
    let subject = &summary.envelope.subject;
    let name = (!subject.is_empty()).then(|| format!("{subject}.eml"));
    let content_type = "message/rfc822".to_owned();
    Part { content_type, name, size: summary.size.into(), ..Part::default() }
}
