//! Base64 (RFC 4648 §4) as SASL needs it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Servers leave the padding away, and what fills the last digit up is nobody's business.
const SASL: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Encodes with padding.
#[must_use]
pub fn encode(octets: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(SASL.encode(octets))
}

/// Decodes, with or without padding; none for anything else.
#[must_use]
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    SASL.decode(text.trim_ascii()).ok()
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
