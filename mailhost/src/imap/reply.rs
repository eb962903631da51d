//! Writes the pieces of answers: lines, strings, mailbox names.

use std::io::Write;

use super::utf7;

/// Untagged lines and the tagged one, gathered until they are sent.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub bytes: Vec<u8>,
    /// Where the tagged line begins.
    pub tagged_at: Option<usize>,
}

impl Reply {
    /// An untagged line, without `* ` and CRLF.
    pub fn untagged(&mut self, text: impl AsRef<[u8]>) {
        self.bytes.extend_from_slice(b"* ");
        self.bytes.extend_from_slice(text.as_ref());
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// The line that ends the answer: `OK …`, `NO …` or `BAD …`.
    pub fn tagged(&mut self, tag: &str, text: &str) {
        self.tagged_at = Some(self.bytes.len());
        // A Vec takes every write.
        let _ = write!(self.bytes, "{tag} {text}\r\n");
    }
}

/// A string in the shortest safe form: quoted where that is possible, a literal otherwise.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    if text.len() > 4096 || !text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return push_literal(out, text);
    }
    out.push(b'"');
    for byte in text {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

pub(crate) fn push_nstring(out: &mut Vec<u8>, text: Option<&[u8]>) {
    match text {
        Some(text) => push_string(out, text),
        None => out.extend_from_slice(b"NIL"),
    }
}

pub(crate) fn push_literal(out: &mut Vec<u8>, bytes: &[u8]) {
    // A Vec takes every write.
    let _ = write!(out, "{{{}}}\r\n", bytes.len());
    out.extend_from_slice(bytes);
}

/// A mailbox name as an atom where it can be one, else quoted.
pub(crate) fn mailbox_name(name: &str) -> String {
    let wire = utf7::encode(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if !wire.is_empty() && wire.bytes().all(plain) {
        return wire;
    }
    let mut quoted = Vec::new();
    push_string(&mut quoted, wire.as_bytes());
    String::from_utf8_lossy(&quoted).into_owned()
}
