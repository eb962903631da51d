//! The address under which browsers find Postern: it gives scheme, host and base path.

use std::net::IpAddr;
use std::str::FromStr;

/// A checked `public_url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    base_path: String,
    secure: bool,
    loopback: bool,
}

impl PublicUrl {
    /// What a browser sends as `Origin`: `https://mail.example.test`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Begins and ends with a slash: `/webmail/`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Whether it is https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether its host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or("expected http:// or https://")?;
        let scheme = scheme.to_ascii_lowercase();
        let secure = match scheme.as_str() {
            "https" => true,
            "http" => false,
            _ => return Err("expected http:// or https://"),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = authority.to_ascii_lowercase();
        let host = host_of(&authority)
            .ok_or("expected a host, and a port where it is not the usual one")?;
        let usual = if secure { ":443" } else { ":80" };
        let loopback = is_loopback(host);
        let base_path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
        if !base_path.chars().all(legal) || base_path.contains("//") || base_path.contains("/.") {
            return Err("expected a path of letters, digits, - _ . ~ and single slashes");
        }
        let authority = authority.strip_suffix(usual).unwrap_or(&authority);
        Ok(Self { origin: format!("{scheme}://{authority}"), base_path, secure, loopback })
    }
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`; none where that is malformed.
#[must_use]
pub fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (host, port) = inner.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':');
    let good_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0));
    (good_port && !host.is_empty() && host.chars().all(legal)).then_some(host)
}

/// Whether a host is this machine by name or address.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(&str, &str, bool)>) {
        let found = text.parse::<PublicUrl>().ok();
        let found = found.as_ref().map(|url| (url.origin(), url.base_path(), url.is_loopback()));
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn scheme_host_and_base_path_are_taken_apart() {
        check(
            "https://Mail.example.test/webmail/",
            Some(("https://mail.example.test", "/webmail/", false)),
        );
        check("https://mail.example.test:443", Some(("https://mail.example.test", "/", false)));
        check("http://localhost:8080/a/b", Some(("http://localhost:8080", "/a/b/", true)));
        check("http://[::1]:80/", Some(("http://[::1]", "/", true)));
        check("http://127.0.0.2/", Some(("http://127.0.0.2", "/", true)));
        for bad in [
            "mail.example.test",
            "ftp://a/",
            "https:///",
            "https://a b/",
            "https://a/?q",
            "https://u@a/",
            "https://a:x/",
            "https://a//b/",
            "https://a/../b/",
            "https://a/%2e/",
        ] {
            check(bad, None);
        }
    }
}
