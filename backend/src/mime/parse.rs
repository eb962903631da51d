//! A whole message, read: headers, the tree of parts, and their content on demand.

use bytes::Bytes;

use super::charset;
use super::guard::Limits;
use super::header::Headers;
use super::part::Part;
use super::structure::Scan;
use super::transfer::decode;
use super::{Defect, Encoding};

/// A message that has been read; cheap to keep, since the bytes are shared.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The message's own header.
    pub headers: Headers,
    /// Every part in document order; the first is the message's body as a whole.
    pub parts: Vec<Part>,
    /// What was wrong with it.
    pub defects: Vec<Defect>,
    raw: Bytes,
}

impl Parsed {
    /// Reads `raw` within the limits; [`super::guard::parse`] is the way in.
    pub(super) fn read(raw: Bytes, limits: &Limits) -> Self {
        let cut = raw.len().min(limits.bytes);
        let Scan { headers, parts, mut defects, .. } = Scan::run(&raw[..cut], limits);
        if cut < raw.len() {
            defects.push(Defect::Truncated);
        }
        Self { headers, parts, defects, raw }
    }

    /// The whole source as one plain text part, for when reading it failed.
    pub(super) fn unreadable(raw: Bytes) -> Self {
        let part = Part {
            section: "1".to_owned(),
            content_type: "text/plain".to_owned(),
            size: raw.len() as u64,
            span: 0..raw.len(),
            ..Part::default()
        };
        Self {
            headers: Headers::default(),
            parts: vec![part],
            defects: vec![Defect::Unreadable],
            raw,
        }
    }

    /// The message as it came.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The part with this IMAP section number.
    pub fn part(&self, section: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.section == section)
    }

    /// The encoded bytes of a part of this message.
    pub fn encoded(&self, part: &Part) -> Bytes {
        let end = part.span.end.min(self.raw.len());
        self.raw.slice(part.span.start.min(end)..end)
    }

    /// A part's bytes as its sender had them.
    pub fn decoded(&self, part: &Part) -> Bytes {
        match part.encoding {
            Encoding::Identity => self.encoded(part),
            encoding => decode(&self.encoded(part), encoding).0.into(),
        }
    }

    /// A part's text and what was wrong with it.
    pub fn text(&self, part: &Part) -> (String, Vec<Defect>) {
        text_of(part, &self.encoded(part))
    }
}

/// The text of a part whose encoded bytes were fetched alone.
pub fn text_of(part: &Part, encoded: &[u8]) -> (String, Vec<Defect>) {
    let (bytes, damaged) = decode(encoded, part.encoding);
    let sniffed = match &part.charset {
        None if part.content_type == "text/html" => charset::sniff_html(&bytes),
        declared => declared.clone(),
    };
    let (text, defect) = charset::to_text(&bytes, sniffed.as_deref());
    (text, damaged.then_some(Defect::BadTransferEncoding).into_iter().chain(defect).collect())
}
