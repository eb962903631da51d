//! Base64 (RFC 4648 §4) as SASL needs it.

/// Decodes, with or without padding; `None` for anything that is not base64.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    Some(bytes)
}

/// Reads the message of SASL PLAIN (RFC 4616): the login and the password.
pub(crate) fn plain(text: &[u8]) -> Option<(String, String)> {
    let message = decode(text)?;
    let mut fields =
        message.split(|byte| *byte == 0).map(|field| String::from_utf8(field.to_vec()));
    let (_authorize_as, login, password) =
        (fields.next()?, fields.next()?.ok()?, fields.next()?.ok()?);
    fields.next().is_none().then_some((login, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_credentials_are_read() {
        let expect = Some(("tim".to_owned(), "tanstaaftanstaaf".to_owned()));
        assert_eq!(plain(b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm"), expect);
        assert_eq!(plain(b"AHRpbQ=="), None);
        assert_eq!(plain(b"*"), None);
    }
}
