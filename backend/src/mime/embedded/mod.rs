//! Files that are no parts of their own: uuencode and yEnc in text, and what a winmail.dat holds.
//!
//! They become parts behind all others, with a section of their own: `1~2` is the second file inside
//! part 1. A server knows nothing of them; who asks for one is given it out of its container.

mod rtf;
mod tnef;
mod uu;
mod yenc;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::attachment;
use super::part::{Disposition, Part};
use super::transfer::decode;

pub(super) use uu::line as uu_line;

/// More files than this in one part are not looked for.
const FILE_LIMIT: usize = 100;

/// A file inside a part.
#[derive(Debug)]
pub struct File {
    /// As it stands in the list of parts.
    pub part: Part,
    /// Its bytes, decoded.
    pub bytes: Bytes,
}

/// What a container holds, before it has a section.
#[derive(Debug, Default)]
struct Found {
    name: Option<String>,
    content_type: Option<String>,
    content_id: Option<String>,
    charset: Option<String>,
    /// It is the text of the message, not a file beside it.
    is_body: bool,
    bytes: Bytes,
}

/// A file written into text.
struct Block {
    range: Range<usize>,
    name: String,
    content: Vec<u8>,
}

/// True for a part of Microsoft's own wrapping.
pub fn is_tnef(part: &Part) -> bool {
    let named =
        || part.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"));
    match part.content_type.as_str() {
        "application/ms-tnef" | "application/vnd.ms-tnef" => true,
        "application/octet-stream" => named(),
        _ => false,
    }
}

/// True where it is worth looking for files inside a part with these encoded bytes.
pub fn may_hold(part: &Part, encoded: &[u8]) -> bool {
    match part.content_type.as_str() {
        "text/plain" => match part.encoding {
            super::Encoding::Base64 => true,
            _ => begins(encoded),
        },
        _ => is_tnef(part),
    }
}

/// The files inside the part at `index`, with sections of their own.
pub fn files(index: usize, part: &Part, encoded: &[u8]) -> Vec<File> {
    let (bytes, _) = decode(encoded, part.encoding);
    let found = match part.content_type.as_str() {
        "text/plain" => blocks(&bytes).into_iter().map(Found::from).collect(),
        _ => tnef::read(&bytes.into()),
    };
    let named = |(place, found): (usize, Found)| {
        let Found { name, content_type, content_id, charset, is_body, bytes } = found;
        let number = place + 1;
        let declared = content_type.as_deref().unwrap_or("application/octet-stream");
        let content_type = attachment::content_type(declared);
        let content_type = attachment::type_of(&content_type, name.as_deref(), &bytes);
        let part = Part {
            section: format!("{}~{number}", part.section),
            parent: Some(index),
            content_type,
            name,
            content_id,
            charset,
            disposition: if is_body { Disposition::Inline } else { Disposition::Attachment },
            size: bytes.len() as u64,
            embedded: Some(number),
            ..Part::default()
        };
        File { part, bytes }
    };
    found.into_iter().take(FILE_LIMIT).enumerate().map(named).collect()
}

/// A text without the files that are written into it.
pub fn without(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if !begins(&bytes) {
        return bytes;
    }
    let (mut kept, mut done) = (Vec::with_capacity(bytes.len()), 0);
    for block in blocks(&bytes) {
        kept.extend_from_slice(&bytes[done..block.range.start]);
        done = block.range.end;
    }
    if done == 0 {
        return bytes;
    }
    kept.extend_from_slice(&bytes[done..]);
    Cow::Owned(kept)
}

impl From<Block> for Found {
    fn from(block: Block) -> Self {
        let name = Some(block.name).filter(|name| !name.is_empty());
        Self { name, bytes: block.content.into(), ..Self::default() }
    }
}

/// The cheap first look: a line that begins a file.
fn begins(bytes: &[u8]) -> bool {
    let starts = |word: &[u8]| {
        memchr::memmem::find_iter(bytes, word).any(|at| at == 0 || bytes[at - 1] == b'\n')
    };
    starts(b"begin ") || starts(b"=ybegin ")
}

/// The files written into a text, in their order.
fn blocks(bytes: &[u8]) -> Vec<Block> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() && found.len() < FILE_LIMIT {
        let next = line_end(bytes, at);
        let block = match &bytes[at..next] {
            line if line.starts_with(b"begin ") => uu::read(bytes, at),
            line if line.starts_with(b"=ybegin ") => yenc::read(bytes, at),
            _ => None,
        };
        at = block.as_ref().map_or(next, |block| block.range.end);
        found.extend(block);
    }
    found
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found + 1)
}

/// A line without its end.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A name as it stands in a text: UTF-8, or what its bytes look like.
fn name_of(bytes: &[u8]) -> String {
    super::header::one_line(&super::charset::to_text(bytes, None).0)
}

#[cfg(test)]
mod tests {
    use crate::mime::{Limits, body, parse, quote};

    fn check(raw: &[u8], text: &str, files: &[(&str, &str, &str, &[u8])]) {
        let parsed = parse(raw.to_vec(), &Limits::default());
        assert_eq!(quote::plain_text(&parsed).trim(), text);
        let offered = body::choose(&parsed.parts).attachments;
        let found: Vec<_> = offered
            .iter()
            .map(|index| &parsed.parts[*index])
            .map(|part| (part, parsed.decoded(part)))
            .collect();
        let shown: Vec<_> = found
            .iter()
            .map(|(part, bytes)| {
                let name = part.name.as_deref().unwrap_or_default();
                (part.section.as_str(), name, part.content_type.as_str(), &bytes[..])
            })
            .collect();
        assert_eq!(shown, files);
    }

    #[test]
    fn uuencoded_files_leave_the_text() {
        check(
            b"Subject: x\n\nbefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter\nbegin 755 b\n#0V%T\n \nend\n",
            "before\nafter",
            &[
                ("1~1", "cat.txt", "text/plain", b"Cat"),
                ("1~2", "b", "application/octet-stream", b"Cat"),
            ],
        );
    }

    #[test]
    fn prose_that_begins_stays() {
        let prose = "begin 644 things and stop\nHello you\nend";
        check(format!("Subject: x\n\n{prose}").as_bytes(), prose, &[]);
        let prose = "begin \nbegin 644\n=ybegin is a word";
        check(format!("Subject: x\n\n{prose}").as_bytes(), prose, &[]);
    }

    #[test]
    fn yenc_is_decoded_and_leaves_the_text() {
        let mut raw = b"Subject: x\n\nhere\n=ybegin line=128 size=4 name=a b.bin\n".to_vec();
        raw.extend([b'a'.wrapping_add(42), b'=', 0x3d + 64, 200, b'\n']);
        raw.extend_from_slice(b"=yend size=3\nrest");
        let expect = [b'a', 0x3d_u8.wrapping_sub(42), 200 - 42];
        check(&raw, "here\nrest", &[("1~1", "a b.bin", "application/octet-stream", &expect)]);
    }

    #[test]
    fn a_uuencoded_part_is_decoded_like_any_other() {
        let raw = "Content-Type: application/octet-stream; name=c.bin\n\
                   Content-Transfer-Encoding: x-uuencode\n\nbegin 644 c.bin\n#0V%T\n`\nend\n";
        check(raw.as_bytes(), "", &[("1", "c.bin", "application/octet-stream", b"Cat")]);
    }
}
