//! uuencode, as POSIX describes it: a line says how many bytes it holds, 0x20 or 0x60 is zero.

use super::{Block, bare, line_end, name_of};

/// Reads the file whose `begin` line stands at `start`; none where no data follows.
pub(super) fn read(bytes: &[u8], start: usize) -> Option<Block> {
    let mut at = line_end(bytes, start);
    let name = named(bare(&bytes[start..at]))?;
    let mut content = Vec::new();
    let mut lines = 0;
    while at < bytes.len() {
        let next = line_end(bytes, at);
        let text = bare(&bytes[at..next]);
        if text.trim_ascii_end() == b"end" && (lines > 0 || content.is_empty()) {
            return (lines > 0).then_some(Block { range: start..next, name, content });
        }
        if !line(text, &mut content) {
            break;
        }
        lines += 1;
        at = next;
    }
    // Cut short: what is there is kept.
    (!content.is_empty()).then_some(Block { range: start..at, name, content })
}

/// The name in `begin 644 name`.
fn named(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"begin ")?;
    let space = rest.iter().position(|byte| *byte == b' ')?;
    let (mode, name) = rest.split_at(space);
    let octal = (3..=5).contains(&mode.len()) && mode.iter().all(|b| (b'0'..=b'7').contains(b));
    octal.then(|| name_of(name.trim_ascii())).filter(|name| !name.is_empty())
}

/// Decodes one line; false where it is none.
pub(in crate::mime) fn line(text: &[u8], out: &mut Vec<u8>) -> bool {
    let Some((first, chars)) = text.split_first() else { return true };
    let valid = |byte: &u8| (0x20..=0x60).contains(byte);
    if !valid(first) || !chars.iter().all(valid) {
        return false;
    }
    let count = usize::from((first - 0x20) & 0x3f);
    let needed = count.div_ceil(3) * 4;
    // Spaces at the end may have been lost on the way, and some add a checksum.
    if chars.len() > needed + 2 || chars.len() + 4 < needed {
        return false;
    }
    let six = |at: usize| u32::from((chars.get(at).unwrap_or(&0x20) - 0x20) & 0x3f);
    let mut left = count;
    for group in 0..needed / 4 {
        let at = group * 4;
        let bits = six(at) << 18 | six(at + 1) << 12 | six(at + 2) << 6 | six(at + 3);
        let three = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        out.extend_from_slice(&three[..left.min(3)]);
        left -= left.min(3);
    }
    true
}
