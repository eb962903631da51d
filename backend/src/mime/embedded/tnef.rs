//! winmail.dat: Microsoft's wrapping of a message (MS-OXTNEF, property types of MS-OXCDATA).

use bytes::{Buf, Bytes};

use super::{Found, rtf};
use crate::mime::charset;

const SIGNATURE: u32 = 0x223E_9F78;
/// Messages inside messages inside messages.
const DEPTH_LIMIT: usize = 5;
/// Attributes and properties of one stream.
const COUNT_LIMIT: usize = 10_000;

/// What a stream tells until it ends.
struct Reader {
    codepage: String,
    files: Vec<Found>,
    texts: Texts,
    depth: usize,
}

/// The message's own text, in up to three forms.
#[derive(Default)]
struct Texts {
    html: Option<Bytes>,
    plain: Option<String>,
    rtf: Option<Vec<u8>>,
}

/// A property's value.
enum Value {
    Text(String),
    Bytes(Bytes),
    Number(i64),
}

/// The files that a stream holds, its message's text first; none where it is no such stream.
pub(super) fn read(stream: &Bytes) -> Vec<Found> {
    nested(stream.clone(), 0)
}

fn nested(stream: Bytes, depth: usize) -> Vec<Found> {
    let mut reader = Reader {
        codepage: "windows-1252".to_owned(),
        files: Vec::new(),
        texts: Texts::default(),
        depth,
    };
    if depth < DEPTH_LIMIT {
        reader.run(stream);
    }
    let Reader { files, texts, codepage, .. } = reader;
    let mut found: Vec<Found> = texts.found(depth == 0, &codepage).into_iter().collect();
    found.extend(files.into_iter().filter(|file| !file.bytes.is_empty()));
    found
}

impl Texts {
    /// The best form; inside another message it is a file like the rest.
    fn found(self, is_body: bool, codepage: &str) -> Option<Found> {
        let unpacked = || self.rtf.as_deref().map(|rtf| (rtf::encapsulated_html(rtf), rtf));
        let (kind, charset, bytes) = match (self.html, unpacked()) {
            (Some(html), _) => ("html", codepage, html),
            (None, Some((Some(html), _))) => ("html", "utf-8", html.into()),
            (None, Some((None, rtf))) => ("plain", "utf-8", rtf::text(rtf).into()),
            (None, None) => ("plain", "utf-8", self.plain?.into()),
        };
        Some(Found {
            name: Some(format!("message.{}", if kind == "html" { "html" } else { "txt" })),
            content_type: Some(format!("text/{kind}")),
            charset: Some(charset.to_owned()),
            is_body,
            bytes,
            content_id: None,
        })
    }
}

impl Reader {
    fn run(&mut self, mut stream: Bytes) {
        if stream.len() < 6 || stream.get_u32_le() != SIGNATURE {
            return;
        }
        stream.advance(2);
        for _ in 0..COUNT_LIMIT {
            if stream.len() < 9 {
                return;
            }
            stream.advance(1);
            let id = stream.get_u32_le();
            let length = stream.get_u32_le() as usize;
            let cut = length > stream.len();
            let value = stream.split_to(length.min(stream.len()));
            self.attribute(id, value);
            if cut || stream.len() < 2 {
                return;
            }
            stream.advance(2);
        }
    }

    fn attribute(&mut self, id: u32, mut value: Bytes) {
        match id {
            // attAttachRendData: from here on it is about the next file.
            0x0006_9002 => self.files.push(Found::default()),
            0x0001_8010 => {
                let name = self.text(&value);
                if let Some(file) = self.files.last_mut() {
                    file.name.get_or_insert(name);
                }
            }
            0x0006_800F => {
                if let Some(file) = self.files.last_mut() {
                    file.bytes = value;
                }
            }
            0x0006_9007 if value.len() >= 4 => self.codepage = codepage(value.get_u32_le()),
            0x0002_800C => self.texts.plain = Some(self.text(&value)),
            0x0006_9003 => self.properties(value, Self::message_property),
            0x0006_9005 => self.properties(value, Self::file_property),
            _ => {}
        }
    }

    fn text(&self, bytes: &[u8]) -> String {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        charset::to_text(&bytes[..end], Some(&self.codepage)).0
    }

    fn message_property(&mut self, id: u16, value: Value) {
        match (id, value) {
            (0x1013, Value::Bytes(html)) => self.texts.html = Some(html),
            (0x1013, Value::Text(html)) => self.texts.html = Some(html.into()),
            (0x1000, Value::Text(text)) => self.texts.plain = Some(text),
            (0x1009, Value::Bytes(packed)) => self.texts.rtf = rtf::unpack(&packed),
            (0x3FDE, Value::Number(page)) => self.codepage = codepage(page as u32),
            _ => {}
        }
    }

    fn file_property(&mut self, id: u16, value: Value) {
        let depth = self.depth;
        let Some(file) = self.files.last_mut() else { return };
        match (id, value) {
            // The long name wins over the short one, whichever comes first.
            (0x3707, Value::Text(name)) if !name.is_empty() => file.name = Some(name),
            (0x3704 | 0x3001, Value::Text(name)) if !name.is_empty() => {
                file.name.get_or_insert(name);
            }
            (0x370E, Value::Text(kind)) => file.content_type = Some(kind),
            (0x3712, Value::Text(id)) => {
                file.content_id = Some(id.trim_matches(['<', '>']).to_owned());
            }
            (0x3701, Value::Bytes(object)) => {
                // An object is introduced by its interface; a message is a stream like this one.
                let inner = object.slice(object.len().min(16)..);
                let is_stream = inner.get(..4).is_some_and(|four| four == SIGNATURE.to_le_bytes());
                match (is_stream, file.bytes.is_empty()) {
                    (true, _) => {
                        self.files.pop();
                        self.files.extend(nested(inner, depth + 1));
                    }
                    (false, true) => file.bytes = object,
                    (false, false) => {}
                }
            }
            _ => {}
        }
    }

    /// Reads a list of properties; it ends at the first that does not fit.
    fn properties(&mut self, mut list: Bytes, take: impl Fn(&mut Self, u16, Value)) {
        if list.len() < 4 {
            return;
        }
        let count = list.get_u32_le() as usize;
        for _ in 0..count.min(COUNT_LIMIT) {
            let Some((id, values)) = self.property(&mut list) else { return };
            // Of several values the first stands for all.
            if let Some(value) = values {
                take(self, id, value);
            }
        }
    }

    fn property(&self, list: &mut Bytes) -> Option<(u16, Option<Value>)> {
        if list.len() < 4 {
            return None;
        }
        let (kind, id) = (list.get_u16_le(), list.get_u16_le());
        if id >= 0x8000 {
            skip_name(list)?;
        }
        let several = kind & 0x1000 != 0;
        let kind = kind & 0x0fff;
        let variable = matches!(kind, 0x0d | 0x1e | 0x1f | 0x102);
        let count = if several || variable { number(list)? } else { 1 };
        let mut first = None;
        for _ in 0..count.min(COUNT_LIMIT) {
            let value = self.value(kind, list)?;
            first = first.or(Some(value));
        }
        Some((id, first))
    }

    fn value(&self, kind: u16, list: &mut Bytes) -> Option<Value> {
        let fixed = match kind {
            0x02 | 0x03 | 0x04 | 0x0a | 0x0b => 4,
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => 8,
            0x48 => 16,
            0x0d | 0x1e | 0x1f | 0x102 => {
                let length = number(list)?;
                let bytes = take(list, length)?;
                let padding = (4 - length % 4) % 4;
                list.advance(padding.min(list.len()));
                return Some(match kind {
                    0x1e => Value::Text(self.text(&bytes)),
                    0x1f => Value::Text(utf_16(&bytes)),
                    _ => Value::Bytes(bytes),
                });
            }
            _ => return None,
        };
        let mut bytes = take(list, fixed)?;
        Some(Value::Number(i64::from(bytes.get_i32_le())))
    }
}

/// Passes over a named property's name.
fn skip_name(list: &mut Bytes) -> Option<()> {
    take(list, 16)?;
    if number(list)? == 0 {
        take(list, 4)?;
    } else {
        let length = number(list)?;
        take(list, length.checked_next_multiple_of(4)?)?;
    }
    Some(())
}

fn number(list: &mut Bytes) -> Option<usize> {
    (list.len() >= 4).then(|| list.get_u32_le() as usize)
}

fn take(list: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= list.len()).then(|| list.split_to(length))
}

fn utf_16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// A Windows code page by the name that charsets have.
pub(super) fn codepage(number: u32) -> String {
    match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        20127 => "us-ascii".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        28591..=28605 => format!("iso-8859-{}", number - 28590),
        50220..=50222 => "iso-2022-jp".to_owned(),
        51932 => "euc-jp".to_owned(),
        54936 => "gb18030".to_owned(),
        65001 => "utf-8".to_owned(),
        other => format!("windows-{other}"),
    }
}
