//! What is read of a message when it comes: everything that lists, searches and openings need, so
//! that none of them reads it again. Pure; blocking, it takes CPU time.

use std::collections::BTreeSet;

use bytes::Bytes;
use postern_shared::address::Address;
use postern_shared::envelope::Envelope;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::outline::{Outlined, Places};
use super::parts::{self, Span};
use super::{Error, damaged};
use crate::mime::{self, Parsed, html_to_text, preview};
use crate::store::Structure;
use crate::store::imap::convert;
use crate::store::index::fold::{spaced, words};

/// Octets of text of one message that are searched.
const MOST_TEXT: usize = 1 << 20;
/// Longest word that others are looked for inside of, in octets.
const LONGEST_WORD: usize = 40;
/// File names that are kept of one message.
const MOST_NAMES: usize = 50;

/// What a row of a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Summary {
    pub envelope: Envelope,
    pub preview: String,
}

/// What the index and an opened message need beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Details {
    pub structure: Option<Structure>,
    pub references: Vec<String>,
    pub list_id: Option<String>,
    pub attachment_names: Vec<String>,
    pub spans: Vec<Span>,
}

/// A message that was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub octets: u64,
    /// Octets of its header, where nothing else of it is here.
    pub header_octets: Option<u64>,
    /// Of what is here.
    pub checksum: [u8; 32],
    pub has_attachment: bool,
    pub summary: Summary,
    pub details: Details,
    /// The texts of the columns of `words`, in their order.
    pub words: [String; 8],
    /// Words that others may lie inside of.
    pub vocabulary: BTreeSet<String>,
}

impl Summary {
    pub(super) fn write(&self) -> Result<Vec<u8>, Error> {
        postcard::to_stdvec(self).map_err(|_| damaged("a summary"))
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        postcard::from_bytes(bytes).map_err(|_| damaged("a summary"))
    }
}

impl Details {
    pub(super) fn write(&self) -> Result<Vec<u8>, Error> {
        postcard::to_stdvec(self).map_err(|_| damaged("details"))
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        postcard::from_bytes(bytes).map_err(|_| damaged("details"))
    }
}

impl Content {
    /// Reads a message.
    pub(super) fn of(raw: &Bytes) -> Self {
        let read = Self::read(raw, &Places::default());
        Self { octets: raw.len() as u64, checksum: checksum(raw), ..read }
    }

    /// Reads the header of a message of so many octets, the rest of which is elsewhere.
    pub(super) fn of_header(header: &Bytes, octets: u64) -> Self {
        let mut read = Self::of(header);
        // What it is made of and where that lies nobody knows yet.
        read.details.structure = None;
        read.details.spans.retain(|(section, _)| section == "HEADER");
        Self { octets, header_octets: Some(header.len() as u64), ..read }
    }

    /// Octets that are here.
    pub(super) fn here(&self) -> u64 {
        self.header_octets.unwrap_or(self.octets)
    }

    /// Reads a message by its outline.
    pub(super) fn outlined(outlined: &Outlined) -> Self {
        let read = Self::read(&outlined.kept, &outlined.places);
        Self { octets: outlined.octets, checksum: outlined.checksum, ..read }
    }

    fn read(raw: &Bytes, places: &Places) -> Self {
        let parsed = mime::parse(raw.clone(), &mime::Limits::default());
        let header = raw.slice(..header_length(&parsed, raw));
        let structure = parts::structure(&parsed, places);
        let files = structure.as_ref().map(Structure::attachments).unwrap_or_default();
        let names = files.iter().filter_map(|file| file.name.clone()).take(MOST_NAMES).collect();
        let summary =
            Summary { envelope: convert::from_header(&header), preview: preview::preview(&parsed) };
        let has_attachment = !files.is_empty();
        let details = Details {
            structure,
            references: convert::references(&header),
            list_id: convert::list_id(&header),
            attachment_names: names,
            spans: parts::spans(&parsed, places),
        };
        let words = columns(&summary.envelope, &details, &body(&parsed));
        let spaced = words.iter().flat_map(|text| spaced(text));
        let vocabulary = spaced.filter(|word| is_kept(word)).map(str::to_owned).collect();
        Self { has_attachment, summary, details, words, vocabulary, ..Self::default() }
    }
}

/// The SHA-256 of bytes.
pub(super) fn checksum(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Where the message's header ends.
fn header_length(parsed: &Parsed, raw: &Bytes) -> usize {
    parsed.parts.first().map_or(raw.len(), |part| part.span.start).min(raw.len())
}

/// A word of fewer letters has nothing inside of it that is looked for.
fn is_kept(word: &str) -> bool {
    word.len() <= LONGEST_WORD && word.chars().nth(3).is_some()
}

/// What the columns of `words` hold, in their order.
fn columns(envelope: &Envelope, details: &Details, body: &str) -> [String; 8] {
    let [from, to, cc, bcc] =
        [&envelope.from, &envelope.to, &envelope.cc, &envelope.bcc].map(|it| named(it));
    let files = details.attachment_names.join("\n");
    let list = details.list_id.clone().unwrap_or_default();
    [&from, &to, &cc, &bcc, &envelope.subject, &files, &list, body].map(words)
}

fn named(people: &[Address]) -> String {
    let all: Vec<String> =
        people.iter().map(|one| format!("{}\n{}", one.name, one.email)).collect();
    all.join("\n")
}

/// Every text of a message, as a reader sees it; files are none.
fn body(parsed: &Parsed) -> String {
    let mut all = String::new();
    for part in &parsed.parts {
        let is_file = part.disposition == mime::Disposition::Attachment || part.name.is_some();
        if is_file || !part.content_type.starts_with("text/") || all.len() >= MOST_TEXT {
            continue;
        }
        let (text, _) = parsed.text(part);
        let text = if part.content_type == "text/html" { html_to_text(&text) } else { text };
        let room = MOST_TEXT.saturating_sub(all.len());
        all.push_str(&text[..text.floor_char_boundary(room)]);
        all.push('\n');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_texts_and_names_of_files_are_read() {
        let raw = Bytes::from(
            "From: Zofia <zofia@a.test>\r\nTo: b@a.test\r\nSubject: =?UTF-8?Q?=C5=BB=C3=B3=C5=82w?=\r\n\
             Message-ID: <1@a.test>\r\nReferences: <0@a.test>\r\nList-Id: Us <us.a.test>\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
             Content-Type: text/html; charset=utf-8\r\n\r\n<p>发票 in <b>Gdańsk</b></p>\r\n--b\r\n\
             Content-Type: application/pdf; name=rachunek.pdf\r\n\r\nx\r\n--b--\r\n",
        );
        let content = Content::of(&raw);
        assert_eq!(content.octets, raw.len() as u64);
        assert_eq!(content.summary.envelope.subject, "Żółw");
        assert_eq!(content.summary.envelope.message_id, "<1@a.test>");
        assert_eq!(content.summary.preview, "发票 in Gdańsk");
        assert!(content.has_attachment);
        let details = &content.details;
        assert_eq!(details.references, ["<0@a.test>"]);
        assert_eq!(details.list_id.as_deref(), Some("us.a.test"));
        assert_eq!(details.attachment_names, ["rachunek.pdf"]);
        let [from, .., subject, files, list, body] = &content.words;
        assert_eq!(
            [from, subject, files, list, body],
            ["zofia zofia a test", "zolw", "rachunek pdf", "us a test", "发票 票 in gdansk"]
        );
        let kept: Vec<&str> = content.vocabulary.iter().map(String::as_str).collect();
        assert_eq!(kept, ["gdansk", "rachunek", "test", "zofia", "zolw"]);
        assert_eq!(Details::read(&details.write().unwrap()).unwrap(), *details);
        assert_eq!(Summary::read(&content.summary.write().unwrap()).unwrap(), content.summary);
    }

    #[test]
    fn garbage_is_a_message_too() {
        for raw in
            [&b""[..], b"\0\xff\r\r\n", b"no header at all", b"Content-Type: multipart/x\r\n\r\n"]
        {
            let content = Content::of(&Bytes::from_static(raw));
            assert_eq!(content.octets, raw.len() as u64);
        }
    }
}
