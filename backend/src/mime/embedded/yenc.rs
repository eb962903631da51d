//! yEnc (yenc.org, draft 1.3): bytes shifted by 42, four of them escaped.

use super::{Block, bare, line_end, name_of};

/// Reads the file whose `=ybegin` line stands at `start`; none where its size is not told.
pub(super) fn read(bytes: &[u8], start: usize) -> Option<Block> {
    let mut at = line_end(bytes, start);
    let head = bare(&bytes[start..at]);
    let told = |key: &[u8]| memchr::memmem::find(head, key).is_some();
    if !told(b" size=") || !told(b" line=") {
        return None;
    }
    let name = memchr::memmem::find(head, b" name=").map(|at| name_of(head[at + 6..].trim_ascii()));
    let mut content = Vec::new();
    while at < bytes.len() {
        let next = line_end(bytes, at);
        let line = bare(&bytes[at..next]);
        at = next;
        if line.starts_with(b"=yend") {
            break;
        }
        if !line.starts_with(b"=ypart ") {
            decode(line, &mut content);
        }
    }
    Some(Block { range: start..at, name: name.unwrap_or_default(), content })
}

fn decode(line: &[u8], out: &mut Vec<u8>) {
    let mut escaped = false;
    for &byte in line {
        if byte == b'=' && !escaped {
            escaped = true;
            continue;
        }
        let shift: u8 = if escaped { 42 + 64 } else { 42 };
        out.push(byte.wrapping_sub(shift));
        escaped = false;
    }
}
