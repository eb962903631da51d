//! The text of a winmail.dat: RTF, packed (MS-OXRTFCP), sometimes around HTML (MS-OXRTFEX).

use crate::mime::charset;

/// Unpacked text past this many bytes is cut.
const LIMIT: usize = 8 << 20;

/// What every packed text can refer to before its own first byte.
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \
\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\
\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks RTF; none where it is of another kind.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (head, mut rest) = packed.split_at_checked(16)?;
    match &head[8..12] {
        b"MELA" => return Some(rest.to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut ring = [b' '; 4096];
    ring[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let (mut at, mut out) = (DICTIONARY.len(), Vec::new());
    while let [control, tail @ ..] = rest {
        rest = tail;
        for bit in 0..8 {
            if out.len() > LIMIT {
                return Some(out);
            }
            if control >> bit & 1 == 0 {
                let [byte, tail @ ..] = rest else { return Some(out) };
                (ring[at], rest) = (*byte, tail);
                at = (at + 1) % 4096;
                out.push(*byte);
                continue;
            }
            let [high, low, tail @ ..] = rest else { return Some(out) };
            rest = tail;
            let reference = usize::from(*high) << 8 | usize::from(*low);
            let (from, length) = (reference >> 4, (reference & 0xf) + 2);
            if from == at {
                return Some(out);
            }
            for step in 0..length {
                let byte = ring[(from + step) % 4096];
                ring[at] = byte;
                at = (at + 1) % 4096;
                out.push(byte);
            }
        }
    }
    Some(out)
}

/// The HTML that the RTF was made of, as UTF-8; none where it was not.
pub(super) fn encapsulated_html(rtf: &[u8]) -> Option<String> {
    let head = &rtf[..rtf.len().min(512)];
    memchr::memmem::find(head, b"\\fromhtml1")?;
    Some(Writer::run(rtf, true))
}

/// The words of RTF.
pub(super) fn text(rtf: &[u8]) -> String {
    Writer::run(rtf, false).trim().to_owned()
}

/// What holds inside a pair of braces.
#[derive(Clone, Copy, Default)]
struct Group {
    /// Nothing of it is shown.
    hidden: bool,
    /// It stands for the reader of RTF, not of the HTML inside.
    rtf_only: bool,
    /// Bytes that stand in for a character given by number.
    fallback: usize,
}

struct Writer {
    html: bool,
    group: Group,
    outer: Vec<Group>,
    /// Bytes of text whose charset is known at their end.
    raw: Vec<u8>,
    charset: String,
    out: String,
    /// Bytes to pass over behind a character that was given by its number.
    skip: usize,
}

impl Writer {
    fn run(rtf: &[u8], html: bool) -> String {
        let mut writer = Self {
            html,
            group: Group { fallback: 1, ..Group::default() },
            outer: Vec::new(),
            raw: Vec::new(),
            charset: "windows-1252".to_owned(),
            out: String::new(),
            skip: 0,
        };
        let mut rest = rtf;
        while let [first, tail @ ..] = rest {
            rest = match first {
                b'{' => {
                    writer.outer.push(writer.group);
                    tail
                }
                b'}' => {
                    writer.group = writer.outer.pop().unwrap_or_default();
                    tail
                }
                b'\\' => writer.control(tail),
                b'\r' | b'\n' => tail,
                byte => {
                    writer.byte(*byte);
                    tail
                }
            };
        }
        writer.flush();
        writer.out
    }

    fn shows(&self) -> bool {
        !(self.group.hidden || self.html && self.group.rtf_only)
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.shows() {
            self.raw.push(byte);
        }
    }

    fn flush(&mut self) {
        let text = charset::to_text(&self.raw, Some(&self.charset)).0;
        self.out.push_str(&text);
        self.raw.clear();
    }

    fn push(&mut self, text: &str) {
        if self.shows() {
            self.flush();
            self.out.push_str(text);
        }
    }

    /// Reads a control behind its backslash and answers what follows it.
    fn control<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            return self.symbol(rest);
        }
        let (word, rest) = rest.split_at(letters);
        let digits = rest
            .iter()
            .enumerate()
            .take_while(|(at, byte)| byte.is_ascii_digit() || (*at == 0 && **byte == b'-'))
            .count();
        let (number, rest) = rest.split_at(digits);
        let number = std::str::from_utf8(number).ok().and_then(|text| text.parse::<i32>().ok());
        self.word(word, number);
        rest.strip_prefix(b" ").unwrap_or(rest)
    }

    fn symbol<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match rest {
            [b'\'', high, low, tail @ ..] => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                if let (Some(high), Some(low)) = (digit(*high), digit(*low)) {
                    self.byte((high << 4 | low) as u8);
                }
                tail
            }
            [b'*', tail @ ..] => {
                // A destination that may be passed over; the HTML is written in such.
                let known = self.html && tail.starts_with(b"\\htmltag");
                self.group.hidden |= !known;
                tail
            }
            [b'~', tail @ ..] => {
                self.push("\u{a0}");
                tail
            }
            [byte @ (b'\\' | b'{' | b'}'), tail @ ..] => {
                self.byte(*byte);
                tail
            }
            [_, tail @ ..] => tail,
            [] => rest,
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        match word {
            b"par" | b"line" | b"row" => self.push("\n"),
            b"tab" | b"cell" => self.push("\t"),
            b"lquote" => self.push("‘"),
            b"rquote" => self.push("’"),
            b"ldblquote" => self.push("“"),
            b"rdblquote" => self.push("”"),
            b"bullet" => self.push("•"),
            b"endash" => self.push("–"),
            b"emdash" => self.push("—"),
            b"htmlrtf" => self.group.rtf_only = number != Some(0),
            b"uc" => {
                self.group.fallback = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
            }
            b"u" => {
                let unit = number.unwrap_or(0) & 0xffff;
                let c = char::from_u32(unit as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.push(c.encode_utf8(&mut [0; 4]));
                self.skip = self.group.fallback.min(8);
            }
            b"ansicpg" => {
                if let Some(page) = number.filter(|page| *page > 0) {
                    self.charset = super::tnef::codepage(page as u32);
                }
            }
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object"
            | b"header" | b"footer" => self.group.hidden = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_unpacks() {
        // MS-OXRTFCP §4.1.1.
        let packed = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        let expect = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n";
        assert_eq!(unpack(packed).as_deref(), Some(&expect[..]));
        assert_eq!(unpack(b"short"), None);
    }

    #[test]
    fn words_and_html_come_out() {
        let rtf = b"{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0 Arial;}}\\f0 \\'cf\\u1088?!\\par{\\*\\x gone}\\{b\\}}";
        assert_eq!(text(rtf), "Пр!\n{b}");
        let rtf = b"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf \\par\\htmlrtf0 Hi{\\*\\htmltag72 </p>}}";
        assert_eq!(encapsulated_html(rtf).as_deref(), Some("<p>Hi</p>"));
        assert_eq!(encapsulated_html(b"{\\rtf1 x}"), None);
    }
}
