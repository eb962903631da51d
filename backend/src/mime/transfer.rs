//! Content-Transfer-Encoding, whole or in slices (RFC 2045 §6).

use super::embedded::uu_line;

/// Longest quoted-printable line that is kept waiting for its end.
const LINE_LIMIT: usize = 64 * 1024;

/// No character of base64.
const OTHER: u8 = 0x40;

/// The six bits that a character of base64 stands for.
const SIXES: [u8; 256] = {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [OTHER; 256];
    let mut at = 0;
    while at < ALPHABET.len() {
        table[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    table
};

/// How the bytes of a part are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// 7bit, 8bit, binary, and everything unknown.
    #[default]
    Identity,
    /// RFC 2045 §6.8.
    Base64,
    /// RFC 2045 §6.7.
    QuotedPrintable,
    /// `x-uuencode`: a file between `begin` and `end`.
    Uuencode,
}

impl Encoding {
    /// Reads a Content-Transfer-Encoding value or a BODYSTRUCTURE encoding.
    pub fn from_name(name: &str) -> Self {
        let name = name.trim_matches(|c: char| c.is_ascii_whitespace() || c == '"' || c == ';');
        if name.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if name.eq_ignore_ascii_case("quoted-printable") {
            Self::QuotedPrintable
        } else if ["x-uuencode", "x-uue", "uuencode", "x-uu"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
        {
            Self::Uuencode
        } else {
            Self::Identity
        }
    }

    /// Number of bytes that `bytes` decode to, without holding them.
    pub fn decoded_len(self, bytes: &[u8]) -> usize {
        if self == Self::Identity {
            return bytes.len();
        }
        if self == Self::Base64 {
            return base64_len(bytes);
        }
        let mut decoder = TransferDecoder::new(self);
        let sliced: usize = bytes.chunks(LINE_LIMIT).map(|slice| decoder.push(slice).len()).sum();
        sliced + decoder.finish().len()
    }
}

/// Number of bytes behind base64: three for four characters, in groups that padding ends.
fn base64_len(bytes: &[u8]) -> usize {
    let group = |piece: &[u8]| {
        let kept = piece.iter().filter(|byte| SIXES[usize::from(**byte)] < OTHER).count();
        kept / 4 * 3 + [0, 0, 1, 2][kept % 4]
    };
    bytes.split(|byte| *byte == b'=').map(group).sum()
}

/// Decodes a part while it arrives, in slices cut anywhere.
#[derive(Debug)]
pub struct TransferDecoder {
    encoding: Encoding,
    bits: u32,
    held_bits: u32,
    line: Vec<u8>,
    damaged: bool,
    place: Place,
}

/// Where a decoder of uuencode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    Behind,
}

impl TransferDecoder {
    /// A decoder at the beginning of a part.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            bits: 0,
            held_bits: 0,
            line: Vec::new(),
            damaged: false,
            place: Place::Before,
        }
    }

    /// True once bytes were met that the encoding does not allow; they were skipped or kept as is.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Takes the next slice and answers what it completes.
    pub fn push(&mut self, slice: &[u8]) -> Vec<u8> {
        match self.encoding {
            Encoding::Identity => slice.to_vec(),
            Encoding::Base64 => self.push_base64(slice),
            Encoding::QuotedPrintable => self.push_quoted(slice),
            Encoding::Uuencode => self.push_uuencoded(slice),
        }
    }

    /// Ends the part and answers what was still held.
    pub fn finish(&mut self) -> Vec<u8> {
        let line = std::mem::take(&mut self.line);
        let mut out = Vec::with_capacity(line.len());
        if !line.is_empty() && self.encoding == Encoding::Uuencode {
            self.uuencoded_line(&line, &mut out);
        } else if !line.is_empty() {
            self.quoted_line(&line, &mut out);
        }
        self.damaged |= self.encoding == Encoding::Uuencode && self.place != Place::Behind;
        self.damaged |= self.held_bits == 6;
        self.held_bits = 0;
        out
    }

    fn push_base64(&mut self, slice: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(slice.len() / 4 * 3 + 3);
        let mut rest = slice;
        while let Some((first, tail)) = rest.split_first() {
            // Whole groups, which nearly all of it is, go four characters at a time.
            if self.held_bits == 0
                && let Some((group, after)) = rest.split_first_chunk::<4>()
            {
                let [a, b, c, d] = group.map(|byte| SIXES[usize::from(byte)]);
                if (a | b | c | d) < OTHER {
                    let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6;
                    let bits = bits | u32::from(d);
                    out.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
                    rest = after;
                    continue;
                }
            }
            rest = tail;
            let value = SIXES[usize::from(*first)];
            if value >= OTHER {
                // Padding ends a group; some senders join several encoded pieces.
                if *first == b'=' {
                    self.held_bits = 0;
                } else {
                    self.damaged |= !first.is_ascii_whitespace();
                }
                continue;
            }
            self.bits = self.bits << 6 | u32::from(value);
            self.held_bits += 6;
            if self.held_bits >= 8 {
                self.held_bits -= 8;
                out.push((self.bits >> self.held_bits & 0xff) as u8);
            }
        }
        out
    }

    fn push_uuencoded(&mut self, slice: &[u8]) -> Vec<u8> {
        self.line.extend_from_slice(slice);
        let ready = match slice.iter().rposition(|&b| b == b'\n') {
            Some(at) => self.line.len() - slice.len() + at + 1,
            None if self.line.len() > LINE_LIMIT => self.line.len(),
            None => return Vec::new(),
        };
        let rest = self.line.split_off(ready);
        let lines = std::mem::replace(&mut self.line, rest);
        let mut out = Vec::with_capacity(lines.len() / 4 * 3);
        for line in lines.split_inclusive(|&b| b == b'\n') {
            self.uuencoded_line(line, &mut out);
        }
        out
    }

    fn uuencoded_line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match self.place {
            Place::Before if line.starts_with(b"begin ") => self.place = Place::Inside,
            Place::Inside if line.trim_ascii_end() == b"end" => self.place = Place::Behind,
            Place::Inside => self.damaged |= !uu_line(line, out),
            Place::Before | Place::Behind => {}
        }
    }

    fn push_quoted(&mut self, slice: &[u8]) -> Vec<u8> {
        self.line.extend_from_slice(slice);
        let mut ready = match slice.iter().rposition(|&b| b == b'\n') {
            Some(at) => self.line.len() - slice.len() + at + 1,
            None if self.line.len() > LINE_LIMIT => self.line.len() - 2,
            None => return Vec::new(),
        };
        // Never cut inside an escape.
        if !self.line[..ready].ends_with(b"\n")
            && let Some(at) = self.line[ready - 2..ready].iter().position(|&b| b == b'=')
        {
            ready = ready - 2 + at;
        }
        let rest = self.line.split_off(ready);
        let lines = std::mem::replace(&mut self.line, rest);
        let mut out = Vec::with_capacity(lines.len());
        for line in lines.split_inclusive(|&b| b == b'\n') {
            self.quoted_line(line, &mut out);
        }
        out
    }

    fn quoted_line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let (text, end) = match line {
            [text @ .., b'\r', b'\n'] => (text.trim_ascii_end(), &b"\r\n"[..]),
            [text @ .., b'\n'] => (text.trim_ascii_end(), &b"\n"[..]),
            text => (text, &b""[..]),
        };
        let (text, end) = match text {
            [text @ .., b'='] => (text, &b""[..]),
            text => (text, end),
        };
        let mut rest = text;
        while let [first, tail @ ..] = rest {
            rest = match (first, tail) {
                (b'=', [high, low, after @ ..])
                    if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
                {
                    out.push(nibble(*high) << 4 | nibble(*low));
                    after
                }
                (byte, tail) => {
                    self.damaged |= *byte == b'=';
                    out.push(*byte);
                    tail
                }
            };
        }
        out.extend_from_slice(end);
    }
}

fn nibble(hex: u8) -> u8 {
    (hex as char).to_digit(16).unwrap_or(0) as u8
}

/// Decodes a part that is held whole; true when it was damaged.
pub fn decode(bytes: &[u8], encoding: Encoding) -> (Vec<u8>, bool) {
    let mut decoder = TransferDecoder::new(encoding);
    let mut out = decoder.push(bytes);
    out.extend(decoder.finish());
    (out, decoder.damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoding: Encoding, input: &str, expect: &str) {
        let (whole, _) = decode(input.as_bytes(), encoding);
        assert_eq!(String::from_utf8_lossy(&whole), expect);
        for cut in 1..input.len().max(2) {
            let mut decoder = TransferDecoder::new(encoding);
            let mut out = Vec::new();
            for slice in input.as_bytes().chunks(cut) {
                out.extend(decoder.push(slice));
            }
            out.extend(decoder.finish());
            assert_eq!(out, whole, "cut every {cut}");
        }
        assert_eq!(encoding.decoded_len(input.as_bytes()), whole.len());
    }

    #[test]
    fn base64_is_decoded_in_slices_cut_anywhere() {
        check(Encoding::Base64, "SGVsbG8sIHdvcmxkIQ==", "Hello, world!");
        check(Encoding::Base64, "SGVs\r\nbG8s\r\nIHdv!cmxkIQ", "Hello, world!");
        check(Encoding::Base64, "SGk=SGk=", "HiHi");
        check(Encoding::Base64, "", "");
    }

    #[test]
    fn quoted_printable_is_decoded_in_slices_cut_anywhere() {
        check(Encoding::QuotedPrintable, "caf=C3=A9 =\r\nau lait  \r\n=3D", "café au lait\r\n=");
        check(Encoding::QuotedPrintable, "a=ZZb=\n c=", "a=ZZb c");
        check(Encoding::QuotedPrintable, "tail =", "tail ");
    }

    #[test]
    fn uuencode_is_decoded_in_slices_cut_anywhere() {
        check(Encoding::Uuencode, "note\nbegin 644 x\r\n#0V%T\r\n#0V%T\n`\nend\nmore", "CatCat");
        check(Encoding::Uuencode, "no file", "");
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut decoder = TransferDecoder::new(Encoding::QuotedPrintable);
        let mut out = Vec::new();
        for _ in 0..50_000 {
            out.extend(decoder.push(b"=41=42=4"));
            out.extend(decoder.push(b"3"));
        }
        assert!(decoder.line.len() <= LINE_LIMIT);
        out.extend(decoder.finish());
        assert_eq!(out, b"ABC".repeat(50_000));
    }
}
