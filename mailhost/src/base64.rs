//! Base64 (RFC 4648 §4) as SASL and encoded words need it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Clients leave the padding away, and what fills the last digit up is nobody's business.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes, with or without padding; `None` for anything that is not base64.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    LENIENT.decode(text.trim_ascii()).ok()
}

/// Encodes with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    LENIENT.encode(bytes)
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
