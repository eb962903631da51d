//! The tree of parts in one linear pass, numbered as IMAP does (RFC 2046 §5.1, RFC 3501 §6.4.5).
//!
//! Iterative on purpose: depth is data here, and a hostile message has plenty of it.

use std::ops::Range;

use mail_parser::{ContentType, HeaderName, Message, MimeHeaders};

use super::guard::Limits;
use super::header::{self, Headers};
use super::part::{Disposition, Flowed, Part};
use super::transfer::Encoding;
use super::{Defect, charset, params};

/// An open multipart: what its children are separated by and how they are numbered.
struct Frame {
    part: usize,
    delimiter: Vec<u8>,
    prefix: String,
    children: usize,
    /// How many parts were open around it, itself included.
    open: usize,
}

pub(super) struct Scan<'a> {
    raw: &'a [u8],
    limits: &'a Limits,
    /// What raw text is to be read in, whatever it says.
    charset: Option<&'a str>,
    /// The message's own header block.
    pub(super) block: &'a [u8],
    pub(super) headers: Headers,
    pub(super) parts: Vec<Part>,
    pub(super) defects: Vec<Defect>,
    frames: Vec<Frame>,
    open: Vec<usize>,
}

/// What is known of an entity before its header is read.
struct Place {
    parent: Option<usize>,
    /// The section number if it turns out to be a child of a multipart; else that of its message.
    section: String,
    /// It is the body of a message: its own number depends on what it is.
    is_root: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn run(raw: &'a [u8], limits: &'a Limits, charset: Option<&'a str>) -> Self {
        let (headers, parts, defects) = Default::default();
        let (frames, open) = Default::default();
        let mut scan =
            Self { raw, limits, charset, block: &[], headers, parts, defects, frames, open };
        let place = Place { parent: None, section: String::new(), is_root: true };
        let mut at = scan.entity(0, place);
        while at < raw.len() {
            let end = line_end(raw, at);
            at = match scan.delimiter(&raw[at..end]) {
                Some((frame, closing)) => scan.boundary(frame, closing, at..end),
                None => end,
            };
        }
        scan.finish();
        scan
    }

    fn note(&mut self, defect: Defect) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    /// Innermost multipart whose delimiter this line is, and whether it closes.
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        if !line.starts_with(b"--") {
            return None;
        }
        let line = line.trim_ascii_end();
        self.frames.iter().enumerate().rev().find_map(|(index, frame)| {
            let rest = line.strip_prefix(frame.delimiter.as_slice())?;
            match rest {
                [] => Some((index, false)),
                [b'-', b'-', ..] => Some((index, true)),
                _ => None,
            }
        })
    }

    /// Ends what the delimiter line ends and reads the part that follows it.
    fn boundary(&mut self, index: usize, closing: bool, line: Range<usize>) -> usize {
        // The line break before a delimiter belongs to the delimiter.
        let before = &self.raw[..line.start];
        let end = line.start
            - before.iter().rev().take(2).take_while(|b| **b == b'\n' || **b == b'\r').count();
        if self.frames.len() > index + 1 {
            self.note(Defect::Unterminated);
        }
        self.close(self.frames[index].open, end);
        self.frames.truncate(index + 1);
        let frame = &mut self.frames[index];
        if closing {
            self.frames.pop();
            return line.end;
        }
        frame.children += 1;
        let section = format!("{}{}", frame.prefix, frame.children);
        let parent = Some(frame.part);
        self.entity(line.end, Place { parent, section, is_root: false })
    }

    fn close(&mut self, down_to: usize, end: usize) {
        for part in self.open.drain(down_to..) {
            let span = &mut self.parts[part].span;
            span.end = end.max(span.start);
        }
    }

    /// Reads an entity's header at `start`, and that of messages directly inside; answers where to go on.
    fn entity(&mut self, start: usize, place: Place) -> usize {
        let (mut start, mut place) = (start, place);
        loop {
            if self.parts.len() >= self.limits.parts {
                self.note(Defect::TooManyParts);
                return start;
            }
            let header = self.header_range(start);
            let body = self.skip_blank_line(header.end);
            let index = self.parts.len();
            let (mut part, boundary) = self.read_header(header, &place);
            let (own, inner) = numbers(&place, part.is_multipart() && boundary.is_some());
            part.section = own;
            part.parent = place.parent;
            part.span = body..self.raw.len();
            let deep = self.open.len() >= self.limits.depth;
            let nested = part.is_message() && part.encoding == Encoding::Identity;
            if deep && (nested || boundary.is_some()) {
                self.note(Defect::TooDeep);
            }
            self.open.push(index);
            let section = part.section.clone();
            self.parts.push(part);
            match boundary {
                Some(delimiter) if !deep => {
                    let (open, prefix) = (self.open.len(), inner);
                    self.frames.push(Frame { part: index, delimiter, prefix, children: 0, open });
                }
                _ if nested && !deep => {
                    start = body;
                    place = Place { parent: Some(index), section, is_root: true };
                    continue;
                }
                _ => {}
            }
            return body;
        }
    }

    /// The header block that begins at `start`: up to an empty line or a boundary, but never over
    /// lines that are no fields unless fields that everybody knows follow them: junk at the top
    /// is skipped, and a body that no empty line sets apart is kept.
    fn header_range(&mut self, start: usize) -> Range<usize> {
        let (mut at, mut doubtful) = (start, None);
        while at < self.raw.len() {
            let end = line_end(self.raw, at);
            let line = &self.raw[at..end];
            // A boundary of its own may follow a multipart's header at once, without an empty line.
            if matches!(line, b"\n" | b"\r\n") || line.starts_with(b"--") {
                break;
            }
            let continued = at > start && line.starts_with(b" ") || line.starts_with(b"\t");
            let envelope =
                at == start && line.strip_prefix(b">").unwrap_or(line).starts_with(b"From ");
            if is_known_field(line) {
                doubtful = None;
            } else if !(continued || envelope || is_field(line)) {
                doubtful = doubtful.or(Some(at));
            }
            at = end;
        }
        start..doubtful.unwrap_or(at)
    }

    fn skip_blank_line(&self, at: usize) -> usize {
        let end = line_end(self.raw, at);
        if matches!(&self.raw[at..end], b"\n" | b"\r\n") { end } else { at }
    }

    fn read_header(&mut self, range: Range<usize>, place: &Place) -> (Part, Option<Vec<u8>>) {
        let mut block = &self.raw[range];
        if block.len() > self.limits.header {
            self.note(Defect::HeaderTooLong);
            block = &block[..self.limits.header];
        }
        // A line of blanks is no end of the header, but mail-parser takes it for one.
        block = block.trim_ascii_start();
        if place.is_root {
            let headers = header::headers_as(block, self.charset);
            match place.parent {
                None => (self.headers, self.block) = (headers, block),
                Some(parent) if !headers.subject.is_empty() => {
                    let name = format!("{}.eml", headers.subject);
                    self.parts[parent].name.get_or_insert(name);
                }
                Some(_) => {}
            }
        }
        let digest = place.parent.is_some_and(|parent| {
            !place.is_root && self.parts[parent].multipart_kind() == "digest"
        });
        let (mut part, boundary) =
            header::with_fields(block, self.charset, read_part).unwrap_or_default();
        if part.content_type.is_empty() {
            part.content_type = if digest { "message/rfc822" } else { "text/plain" }.to_owned();
        }
        if part.is_multipart() && boundary.is_none() {
            self.note(Defect::NoBoundary);
            part.content_type = "text/plain".to_owned();
        }
        if let Some(charset) = self.charset.filter(|_| part.content_type.starts_with("text/")) {
            part.charset = Some(charset.to_owned());
        }
        let multipart = part.is_multipart();
        (part, boundary.filter(|_| multipart))
    }

    /// Raw 8-bit headers that name no charset themselves are most likely in that of the text.
    fn read_raw_headers(&mut self) {
        let silent = self.charset.is_none() && charset::sniff_html(self.block).is_none();
        if !silent || !header::is_raw(self.block) {
            return;
        }
        let declared = self.parts.iter().filter_map(|part| part.charset.as_deref());
        let named = declared.map(charset::name).find(|name| name != "us-ascii" && name != "utf-8");
        if let Some(name) = named {
            self.headers = header::headers_as(self.block, Some(&name));
        }
    }

    fn finish(&mut self) {
        if !self.frames.is_empty() {
            self.note(Defect::Unterminated);
        }
        self.close(0, self.raw.len());
        // A multipart in which nothing was found may still hold something readable.
        let mut childless: Vec<bool> = self.parts.iter().map(Part::is_multipart).collect();
        for parent in self.parts.iter().filter_map(|part| part.parent) {
            childless[parent] = false;
        }
        for (part, _) in self.parts.iter_mut().zip(childless).filter(|(_, childless)| *childless) {
            part.content_type = "text/plain".to_owned();
            if let Some(message) = part.section.strip_suffix("TEXT") {
                part.section = format!("{message}1");
            }
            if !self.defects.contains(&Defect::NoBoundary) {
                self.defects.push(Defect::NoBoundary);
            }
        }
        self.read_raw_headers();
        for part in &mut self.parts {
            part.size = part.encoding.decoded_len(&self.raw[part.span.clone()]) as u64;
        }
    }
}

/// A part's own section number and the prefix of its children's.
fn numbers(place: &Place, multipart: bool) -> (String, String) {
    let Place { section, is_root, .. } = place;
    let inside = if section.is_empty() { String::new() } else { format!("{section}.") };
    match (is_root, multipart) {
        (true, true) => (format!("{inside}TEXT"), inside),
        (true, false) => (format!("{inside}1"), inside),
        (false, _) => (section.clone(), inside),
    }
}

/// What a header says about its part, and the delimiter where it is a multipart.
fn read_part(message: &Message<'_>) -> (Part, Option<Vec<u8>>) {
    // Of a field that stands twice the first one counts, as mail servers have it.
    let first = |name: HeaderName<'_>| {
        let found = message.headers().iter().find(|header| header.name == name)?;
        found.value.as_content_type()
    };
    let content_type = first(HeaderName::ContentType);
    let attribute = |name| content_type.and_then(|c| c.attribute(name)).map(str::to_owned);
    let disposition = first(HeaderName::ContentDisposition);
    // mail-parser decodes a value in pieces piece by piece: the raw fields are read once more.
    let params = |name| first_raw(message, name).map(params::read).unwrap_or_default();
    let of_type = params(HeaderName::ContentType);
    let of_disposition = params(HeaderName::ContentDisposition);
    let named = |list: &[(String, String)], key: &str| {
        let value = list.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        value.map(header::one_line).filter(|name| !name.is_empty())
    };
    let name = ["filename", "name"].iter().find_map(|key| named(&of_disposition, key));
    let name = name.or_else(|| named(&of_type, "name")).or_else(|| named(&of_type, "filename"));
    let typed = content_type.filter(|value| value.subtype().is_some() || name.is_some());
    let part = Part {
        content_type: typed.map(type_name).unwrap_or_default(),
        charset: attribute("charset"),
        params: of_type,
        flowed: Flowed::from_params(attribute("format").as_deref(), attribute("delsp").as_deref()),
        name,
        disposition: match disposition {
            None => Disposition::Unstated,
            Some(value) if value.ctype().eq_ignore_ascii_case("inline") => Disposition::Inline,
            Some(_) => Disposition::Attachment,
        },
        content_id: message
            .header(HeaderName::ContentId)
            .and_then(|id| id.as_text().or_else(|| id.as_text_list()?.last().map(AsRef::as_ref)))
            .map(header::one_line),
        encoding: message.content_transfer_encoding().map(Encoding::from_name).unwrap_or_default(),
        ..Part::default()
    };
    let boundary = attribute("boundary").map(|b| b.trim_end().to_owned()).filter(|b| !b.is_empty());
    (part, boundary.map(|boundary| [b"--", boundary.as_bytes()].concat()))
}

/// A field's value as it stands, of the first such field.
fn first_raw<'a>(message: &'a Message<'_>, name: HeaderName<'_>) -> Option<&'a str> {
    let field = message.headers().iter().find(|header| header.name == name)?;
    let value =
        message.raw_message().get(field.offset_start() as usize..field.offset_end() as usize)?;
    std::str::from_utf8(value).ok()
}

fn type_name(value: &ContentType<'_>) -> String {
    super::attachment::content_type(&format!(
        "{}/{}",
        value.ctype(),
        value.subtype().unwrap_or(if value.ctype().eq_ignore_ascii_case("text") {
            "plain"
        } else {
            ""
        })
    ))
}

/// A field: printable ASCII up to a colon (RFC 5322 §2.2); blanks before the colon are forgiven.
fn is_field(line: &[u8]) -> bool {
    line.iter().position(|&b| b == b':').is_some_and(|colon| {
        let name = line[..colon].trim_ascii_end();
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
    })
}

/// A field that no body starts its lines with by chance.
fn is_known_field(line: &[u8]) -> bool {
    const KNOWN: [&[u8]; 6] = [
        b"content-type:",
        b"mime-version:",
        b"message-id:",
        b"received:",
        b"subject:",
        b"content-transfer-encoding:",
    ];
    KNOWN
        .iter()
        .any(|known| line.get(..known.len()).is_some_and(|name| name.eq_ignore_ascii_case(known)))
}

fn line_end(raw: &[u8], at: usize) -> usize {
    let rest = &raw[at.min(raw.len())..];
    at + memchr::memchr(b'\n', rest).map_or(rest.len(), |found| found + 1)
}
