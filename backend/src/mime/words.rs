//! Encoded words (RFC 2047), side by side as one: some senders cut them inside a character.

use std::borrow::Cow;

use super::charset;
use super::transfer::{Encoding, decode};

/// Neighbouring `=?charset?encoding?text?=` of one charset, and where the last of them ends.
struct Run {
    text: String,
    count: usize,
    end: usize,
}

/// One encoded word and where it ends.
struct Word<'a> {
    charset: &'a [u8],
    encoding: u8,
    text: &'a [u8],
    end: usize,
}

/// Text with its encoded words decoded; white space between two of them is none.
pub(super) fn text(line: &str) -> String {
    let (mut out, mut done, mut at) = (String::new(), 0, 0);
    let bytes = line.as_bytes();
    let mut after_word = false;
    while let Some(start) = find(bytes, at) {
        let Some(run) = run(bytes, start) else {
            at = start + 2;
            continue;
        };
        let between = line.get(done..start).unwrap_or_default();
        if !(after_word && between.trim().is_empty()) {
            out.push_str(between);
        }
        out.push_str(&run.text);
        (done, at, after_word) = (run.end, run.end, true);
    }
    out.push_str(line.get(done..).unwrap_or_default());
    out
}

/// Writes neighbouring encoded words of one charset as a single one in UTF-8.
pub(super) fn join(block: &[u8]) -> Cow<'_, [u8]> {
    let (mut out, mut done, mut at) = (Vec::new(), 0, 0);
    while let Some(start) = find(block, at) {
        let Some(run) = run(block, start) else {
            at = start + 2;
            continue;
        };
        if run.count > 1 {
            out.extend_from_slice(&block[done..start]);
            out.extend_from_slice(b"=?utf-8?Q?");
            run.text.bytes().for_each(|byte| quote(byte, &mut out));
            out.extend_from_slice(b"?=");
            done = run.end;
        }
        at = run.end;
    }
    if done == 0 {
        return Cow::Borrowed(block);
    }
    out.extend_from_slice(&block[done..]);
    Cow::Owned(out)
}

fn find(block: &[u8], at: usize) -> Option<usize> {
    memchr::memmem::find(block.get(at..)?, b"=?").map(|found| at + found)
}

fn run(block: &[u8], start: usize) -> Option<Run> {
    let first = word(block, start)?;
    let (charset, mut bytes, mut open) = (first.charset, Vec::new(), Vec::new());
    let (mut end, mut count, mut next) = (first.end, 0, Some(first));
    while let Some(word) = next.filter(|word| word.charset.eq_ignore_ascii_case(charset)) {
        if word.encoding == b'b' {
            // Some cut base64 anywhere: without padding, what follows goes on.
            open.extend_from_slice(word.text);
        } else {
            bytes.extend(decode(&std::mem::take(&mut open), Encoding::Base64).0);
            bytes.extend(unquoted(word.text));
        }
        (end, count) = (word.end, count + 1);
        next = self::word(block, next_start(block, end));
    }
    bytes.extend(decode(&open, Encoding::Base64).0);
    let name = String::from_utf8_lossy(charset);
    // RFC 2231 §5 puts a language behind the charset.
    let name = name.split('*').next().unwrap_or_default();
    Some(Run { text: charset::to_text(&bytes, Some(name)).0, count, end })
}

fn unquoted(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
    // A word's own spaces at its end are text, not padding of a line.
    let mut bytes = decode(&spaced, Encoding::QuotedPrintable).0;
    let lost = spaced.iter().rev().take_while(|byte| **byte == b' ').count();
    let kept = bytes.iter().rev().take_while(|byte| **byte == b' ').count();
    bytes.extend(std::iter::repeat_n(b' ', lost.saturating_sub(kept)));
    bytes
}

/// Where the next word would begin: behind white space with at least one character of it.
fn next_start(block: &[u8], end: usize) -> usize {
    let blanks = block[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if blanks > 0 { end + blanks } else { block.len() }
}

fn word(block: &[u8], start: usize) -> Option<Word<'_>> {
    let rest = block.get(start..)?.strip_prefix(b"=?")?;
    let mut fields = rest.splitn(3, |byte| *byte == b'?');
    let (charset, encoding, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let length = memchr::memmem::find(rest, b"?=")?;
    let text = &rest[..length];
    let encoding = encoding.first().filter(|_| encoding.len() == 1)?.to_ascii_lowercase();
    if charset.is_empty() || !matches!(encoding, b'b' | b'q') || text.contains(&b'\n') {
        return None;
    }
    let end = start + 2 + charset.len() + 3 + length + 2;
    Some(Word { charset, encoding, text, end })
}

fn quote(byte: u8, out: &mut Vec<u8>) {
    if byte.is_ascii_alphanumeric() {
        out.push(byte);
    } else {
        out.extend_from_slice(format!("={byte:02X}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use crate::mime::header::decoded;

    fn check(raw: &str, expect: &str) {
        assert_eq!(decoded(raw.as_bytes()), expect);
    }

    #[test]
    fn a_character_cut_between_words_is_whole_again() {
        check("=?utf-8?B?w?= =?utf-8?B?6k=?=", "é");
        check("=?UTF-8?Q?caf=C3?=\r\n =?utf-8?Q?=A9_au?= =?utf-8?q?_lait?= x", "café au lait x");
        check("=?gb2312?B?xOM=?= =?GB2312?B?usM=?=", "你好");
    }

    #[test]
    fn other_words_stay_as_they_are() {
        check("=?iso-8859-1?Q?a=E9?= =?utf-8?B?w6k=?= b", "aéé b");
        check("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c");
        check("=?no =?utf-8?Q?c?=", "=?no c");
        check("=?a?X?b?= =?", "=?a?X?b?= =?");
    }
}
