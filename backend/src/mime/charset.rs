//! Bytes to text: the declared charset, or a guess that says so (RFC 2046 §4.1.2).

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};
use mail_parser::decoders::charsets::map::charset_decoder;

use super::transfer::{self, decode};
use super::{Defect, escapes};

/// How far into an HTML part a `<meta charset>` is looked for.
const SNIFFED: usize = 1024;
/// How many bytes a guess looks at.
const GUESSED: usize = 64 << 10;

/// Decodes a text part that was fetched alone: transfer encoding, then charset.
pub fn decode_text(
    bytes: &[u8],
    encoding: transfer::Encoding,
    charset: Option<&str>,
) -> (String, Vec<Defect>) {
    let (bytes, damaged) = decode(bytes, encoding);
    let (text, defect) = to_text(&bytes, charset);
    (text, damaged.then_some(Defect::BadTransferEncoding).into_iter().chain(defect).collect())
}

/// Text, and how it came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The text, without NUL and byte order marks.
    pub text: String,
    /// The charset it was read in, lower case; what was declared if that was used.
    pub charset: String,
    /// The charset is a guess, or not all bytes are valid in it.
    pub defect: Option<Defect>,
}

/// Text of `bytes` in `charset`; what is absent, unknown or plainly wrong is guessed.
pub fn to_text(bytes: &[u8], charset: Option<&str>) -> (String, Option<Defect>) {
    let Reading { text, defect, .. } = read(bytes, charset);
    (text, defect)
}

/// Reads `bytes` as [`to_text`] does and says in which charset.
pub fn read(bytes: &[u8], declared: Option<&str>) -> Reading {
    let name = name(declared.unwrap_or_default());
    let reading = match name.as_str() {
        "" | "us-ascii" => guess(bytes),
        "utf-8" => utf_8(bytes),
        _ => match decode_as(bytes, &name) {
            Some(text) if bytes.len() < 4 || !is_garbled(&text, bytes) => {
                Reading { text, charset: name, defect: None }
            }
            _ => Reading { defect: Some(Defect::BadCharset), ..guess(bytes) },
        },
    };
    Reading { text: clean(reading.text), ..reading }
}

/// The charset's usual name: lower case, unquoted, well-known misspellings undone.
pub fn name(declared: &str) -> String {
    let name = declared.trim().trim_matches(['"', '\'']).to_ascii_lowercase().replace('_', "-");
    let usual = match name.as_str() {
        "ascii" | "ansi-x3.4-1968" | "us-ascii-7" | "7bit" => "us-ascii",
        "utf8" | "uft-8" | "utf-8mb4" | "unicode-1-1-utf-8" | "cp65001" | "8bit" => "utf-8",
        "unicode-1-1-utf-7" | "utf7" | "x-unicode-2-0-utf-7" => "utf-7",
        "shift-jis" | "cp932" | "x-ms-cp932" | "sjis" => "shift_jis",
        "cp949" | "x-windows-949" | "uhc" | "ms949" => "euc-kr",
        "cp950" | "big-5" | "x-big5" => "big5",
        "gb-2312" | "euc-cn" | "gb2312-80" | "x-gb2312" | "x-euc-cn" => "gb2312",
        "gb18030-2000" | "gb-18030" | "gb18030-2005" => "gb18030",
        "koi8r" => "koi8-r",
        "koi8u" => "koi8-u",
        "win-1251" | "windows1251" | "win1251" => "windows-1251",
        "win-1252" | "windows1252" | "ansi" | "x-ansi" | "iso-8859-1-windows-3.1-latin-1" => {
            "windows-1252"
        }
        "ibm437" | "cp437" | "437" => "ibm850",
        _ => return name,
    };
    usual.to_owned()
}

/// The usual name of a charset that can be read; none where there is no such, or its name could
/// not stand in an address.
pub fn known(declared: &str) -> Option<String> {
    let name = name(declared);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = !name.is_empty() && name.len() <= 40 && name.chars().all(plain);
    (fits && decode_as(b"", &name).is_some()).then_some(name)
}

fn decode_as(bytes: &[u8], name: &str) -> Option<String> {
    match name {
        "hz-gb-2312" => Some(escapes::hz(bytes)),
        "iso-2022-kr" => Some(escapes::iso_2022_kr(bytes)),
        _ => match charset_decoder(name.as_bytes()) {
            Some(decoder) => Some(decoder(bytes)),
            None => {
                let encoding = Encoding::for_label(name.as_bytes())?;
                Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
            }
        },
    }
}

/// True where a declared charset cannot be the real one: hardly a character of it is valid, or
/// every other byte makes another sense.
fn is_garbled(text: &str, bytes: &[u8]) -> bool {
    let wrong = text.matches('\u{fffd}').count();
    let wide = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let nearly_all = || text.chars().all(|c| c == '\u{fffd}') || (wide >= 8 && wrong * 3 > wide);
    wrong > 0 && (std::str::from_utf8(bytes).is_ok() || nearly_all())
}

fn utf_8(bytes: &[u8]) -> Reading {
    let charset = "utf-8".to_owned();
    match std::str::from_utf8(bytes) {
        Ok(text) => Reading { text: text.to_owned(), charset, defect: None },
        // A body cut in the middle of a character is still UTF-8; Latin text is not.
        Err(error) if error.error_len().is_none() || mostly_utf8(bytes) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            Reading { text, charset, defect: Some(Defect::BadCharset) }
        }
        Err(_) => guess(bytes),
    }
}

/// Reads bytes of which nobody says what they are.
fn guess(bytes: &[u8]) -> Reading {
    let escaped = bytes.contains(&0x1b) || bytes.contains(&0x0e);
    if let Ok(text) = std::str::from_utf8(bytes)
        && !escaped
    {
        let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" }.to_owned();
        return Reading { text: text.to_owned(), charset, defect: None };
    }
    if escaped && bytes.windows(4).take(GUESSED).any(|w| w == b"\x1b$)C") {
        let (text, charset) = (escapes::iso_2022_kr(bytes), "iso-2022-kr".to_owned());
        return Reading { text, charset, defect: Some(Defect::BadCharset) };
    }
    let encoding = if mostly_utf8(bytes) { UTF_8 } else { likely(bytes) };
    Reading {
        text: encoding.decode_without_bom_handling(bytes).0.into_owned(),
        charset: encoding.name().to_ascii_lowercase(),
        defect: Some(Defect::BadCharset),
    }
}

/// The likeliest charset by the statistics of the web.
fn likely(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(GUESSED)], true);
    detector.guess(None, Utf8Detection::Allow)
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

/// True when most of the non-ASCII bytes form valid characters.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (valid, invalid) = bytes.utf8_chunks().fold((0, 0), |(valid, invalid), chunk| {
        let wide = chunk.valid().bytes().filter(|b| !b.is_ascii()).count();
        (valid + wide, invalid + chunk.invalid().len())
    });
    valid > invalid * 4
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
        check(b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7", None, "你好，世界");
        check(
            b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?",
            None,
            "Привет, как дела?",
        );
        check(b"\x1b$B$3$s\x1b(B", None, "こん");
        check("caf\u{e9} na\u{ef}vement".as_bytes(), Some("windows-1257x"), "café naïvement");
    }

    #[test]
    fn a_declared_charset_that_cannot_be_is_not_believed() {
        let japanese = "これは日本語の文章です。";
        check(japanese.as_bytes(), Some("euc-kr"), japanese);
        let read = read(b"\xd0\xcf\xce", Some("koi8-r"));
        assert_eq!((read.charset.as_str(), read.defect), ("koi8-r", None));
    }

    #[test]
    fn names_are_known_by_their_misspellings() {
        check(b"+AOk-", Some("unicode-1-1-utf-7"), "é");
        check("é".as_bytes(), Some("UFT-8"), "é");
        check(b"~{VPND~}!", Some("HZ-GB-2312"), "中文!");
        check(b"\x1b$)C\x0e0!\x0f!", Some("iso-2022-kr"), "가!");
    }

    #[test]
    fn a_character_cut_at_the_end_keeps_the_rest() {
        check(b"caf\xc3\xa9 \xe4\xbd", Some("utf-8"), "café \u{fffd}");
    }

    #[test]
    fn only_what_can_be_read_is_known() {
        assert_eq!(known("GB_2312").as_deref(), Some("gb2312"));
        assert_eq!(known("utf8").as_deref(), Some("utf-8"));
        for unknown in ["", "x-klingon", "utf-8.", "a/b"] {
            assert_eq!(known(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn html_may_name_its_charset_itself() {
        assert_eq!(sniff_html(b"<META content='text/html; charset=GBK'>").as_deref(), Some("gbk"));
        assert_eq!(sniff_html(b"<p>plain</p>"), None);
    }
}
