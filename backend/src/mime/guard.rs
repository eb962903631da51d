//! The only way to a parsed message: limits first, and no panic gets past.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;

use super::parse::Parsed;

/// How much of a hostile message is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the message.
    pub bytes: usize,
    /// Parts of every kind.
    pub parts: usize,
    /// Parts inside one another.
    pub depth: usize,
    /// Bytes of one header block.
    pub header: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 128 << 20, parts: 1000, depth: 100, header: 256 << 10 }
    }
}

/// Reads a message; whatever the bytes, there is something to show. Blocking: it takes CPU time.
pub fn parse(raw: impl Into<Bytes>, limits: &Limits) -> Parsed {
    parse_as(raw, limits, None)
}

/// Reads a message as [`parse`] does, its text in `charset`, whatever it says itself.
pub fn parse_as(raw: impl Into<Bytes>, limits: &Limits, charset: Option<&str>) -> Parsed {
    let raw = raw.into();
    // Our code and mail-parser's mean never to panic; a message must not be the proof of the contrary.
    catch_unwind(AssertUnwindSafe(|| Parsed::read(raw.clone(), limits, charset)))
        .unwrap_or_else(|_| Parsed::unreadable(raw))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mime::Defect;

    fn check(raw: &[u8], defect: Defect) -> Parsed {
        let parsed = parse(raw.to_vec(), &Limits::default());
        assert!(parsed.defects.contains(&defect), "{:?}", parsed.defects);
        parsed
    }

    #[test]
    fn a_message_in_a_message_ten_thousand_times_stays_shallow() {
        let raw = b"Content-Type: message/rfc822\r\n\r\n".repeat(10_000);
        let parsed = check(&raw, Defect::TooDeep);
        assert_eq!(parsed.parts.len(), 101);
    }

    #[test]
    fn multiparts_in_multiparts_stay_shallow() {
        let raw: String = (0..5000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        let parsed = check(raw.as_bytes(), Defect::TooDeep);
        assert!(parsed.parts.len() <= 102);
    }

    #[test]
    fn parts_beyond_the_limit_are_not_made() {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            "--b\r\n\r\nx\r\n".repeat(20_000)
        );
        assert_eq!(check(raw.as_bytes(), Defect::TooManyParts).parts.len(), 1000);
    }

    #[test]
    fn an_endless_header_is_cut() {
        let raw = format!("Subject: kept\r\n{}\r\nbody", "X-Noise: 1\r\n".repeat(100_000));
        assert_eq!(check(raw.as_bytes(), Defect::HeaderTooLong).headers.subject, "kept");
    }

    #[test]
    fn junk_around_a_header_hides_neither_header_nor_body() {
        let show = |raw: &str| {
            let parsed = parse(raw.as_bytes().to_vec(), &Limits::default());
            let text = crate::mime::quote::plain_text(&parsed);
            (parsed.headers.subject, text)
        };
        let expect = ("x".to_owned(), "words".to_owned());
        assert_eq!(show("Mail content:\n   \nFrom here\nSubject: x\n\nwords"), expect);
        assert_eq!(show("From a@b Mon Jan 1\n>From: y\nSubject: x\n\nwords"), expect);
        assert_eq!(show("Subject: x\nwords"), expect);
        assert_eq!(
            show("Subject: x\nContent-Type: multipart/mixed; boundary=b\n--b\n\nwords\n--b--"),
            expect
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_bytes_are_read(raw in prop::collection::vec(any::<u8>(), 0..2000)) {
            let parsed = parse(raw, &Limits::default());
            prop_assert!(!parsed.parts.is_empty());
            prop_assert!(!parsed.defects.contains(&Defect::Unreadable));
        }

        #[test]
        fn any_header_like_text_is_read(raw in "(?s)(From|To|Date|Content-Type|Content-Disposition|Received|References)?:[ -~\r\n=?<>\"();]{0,200}(--b|\r\n\r\n|--b--){0,3}.{0,80}") {
            let parsed = parse(raw.into_bytes(), &Limits::default());
            prop_assert!(!parsed.defects.contains(&Defect::Unreadable));
        }
    }
}
