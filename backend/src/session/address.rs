//! The address that somebody signs in with, in its one normal form.

/// A sign-in address: the domain is lower-case, the local part as typed.
///
/// The local part keeps its case: there are servers where `Ann` and `ann` are two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// Longest address (RFC 5321 §4.5.3.1.3).
const LONGEST: usize = 254;

impl Address {
    /// Reads what was typed; none where it is no address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let printable = |c: char| !c.is_control() && !c.is_whitespace();
        let in_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':');
        let good = text.len() <= LONGEST
            && !local.is_empty()
            && local.chars().all(printable)
            && !domain.is_empty()
            && domain.chars().all(in_domain);
        good.then(|| Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised_or_refused() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(Address::parse(text).as_ref().map(Address::as_str), expect, "{text:?}");
        };
        check(" Ann@Example.TEST ", Some("Ann@example.test"));
        check("a@b@例え.test", Some("a@b@例え.test"));
        for bad in
            ["", "ann", "@example.test", "ann@", "a b@c", "a\r\nb@c", "a@b c", "a@b/c", "a\u{0}@b"]
        {
            check(bad, None);
        }
        check(&format!("{}@b", "a".repeat(300)), None);
    }
}
