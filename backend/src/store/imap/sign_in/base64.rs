//! Base64 (RFC 4648 §4) as SASL needs it.

use zeroize::Zeroizing;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes with padding.
pub(super) fn encode(octets: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(octets.len().div_ceil(3) * 4));
    for chunk in octets.chunks(3) {
        let octet = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Decodes, with or without padding; none for anything else.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let (mut octets, mut bits, mut held) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0);
    for byte in text {
        let digit = DIGITS.iter().position(|digit| digit == byte)?;
        bits = (bits << 6 | u32::try_from(digit).ok()?) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            octets.push((bits >> held & 0xFF) as u8);
        }
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_digits_and_octets_again() {
        for (plain, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encode(plain.as_bytes()).as_str(), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(plain.as_bytes()));
            assert_eq!(decode(text.trim_end_matches('=').as_bytes()).unwrap(), plain.as_bytes());
        }
        assert_eq!(decode(b"Zg==x"), None);
        assert_eq!(decode(b"not base64!"), None);
    }
}
