//! Bytes to text: the declared charset, or a guess that says so (RFC 2046 §4.1.2).

use mail_parser::decoders::charsets::map::charset_decoder;

use super::Defect;
use super::transfer::{Encoding, decode};

/// How far into an HTML part a `<meta charset>` is looked for.
const SNIFFED: usize = 1024;

/// Decodes a text part that was fetched alone: transfer encoding, then charset.
pub fn decode_text(
    bytes: &[u8],
    encoding: Encoding,
    charset: Option<&str>,
) -> (String, Vec<Defect>) {
    let (bytes, damaged) = decode(bytes, encoding);
    let (text, defect) = to_text(&bytes, charset);
    (text, damaged.then_some(Defect::BadTransferEncoding).into_iter().chain(defect).collect())
}

/// Text of `bytes` in `charset`; an unknown one is guessed UTF-8, then windows-1252.
pub fn to_text(bytes: &[u8], charset: Option<&str>) -> (String, Option<Defect>) {
    let name = charset.unwrap_or_default().trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let (text, defect) = match name.as_str() {
        "" | "us-ascii" | "ascii" => guess(bytes, &name),
        "utf-8" | "utf8" => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), None),
            // A body cut in the middle of a character is still UTF-8; Latin text is not.
            Err(error) if error.error_len().is_none() || mostly_utf8(bytes) => {
                (String::from_utf8_lossy(bytes).into_owned(), Some(Defect::BadCharset))
            }
            Err(_) => (windows_1252(bytes), Some(Defect::BadCharset)),
        },
        _ => match charset_decoder(name.as_bytes()).map(|decoder| decoder(bytes)) {
            Some(text) if bytes.len() < 4 || text.chars().any(|c| c != '\u{fffd}') => (text, None),
            _ => {
                let (text, _) = guess(bytes, &name);
                (text, Some(Defect::BadCharset))
            }
        },
    };
    (clean(text), defect)
}

/// The charset that an HTML part declares in itself, where its header does not.
pub fn sniff_html(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(SNIFFED)]).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let name: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    // What could be read as ASCII so far is not UTF-16, whatever it says.
    (!name.is_empty() && !name.starts_with("utf-16")).then_some(name)
}

fn guess(bytes: &[u8], declared: &str) -> (String, Option<Defect>) {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0x1b) => (text.to_owned(), None),
        Ok(text) => (iso_2022(bytes).unwrap_or_else(|| text.to_owned()), Some(Defect::BadCharset)),
        Err(_) if declared.is_empty() && mostly_utf8(bytes) => {
            (String::from_utf8_lossy(bytes).into_owned(), Some(Defect::BadCharset))
        }
        Err(_) => (windows_1252(bytes), Some(Defect::BadCharset)),
    }
}

fn iso_2022(bytes: &[u8]) -> Option<String> {
    let escapes = bytes.windows(3).any(|w| matches!(w, b"\x1b$B" | b"\x1b$@" | b"\x1b(J"));
    escapes.then(|| charset_decoder(b"iso-2022-jp").map(|decoder| decoder(bytes))).flatten()
}

/// True when most of the non-ASCII bytes form valid characters.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (valid, invalid) = bytes.utf8_chunks().fold((0, 0), |(valid, invalid), chunk| {
        let wide = chunk.valid().bytes().filter(|b| !b.is_ascii()).count();
        (valid + wide, invalid + chunk.invalid().len())
    });
    valid > invalid * 4
}

fn windows_1252(bytes: &[u8]) -> String {
    match charset_decoder(b"windows-1252") {
        Some(decoder) => decoder(bytes),
        None => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

fn clean(text: String) -> String {
    if text.contains(['\0', '\u{feff}']) { text.replace(['\0', '\u{feff}'], "") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], charset: Option<&str>, expect: &str) {
        assert_eq!(to_text(bytes, charset).0, expect);
    }

    #[test]
    fn declared_charsets_are_used() {
        check(b"\xc4\xe3\xba\xc3", Some("GB2312"), "你好");
        check(b"\xa7A\xa6n", Some("big5"), "你好");
        check(b"\x1b$B$3$s\x1b(B", Some("ISO-2022-JP"), "こん");
        check(b"za\xbf\xf3\xb3\xe6", Some("iso-8859-2"), "zażółć");
        check(b"\xef\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "привет");
    }

    #[test]
    fn unknown_charsets_are_guessed() {
        check("café".as_bytes(), Some("x-unknown"), "café");
        check(b"caf\xe9", Some("x-unknown"), "café");
        check(b"caf\xe9", None, "café");
        check(b"\x93quoted\x94", Some("us-ascii"), "“quoted”");
        check(b"caf\xe9 cr\xe8me", Some("utf-8"), "café crème");
        check(b"a\0b", None, "ab");
    }

    #[test]
    fn a_character_cut_at_the_end_keeps_the_rest() {
        check(b"caf\xc3\xa9 \xe4\xbd", Some("utf-8"), "café \u{fffd}");
    }

    #[test]
    fn html_may_name_its_charset_itself() {
        assert_eq!(sniff_html(b"<META content='text/html; charset=GBK'>").as_deref(), Some("gbk"));
        assert_eq!(sniff_html(b"<p>plain</p>"), None);
    }
}
