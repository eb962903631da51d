//! What a server says that it can do (RFC 2449 §5 and §6).

use std::time::Duration;

/// How long a server wants its visitors to stay away (RFC 2449 §6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginDelay {
    /// The least time between two sign-ins.
    pub least: Duration,
    /// Before sign-in: others may have to wait longer, so it is to be asked again.
    pub differs: bool,
}

/// The answer to CAPA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Each capability's words in upper case, its name first.
    lines: Vec<Vec<String>>,
}

impl Capabilities {
    pub(super) fn read(lines: Vec<String>) -> Self {
        let words = |line: String| -> Vec<String> {
            line.split_whitespace().map(str::to_ascii_uppercase).collect()
        };
        Self { lines: lines.into_iter().map(words).filter(|words| !words.is_empty()).collect() }
    }

    fn of(&self, name: &str) -> Option<&[String]> {
        let found = self.lines.iter().find(|words| words[0] == name);
        found.map(|words| &words[1..])
    }

    /// Whether the server offers it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.of(name).is_some()
    }

    /// Whether the server told what it offers, and this is not among it.
    #[must_use]
    pub fn lacks(&self, name: &str) -> bool {
        !self.lines.is_empty() && !self.has(name)
    }

    /// Whether a mechanism of SASL is offered (RFC 5034 §3).
    #[must_use]
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.of("SASL").is_some_and(|names| names.iter().any(|one| one == name))
    }

    /// Whether names and passwords may be in UTF-8 (RFC 6856 §2.1).
    #[must_use]
    pub fn has_utf8_names(&self) -> bool {
        self.of("UTF8").is_some_and(|words| words.iter().any(|word| word == "USER"))
    }

    /// Whether the server says of a refused sign-in that the credentials were wrong (RFC 3206).
    #[must_use]
    pub fn tells_refusals_apart(&self) -> bool {
        self.has("AUTH-RESP-CODE")
    }

    /// How long to stay away between two sessions, where the server says so.
    #[must_use]
    pub fn login_delay(&self) -> Option<LoginDelay> {
        let words = self.of("LOGIN-DELAY")?;
        let seconds = words.first()?.parse().ok()?;
        let differs = words.get(1).is_some_and(|word| word == "USER");
        Some(LoginDelay { least: Duration::from_secs(seconds), differs })
    }

    /// For how many days messages are kept that were read once; 0 for not at all, none for ever or
    /// where the server does not say (RFC 2449 §6.7).
    #[must_use]
    pub fn expire_days(&self) -> Option<u32> {
        self.of("EXPIRE")?.first()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_with_their_words() {
        let lines = ["SASL plain XOAUTH2", "LOGIN-DELAY 300 USER", "EXPIRE 60", "UTF8 user", ""];
        let offered = Capabilities::read(lines.map(str::to_owned).to_vec());
        assert!(offered.has_mechanism("PLAIN") && !offered.has_mechanism("LOGIN"));
        assert!(offered.has_utf8_names() && offered.lacks("TOP"));
        let delay = LoginDelay { least: Duration::from_secs(300), differs: true };
        assert_eq!(offered.login_delay(), Some(delay));
        assert_eq!(offered.expire_days(), Some(60));
        let never = Capabilities::read(vec!["EXPIRE NEVER".to_owned()]);
        assert_eq!(never.expire_days(), None);
    }

    #[test]
    fn of_a_server_that_tells_nothing_nothing_is_lacking() {
        assert!(!Capabilities::default().lacks("UIDL"));
    }
}
