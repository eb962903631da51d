//! Base64 (RFC 4648 §4) as SASL and encoded words need it.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes, with or without padding; `None` for anything that is not base64.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0);
    for byte in text {
        let digit = DIGITS.iter().position(|digit| digit == byte)?;
        bits = (bits << 6 | digit as u32) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    Some(bytes)
}

/// Encodes with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .enumerate()
            .fold(0_u32, |bits, (index, byte)| bits | u32::from(*byte) << (16 - 8 * index));
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit > chunk.len() { '=' } else { char::from(DIGITS[value]) });
        }
    }
    text
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
    fn bytes_survive_the_round_trip() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decode(b"Zm9v!"), None);
    }

    #[test]
    fn plain_credentials_are_read() {
        let expect = Some(("tim".to_owned(), "tanstaaftanstaaf".to_owned()));
        assert_eq!(plain(b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm"), expect);
        assert_eq!(plain(b"AHRpbQ=="), None);
        assert_eq!(plain(b"*"), None);
    }
}
