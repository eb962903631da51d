//! SASLprep (RFC 4013): however a name or password beyond ASCII was typed, it is the same one.

use zeroize::Zeroizing;

/// Whether a name or password can be prepared: it holds nothing that nobody can type.
#[must_use]
pub fn is_preparable(text: &str) -> bool {
    stringprep::saslprep(text).is_ok()
}

/// The prepared form; what cannot be prepared goes as it is.
pub(super) fn prepared(text: &str) -> Zeroizing<String> {
    let ready = stringprep::saslprep(text).map(std::borrow::Cow::into_owned);
    Zeroizing::new(ready.unwrap_or_else(|_| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4013_hold() {
        let check = |text: &str, expect: &str| assert_eq!(prepared(text).as_str(), expect);
        check("I\u{AD}X", "IX");
        check("user", "user");
        check("USER", "USER");
        check("\u{AA}", "a");
        check("\u{2168}", "IX");
        check("e\u{301}", "é");
        for text in ["\u{7}", "\u{627}1"] {
            assert!(!is_preparable(text));
            check(text, text);
        }
    }
}
