//! A mail server's address as the configuration writes it: `imaps://host:port`.

use postern_shared::account::Protocol as Incoming;
use postern_shared::server;

/// The protocols that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// RFC 3501 and 9051.
    Imap,
    /// RFC 1939.
    Pop3,
    /// Submission, RFC 6409.
    Smtp,
}

impl Protocol {
    /// The scheme's stem: `imap`, `pop3`, `smtp`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Smtp => "smtp",
        }
    }

    /// The usual port (RFC 8314 §3, RFC 6409 §3.1).
    #[must_use]
    pub fn default_port(self, security: Security) -> u16 {
        match (self, security) {
            (Self::Imap, Security::Tls) => 993,
            (Self::Imap, _) => 143,
            (Self::Pop3, Security::Tls) => 995,
            (Self::Pop3, _) => 110,
            (Self::Smtp, Security::Tls) => 465,
            (Self::Smtp, _) => 587,
        }
    }
}

impl From<Incoming> for Protocol {
    fn from(protocol: Incoming) -> Self {
        match protocol {
            Incoming::Imap => Self::Imap,
            Incoming::Pop3 => Self::Pop3,
        }
    }
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Upgraded before anything else is said.
    StartTls,
    /// Nothing; only where the administrator allows it.
    Plain,
}

/// Where a server listens and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
}

impl From<&server::Endpoint> for Endpoint {
    fn from(typed: &server::Endpoint) -> Self {
        let security = match typed.security {
            server::Security::Tls => Security::Tls,
            server::Security::StartTls => Security::StartTls,
            server::Security::Plain => Security::Plain,
        };
        Self { host: typed.host.clone(), port: typed.port, security }
    }
}

impl From<&Endpoint> for server::Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        let security = match endpoint.security {
            Security::Tls => server::Security::Tls,
            Security::StartTls => server::Security::StartTls,
            Security::Plain => server::Security::Plain,
        };
        Self { host: endpoint.host.clone(), port: endpoint.port, security }
    }
}

impl Endpoint {
    /// Reads `imaps://host[:port]`, `imap+starttls://…` or `imap://…`; the error says what is wrong.
    pub fn parse(protocol: Protocol, url: &str) -> Result<Self, String> {
        let name = protocol.name();
        let forms =
            || format!("\"{url}\" is not one of {name}s://, {name}+starttls:// or {name}://");
        let (scheme, rest) = url.split_once("://").ok_or_else(forms)?;
        let security = match scheme.strip_prefix(name).ok_or_else(forms)? {
            "s" => Security::Tls,
            "+starttls" => Security::StartTls,
            "" => Security::Plain,
            _ => return Err(forms()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) =
            split_port(rest).ok_or_else(|| format!("\"{url}\" has no valid host"))?;
        let port = match port {
            None => protocol.default_port(security),
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or_else(|| format!("\"{port}\" in \"{url}\" is not a port"))?,
        };
        Ok(Self { host: host.to_ascii_lowercase(), port, security })
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    (!host.is_empty() && host.chars().all(legal)).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: Option<(&str, u16, Security)>) {
        let found = Endpoint::parse(Protocol::Imap, url).ok();
        let expect =
            expect.map(|(host, port, security)| Endpoint { host: host.into(), port, security });
        assert_eq!(found, expect, "{url}");
    }

    #[test]
    fn three_forms_are_read_and_everything_else_is_refused() {
        check("imaps://Mail.example.test", Some(("mail.example.test", 993, Security::Tls)));
        check(
            "imap+starttls://mail.example.test:1143/",
            Some(("mail.example.test", 1143, Security::StartTls)),
        );
        check("imap://[::1]:143", Some(("::1", 143, Security::Plain)));
        for bad in [
            "",
            "imaps://",
            "smtps://a",
            "imapx://a",
            "imaps://a:0",
            "imaps://a:99999",
            "imaps://a b",
            "imaps://user@a",
            "imaps://a/path",
            "imaps://[zz]:1",
            "mail.example.test:993",
        ] {
            check(bad, None);
        }
    }
}
