//! The session cookie: its name, how it is set and removed, and how it is found in a request.

use crate::config::{Config, PublicUrl};
use axum::http::header::{COOKIE, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

/// Bytes of the secret in a cookie.
const SECRET: usize = 32;

/// The secret that a browser holds. Not shown, not logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; SECRET]);

impl Token {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(crate::clock::random())
    }

    /// The secret's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What the database knows it by.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let mut bytes = [0; SECRET];
        if text.len() != 2 * SECRET {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        }
        Some(Self(bytes))
    }

    fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How this bridge's cookie looks.
#[derive(Clone, Debug)]
pub struct CookieRules {
    name: String,
    secure: bool,
    keep_seconds: u64,
}

impl CookieRules {
    /// The rules that follow from `public_url` and `session.keep_days`.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let secure = config.public_url.as_ref().is_some_and(PublicUrl::is_secure);
        let hash = Sha256::digest(config.base_path().as_bytes());
        let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        // Browsers accept the prefix only together with Secure, Path=/ and no Domain.
        let prefix = if secure { "__Host-" } else { "" };
        Self {
            name: format!("{prefix}postern-{hash}"),
            secure,
            keep_seconds: u64::from(config.session.keep_days) * 24 * 3_600,
        }
    }

    /// `Set-Cookie` that hands the token to the browser.
    #[must_use]
    pub fn set(&self, token: &Token, keep: bool) -> HeaderValue {
        let lifetime =
            if keep { format!("; Max-Age={}", self.keep_seconds) } else { String::new() };
        self.header(&format!("{}{lifetime}", token.to_hex()))
    }

    /// `Set-Cookie` that removes it.
    #[must_use]
    pub fn clear(&self) -> HeaderValue {
        self.header("; Max-Age=0")
    }

    fn header(&self, value: &str) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", self.name);
        let mut header = HeaderValue::try_from(text).expect("hex digits and fixed text");
        header.set_sensitive(true);
        header
    }

    /// The token that a request carries.
    #[must_use]
    pub fn find(&self, headers: &HeaderMap) -> Option<Token> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name).then(|| Token::parse(value)).flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(url: &str) -> CookieRules {
        let public_url = (!url.is_empty()).then(|| url.parse().unwrap());
        CookieRules::new(&Config { public_url, ..Config::default() })
    }

    #[test]
    fn https_gets_the_host_prefix_and_http_does_not() {
        let token = Token([0xab; SECRET]);
        let hex = "ab".repeat(SECRET);
        let root = "8a5edab2";
        assert_eq!(
            rules("https://mail.example.test/").set(&token, true).to_str().unwrap(),
            format!(
                "__Host-postern-{root}={hex}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"
            )
        );
        assert_eq!(
            rules("").set(&token, false).to_str().unwrap(),
            format!("postern-{root}={hex}; Path=/; HttpOnly; SameSite=Lax")
        );
        assert_ne!(rules("https://a.test/one/").name, rules("https://a.test/two/").name);
        assert!(rules("").clear().to_str().unwrap().contains("=; Max-Age=0; Path=/;"));
    }

    #[test]
    fn a_token_is_found_among_other_cookies() {
        let rules = rules("");
        let token = Token::random();
        let mut headers = HeaderMap::new();
        let own = format!("a=b; {}={}; c", rules.name, token.to_hex());
        headers.append(COOKIE, HeaderValue::from_static("x=y"));
        assert!(rules.find(&headers).is_none());
        headers.append(COOKIE, HeaderValue::try_from(own).unwrap());
        assert!(rules.find(&headers) == Some(token));
        for bad in ["", "zz", &"z".repeat(64), &"é".repeat(32)] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }
}
