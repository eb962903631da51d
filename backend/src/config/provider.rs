//! A mail provider: which addresses it serves, where its servers are, and how to sign in there.

use super::endpoint::{Endpoint, Protocol, Security};
use super::form;
use super::imap_limits::ImapLimits;
use serde::Deserialize;
use std::path::PathBuf;

/// One `[[provider]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Shown to people.
    pub name: String,
    /// Domains of its addresses, lower-case; `*` is every domain.
    #[serde(deserialize_with = "form::domains")]
    pub domains: Vec<String>,
    /// Where mail is read.
    #[serde(default, deserialize_with = "form::imap")]
    pub imap: Option<Endpoint>,
    /// Where mail is collected.
    #[serde(default, deserialize_with = "form::pop3")]
    pub pop3: Option<Endpoint>,
    /// Where mail is submitted.
    #[serde(default, deserialize_with = "form::smtp")]
    pub smtp: Option<Endpoint>,
    /// Template of the login: `{address}`, `{local}`, `{domain}`.
    #[serde(default = "address_template")]
    pub login: String,
    /// The same for submission; empty: as `login`.
    #[serde(default)]
    pub smtp_login: String,
    /// May a user send from an address that is not a confirmed identity?
    #[serde(default)]
    pub any_from: bool,
    /// Who files the copy in Sent.
    #[serde(default)]
    pub sent_copy: SentCopy,
    /// Names under which its servers write Authentication-Results, and take such fields of
    /// strangers away; `*.example.test` for every machine below. None: well-known ones only.
    #[serde(default)]
    pub authserv_ids: Vec<String>,
    /// Extra trust anchors, PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// IMAP connections that one account may hold: 1 takes commands, the 2nd watches.
    #[serde(default = "connections", deserialize_with = "form::connections")]
    pub connections: u8,
    /// What its IMAP server is allowed.
    #[serde(default)]
    pub imap_limits: ImapLimits,
    /// Allows connections without TLS.
    #[serde(default)]
    pub allow_plaintext: bool,
}

/// Who files the copy of a sent message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentCopy {
    /// Postern looks whether the server did, and does it otherwise.
    #[default]
    Auto,
    /// Postern.
    Append,
    /// The server.
    Server,
}

fn address_template() -> String {
    "{address}".into()
}

fn connections() -> u8 {
    2
}

impl Provider {
    /// A provider of these domains that has no servers yet.
    #[must_use]
    pub fn named(name: &str, domains: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            domains,
            imap: None,
            pop3: None,
            smtp: None,
            login: address_template(),
            smtp_login: String::new(),
            any_from: false,
            sent_copy: SentCopy::Auto,
            authserv_ids: Vec::new(),
            ca_file: None,
            connections: connections(),
            imap_limits: ImapLimits::default(),
            allow_plaintext: false,
        }
    }

    /// The endpoint for a protocol, where there is one.
    #[must_use]
    pub fn endpoint(&self, protocol: Protocol) -> Option<&Endpoint> {
        match protocol {
            Protocol::Imap => self.imap.as_ref(),
            Protocol::Pop3 => self.pop3.as_ref(),
            Protocol::Smtp => self.smtp.as_ref(),
        }
    }

    /// The login of an address at the incoming server.
    #[must_use]
    pub fn login_of(&self, address: &str) -> String {
        fill(&self.login, address)
    }

    /// The login of an address at the submission server.
    #[must_use]
    pub fn smtp_login_of(&self, address: &str) -> String {
        match self.smtp_login.as_str() {
            "" => self.login_of(address),
            template => fill(template, address),
        }
    }

    /// What is wrong with this provider, and at which key.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        if self.imap.is_none() && self.pop3.is_none() {
            return Some(("name", "a provider needs `imap` or `pop3`".into()));
        }
        let plain = |protocol| {
            self.endpoint(protocol).is_some_and(|endpoint| endpoint.security == Security::Plain)
        };
        for protocol in [Protocol::Imap, Protocol::Pop3, Protocol::Smtp] {
            if plain(protocol) && !self.allow_plaintext {
                let name = protocol.name();
                return Some((
                    name,
                    format!("{name}:// without TLS needs `allow_plaintext = true`"),
                ));
            }
        }
        for (key, template) in [("login", &self.login), ("smtp_login", &self.smtp_login)] {
            let filled = fill(template, "local@domain");
            if filled.contains(['{', '}']) || (key == "login" && filled.is_empty()) {
                return Some((
                    key,
                    "a login is made of {address}, {local}, {domain} and text".into(),
                ));
            }
        }
        if let Some(message) = self.imap_limits.problem() {
            return Some(("imap_limits", message.into()));
        }
        let file = self.ca_file.as_ref()?;
        let error = std::fs::File::open(file).err()?;
        Some(("ca_file", format!("{}: {error}", file.display())))
    }
}

fn fill(template: &str, address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let mut filled = String::with_capacity(template.len() + address.len());
    let mut rest = template;
    // In one pass: what an address holds is never taken for a placeholder.
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = [("{address}", address), ("{local}", local), ("{domain}", domain)]
            .into_iter()
            .find_map(|(name, value)| Some((value, rest.strip_prefix(name)?)));
        (rest, filled) = match found {
            Some((value, after)) => (after, filled + value),
            None => (&rest[1..], filled + "{"),
        };
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_one_pass() {
        let check = |template, expect| assert_eq!(fill(template, "{domain}@example.test"), expect);
        check("{address}", "{domain}@example.test");
        check("{local}", "{domain}");
        check("{domain}\\{local}", "example.test\\{domain}");
        check("x{y}", "x{y}");
    }
}
