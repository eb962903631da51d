//! Header text to Unicode (RFC 2047), parameters (RFC 2231), dates and flags.

use mail_parser::DateTime;
use postern_shared::flag::Flag;

use crate::mime::{header, params};
use crate::store::imap::ext::token::Value;

/// Decodes encoded-words. Raw 8-bit text is taken for UTF-8, else for what it looks like.
pub(crate) fn decoded(raw: &[u8]) -> String {
    header::decoded(raw)
}

/// All parameters of a list, with RFC 2231's continuations and RFC 2047's words decoded.
pub(super) fn parameters(list: &[Value<'_>]) -> Vec<(String, String)> {
    let pair = |pair: &[Value<'_>]| Some((pair[0].text().into_owned(), pair[1].bytes()?.to_vec()));
    params::join(list.chunks_exact(2).filter_map(pair))
}

/// A parameter by its name.
pub(super) fn parameter(list: &[Value<'_>], name: &str) -> Option<String> {
    let found = parameters(list).into_iter().find(|(key, _)| key == name);
    found.map(|(_, value)| header::one_line(&value)).filter(|value| !value.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_text_is_decoded() {
        assert_eq!(decoded(b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus"), "Grüße aus");
        assert_eq!(decoded(b"=?gb2312?B?xOO6ww==?="), "你好");
        assert_eq!(decoded("Grüße".as_bytes()), "Grüße");
        assert_eq!(decoded(b"Gr\xFC\xDFe"), "Grüße");
        assert_eq!(decoded(b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7"), "你好，世界");
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
        let pieces = [("filename*0*", "utf-8''%D9%8A%D8"), ("filename*1*", "%AF.txt")];
        check(&pieces, Some("يد.txt"));
    }
}
