//! Where the bytes of a part lie within its encoded form, told without reading all of it.
//!
//! Base64 as nearly everybody writes it is lines of one length (RFC 2045 §6.8): its first lines and
//! its last then say how many bytes it holds and where each of them begins. Whoever reads by this
//! checks that it was so.

use super::transfer::Encoding;

/// How many bytes at the end of an encoded part [`Layout::read`] wants to see.
pub const TAIL: u64 = 1024;

/// The bytes of a part, as far as they can be reached from anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Decoded bytes.
    pub size: u64,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    /// Characters of a line, and its length with its end.
    Lines(u64, u64),
}

/// Where to begin reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seek {
    /// Encoded bytes before it.
    pub offset: u64,
    /// Decoded bytes to drop from there.
    pub skip: usize,
}

impl Layout {
    /// Reads it from the beginning and the end (see [`TAIL`]) of `length` encoded bytes; none where
    /// it cannot be told.
    pub fn read(encoding: Encoding, length: u64, head: &[u8], tail: &[u8]) -> Option<Self> {
        match encoding {
            Encoding::Identity => Some(Self { size: length, form: Form::Plain }),
            Encoding::Base64 => Self::of_base64(length, head, tail),
            Encoding::QuotedPrintable | Encoding::Uuencode => None,
        }
    }

    /// Where the byte at `at` begins.
    pub fn seek(&self, at: u64) -> Seek {
        match self.form {
            Form::Plain => Seek { offset: at, skip: 0 },
            Form::Lines(chars, line) => {
                let held = chars / 4 * 3;
                let (lines, rest) = (at / held, at % held);
                Seek { offset: lines * line + rest / 3 * 4, skip: (rest % 3) as usize }
            }
        }
    }

    fn of_base64(length: u64, head: &[u8], tail: &[u8]) -> Option<Self> {
        let line = head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |at| at + 1);
        let chars = head[..line].trim_ascii_end().len();
        if chars == 0 || !chars.is_multiple_of(4) || line - chars > 2 {
            return None;
        }
        let first = length.checked_sub(tail.len() as u64)?;
        let filled = tail.trim_ascii_end().len() as u64;
        let padding = tail.trim_ascii_end().iter().rev().take_while(|byte| **byte == b'=').count();
        // What is no more than one line may as well be looked at whole.
        if filled == 0 || padding > 2 {
            return None;
        }
        let (chars, line) = (chars as u64, line as u64);
        let fits = |offset: u64, bytes: &[u8]| {
            bytes.iter().zip(offset..).all(|(byte, at)| match at % line < chars {
                true => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
                false => matches!(byte, b'\r' | b'\n'),
            })
        };
        let end = first + filled;
        let told = end - padding as u64;
        let seen = |offset: u64, bytes: &[u8]| {
            let until = usize::try_from(told.saturating_sub(offset)).unwrap_or(usize::MAX);
            fits(offset, &bytes[..bytes.len().min(until)])
        };
        if !seen(0, head) || !seen(first, tail) || end % line > chars {
            return None;
        }
        let held = end / line * chars + end % line - padding as u64;
        let size = held / 4 * 3 + [0, 0, 1, 2][(held % 4) as usize];
        Some(Self { size, form: Form::Lines(chars, line) })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::mime::TransferDecoder;

    fn base64(bytes: &[u8], chars: usize, end: &str) -> Vec<u8> {
        let flat = STANDARD.encode(bytes).into_bytes();
        let lines: Vec<&[u8]> = flat.chunks(chars).collect();
        [lines.join(end.as_bytes()), end.as_bytes().to_vec()].concat()
    }

    fn layout(encoded: &[u8]) -> Option<Layout> {
        let tail = encoded.len().saturating_sub(TAIL as usize);
        let head = &encoded[..encoded.len().min(2000)];
        Layout::read(Encoding::Base64, encoded.len() as u64, head, &encoded[tail..])
    }

    #[test]
    fn every_byte_of_regular_base64_is_found() {
        for size in [1, 2, 3, 56, 57, 58, 114, 5000, 5001, 5002] {
            let bytes: Vec<u8> = (0..size).map(|n| (n * 7 % 251) as u8).collect();
            for (chars, end) in [(76, "\r\n"), (72, "\n"), (64, "\r\n"), (60, "\r\n")] {
                let encoded = base64(&bytes, chars, end);
                let layout = layout(&encoded).expect("it is regular");
                assert_eq!(layout.size, size as u64, "{size} by {chars}");
                for at in (0..size).step_by(97) {
                    let seek = layout.seek(at as u64);
                    let mut decoder = TransferDecoder::new(Encoding::Base64);
                    let rest = decoder.push(&encoded[seek.offset as usize..]);
                    assert_eq!(rest[seek.skip..], bytes[at..], "{at} of {size} by {chars}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_regular_is_not_guessed() {
        let bytes = vec![9; 5000];
        let good = base64(&bytes, 76, "\r\n");
        let mut longer = good.clone();
        longer.splice(76..76, *b"AAAA");
        let mut inside = good.clone();
        inside[30] = b'=';
        let late = [base64(&bytes, 76, "\r\n"), base64(&bytes[..50], 76, "\r\n")].concat();
        let footer = [&good[..], b"-- \r\nSent by a list\r\n"].concat();
        for bad in [longer, inside, late, footer, b"AAA\r\n".to_vec(), Vec::new()] {
            assert_eq!(
                layout(&bad),
                None,
                "{}",
                String::from_utf8_lossy(&bad[..bad.len().min(90)])
            );
        }
        assert_eq!(Layout::read(Encoding::QuotedPrintable, 9, b"a", b"a"), None);
    }

    #[test]
    fn plain_bytes_lie_where_they_are() {
        let layout = Layout::read(Encoding::Identity, 77, b"", b"").unwrap();
        assert_eq!((layout.size, layout.seek(5)), (77, Seek { offset: 5, skip: 0 }));
    }
}
