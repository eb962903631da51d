//! Header text to Unicode (RFC 2047), parameters (RFC 2231), dates and flags.

use std::borrow::Cow;

use mail_parser::DateTime;
use mail_parser::parsers::MessageStream;
use postern_shared::flag::Flag;

use crate::store::imap::ext::token::Value;

/// Decodes encoded-words. Raw 8-bit text is taken for UTF-8, else for Latin-1.
pub(crate) fn decoded(raw: &[u8]) -> String {
    let line = one_line(raw);
    let value = MessageStream::new(line.as_bytes()).parse_unstructured();
    value.into_text().unwrap_or_default().trim().to_owned()
}

/// A parameter by its name, with RFC 2231's continuations and RFC 2047's words decoded.
pub(super) fn parameter(list: &[Value<'_>], name: &str) -> Option<String> {
    let mut header = String::from("x/x");
    for pair in list.chunks_exact(2) {
        let key = pair[0].text().to_ascii_lowercase();
        if key != name && !key.strip_prefix(name).is_some_and(|rest| rest.starts_with('*')) {
            continue;
        }
        let value = one_line(pair[1].bytes()?);
        let value = value.trim_end();
        let extended = key.ends_with('*') && !value.contains(['"', ';', ' ']);
        header += &if extended {
            format!("; {key}={value}")
        } else {
            format!("; {key}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
        };
    }
    header.push('\n');
    let content_type = MessageStream::new(header.as_bytes()).parse_content_type();
    let value = content_type.as_content_type()?.attribute(name)?;
    let value = if value.contains("=?") { decoded(value.as_bytes()) } else { value.to_owned() };
    (!value.is_empty()).then_some(value)
}

/// INTERNALDATE in seconds since 1970; none for NIL, `00-Jan-0000` and the like.
pub(crate) fn internal_date(value: &Value<'_>) -> Option<i64> {
    let text = value.text();
    seconds(&text.trim().replacen('-', " ", 2))
}

/// A Date header in seconds since 1970.
pub(super) fn seconds(date: &str) -> Option<i64> {
    let date = DateTime::parse_rfc822(&format!("{}\n", date.trim()))?;
    date.is_valid().then(|| date.to_timestamp())
}

/// The flags of a list; NIL, `\Recent` and unknown system flags are none.
pub(crate) fn flags(value: &Value<'_>) -> Vec<Flag> {
    value.list().iter().filter_map(|flag| Flag::parse(&flag.text())).collect()
}

/// Valid UTF-8 in one line that ends as the parser wants it.
fn one_line(raw: &[u8]) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(raw.iter().copied().map(char::from).collect()),
    };
    // Folded lines keep the space that follows the fold.
    let text = text.replace("\r\n", "");
    let mut line: String =
        text.chars().map(|c| if matches!(c, '\r' | '\n' | '\0') { ' ' } else { c }).collect();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_text_is_decoded() {
        assert_eq!(decoded(b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus"), "Grüße aus");
        assert_eq!(decoded(b"=?gb2312?B?xOO6ww==?="), "你好");
        assert_eq!(decoded("Grüße".as_bytes()), "Grüße");
        assert_eq!(decoded(b"Gr\xFC\xDFe"), "Grüße");
        assert_eq!(decoded(b"a\r\n b"), "a b");
        assert_eq!(decoded(b""), "");
    }

    #[test]
    fn dates_are_read_or_absent() {
        let date = |text: &'static str| internal_date(&Value::String(text.as_bytes().into()));
        assert_eq!(date("17-Jul-1996 02:44:25 -0700"), Some(837_596_665));
        assert_eq!(date(" 1-Jan-1970 00:00:10 +0000"), Some(10));
        assert_eq!(date("00-Jan-0000 00:00:00 +0000"), None);
        assert_eq!(internal_date(&Value::Nil), None);
    }

    #[test]
    fn parameters_are_decoded() {
        let check = |pairs: &[(&'static str, &'static str)], expect: Option<&str>| {
            let string = |text: &'static str| Value::String(text.as_bytes().into());
            let list: Vec<_> =
                pairs.iter().flat_map(|(key, value)| [string(key), string(value)]).collect();
            assert_eq!(parameter(&list, "filename").as_deref(), expect);
        };
        check(&[("FILENAME", "a \"b\".pdf")], Some("a \"b\".pdf"));
        check(&[("filename*", "utf-8''Gr%C3%BC%C3%9Fe.txt")], Some("Grüße.txt"));
        check(
            &[("filename*0*", "utf-8''Gr%C3%BC"), ("filename*1*", "%C3%9Fe.txt")],
            Some("Grüße.txt"),
        );
        check(&[("filename", "=?utf-8?B?R3LDvMOfZS50eHQ=?=")], Some("Grüße.txt"));
        check(&[("charset", "x")], None);
    }
}
