//! A whole message, read: headers, the tree of parts, and their content on demand.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;

use super::charset::{self, Reading};
use super::embedded::{self, File};
use super::guard::Limits;
use super::header::Headers;
use super::part::Part;
use super::structure::Scan;
use super::transfer::decode;
use super::{Defect, Encoding};

/// Encoded bytes that tell the type of a file.
const BEGINNING: usize = 256;

/// A message that has been read; cheap to keep, since the bytes are shared.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The message's own header.
    pub headers: Headers,
    /// Every part in document order; the first is the message's body as a whole.
    pub parts: Vec<Part>,
    /// What was wrong with it.
    pub defects: Vec<Defect>,
    /// The message's own header block, as it came.
    pub(super) block: Bytes,
    raw: Bytes,
    /// What was found inside other parts, by section.
    extracted: HashMap<String, Bytes>,
}

impl Parsed {
    /// Reads `raw` within the limits; [`super::guard::parse`] is the way in.
    pub(super) fn read(raw: Bytes, limits: &Limits, charset: Option<&str>) -> Self {
        let raw = with_line_feeds(raw);
        let cut = raw.len().min(limits.bytes);
        let scan = Scan::run(&raw[..cut], limits, charset);
        let block = raw.slice_ref(scan.block);
        let (headers, parts, mut defects) = (scan.headers, scan.parts, scan.defects);
        if cut < raw.len() {
            defects.push(Defect::Truncated);
        }
        let extracted = HashMap::new();
        let mut parsed = Self { headers, parts, defects, block, raw, extracted };
        parsed.look_inside(limits);
        parsed
    }

    /// Adds the files inside of parts to the parts.
    fn look_inside(&mut self, limits: &Limits) {
        let mut found = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            if embedded::may_hold(part, &self.encoded(part)) {
                found.extend(embedded::files(index, part, &self.encoded(part)));
            }
        }
        let room = limits.parts.saturating_sub(self.parts.len());
        if found.len() > room {
            self.defects.push(Defect::TooManyParts);
        }
        for File { part, bytes } in found.into_iter().take(room) {
            self.extracted.insert(part.section.clone(), bytes);
            self.parts.push(part);
        }
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
            block: Bytes::new(),
            raw,
            extracted: HashMap::new(),
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
        if part.embedded.is_some() {
            return self.extracted.get(&part.section).cloned().unwrap_or_default();
        }
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

    /// A part's first bytes as its sender had them.
    pub fn beginning(&self, part: &Part) -> Vec<u8> {
        let encoded = self.encoded(part);
        decode(&encoded[..encoded.len().min(BEGINNING)], part.encoding).0
    }

    /// A part's text and what was wrong with it.
    pub fn text(&self, part: &Part) -> (String, Vec<Defect>) {
        text_of(part, &self.encoded(part))
    }
}

/// Lines as old Macs ended them, with a carriage return alone, end in a line feed instead.
fn with_line_feeds(raw: Bytes) -> Bytes {
    let head = &raw[..raw.len().min(8 << 10)];
    if memchr::memchr(b'\r', head).is_none() || memchr::memchr(b'\n', head).is_some() {
        return raw;
    }
    raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect::<Vec<u8>>().into()
}

/// The text of a part whose encoded bytes were fetched alone; files inside it are left out.
pub fn text_of(part: &Part, encoded: &[u8]) -> (String, Vec<Defect>) {
    let (Reading { text, defect, .. }, damaged) = read_of(part, encoded);
    (text, damaged.then_some(Defect::BadTransferEncoding).into_iter().chain(defect).collect())
}

/// The text of a part with its charset, and whether its transfer encoding was damaged.
pub fn read_of(part: &Part, encoded: &[u8]) -> (Reading, bool) {
    let (bytes, damaged) = match part.encoding {
        Encoding::Identity => (Cow::Borrowed(encoded), false),
        encoding => {
            let (bytes, damaged) = decode(encoded, encoding);
            (Cow::Owned(bytes), damaged)
        }
    };
    let declared = match &part.charset {
        None if part.content_type == "text/html" => charset::sniff_html(&bytes),
        declared => declared.clone(),
    };
    let bytes = if part.content_type == "text/plain" { embedded::without(bytes) } else { bytes };
    (charset::read(&bytes, declared.as_deref()), damaged)
}
