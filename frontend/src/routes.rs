//! What the address bar says: `Route` ⇄ path below the base path.

use postern_shared::account::AccountId;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageKey;
use postern_shared::uid::{Uid, UidValidity};

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsPage {
    /// Language.
    General,
    /// Accounts.
    Accounts,
    /// Identities.
    Identities,
    /// Templates.
    Templates,
    /// Theme, density, panes.
    Appearance,
    /// Keys.
    Shortcuts,
    /// Sessions.
    Security,
}

impl SettingsPage {
    /// Every page, in their order.
    pub const ALL: [Self; 7] = [
        Self::General,
        Self::Accounts,
        Self::Identities,
        Self::Templates,
        Self::Appearance,
        Self::Shortcuts,
        Self::Security,
    ];

    /// Its name in the path.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Accounts => "accounts",
            Self::Identities => "identities",
            Self::Templates => "templates",
            Self::Appearance => "appearance",
            Self::Shortcuts => "shortcuts",
            Self::Security => "security",
        }
    }
}

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Nothing yet: leads to the first inbox.
    Home,
    /// Signing in.
    Login,
    /// A mailbox.
    Mailbox(AccountId, MailboxId),
    /// A message in its mailbox.
    Message(MessageKey),
    /// The inboxes of all accounts.
    All,
    /// Submissions that are not done with.
    Outbox,
    /// A draft as a whole page.
    Compose(String),
    /// What a query finds.
    Search(String),
    /// The settings.
    Settings(SettingsPage),
    /// An address that means nothing.
    Unknown,
}

impl Route {
    /// Reads a path below the base path, query included.
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts[..] {
            [] => Self::Home,
            ["login"] => Self::Login,
            ["all"] => Self::All,
            ["outbox"] => Self::Outbox,
            ["mail", account, mailbox] => Self::Mailbox(account_id(account), mailbox_id(mailbox)),
            ["mail", account, mailbox, message] => message_key(account, mailbox, message),
            ["compose", draft] => Self::Compose(draft.to_owned()),
            ["search"] => Self::Search(query.strip_prefix("q=").map(decode).unwrap_or_default()),
            ["settings"] => Self::Settings(SettingsPage::General),
            ["settings", slug] => SettingsPage::ALL
                .into_iter()
                .find(|page| page.slug() == slug)
                .map_or(Self::Unknown, Self::Settings),
            _ => Self::Unknown,
        }
    }

    /// The path below the base path, without a leading slash.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Home | Self::Unknown => String::new(),
            Self::Login => "login".to_owned(),
            Self::Mailbox(account, mailbox) => {
                format!("mail/{}/{}", encode(&account.0), encode(&mailbox.0))
            }
            Self::Message(key) => {
                format!("mail/{}", key_path(key))
            }
            Self::All => "all".to_owned(),
            Self::Outbox => "outbox".to_owned(),
            Self::Compose(draft) => format!("compose/{draft}"),
            Self::Search(query) => format!("search?q={}", encode(query)),
            Self::Settings(page) => format!("settings/{}", page.slug()),
        }
    }
}

/// A message's key as it stands in paths: `account/mailbox/uidvalidity-uid`.
#[must_use]
pub fn key_path(key: &MessageKey) -> String {
    let (account, mailbox) = (encode(&key.account.0), encode(&key.mailbox.0));
    format!("{account}/{mailbox}/{}-{}", key.uid_validity.0, key.uid.0)
}

fn account_id(part: &str) -> AccountId {
    AccountId(decode(part))
}

fn mailbox_id(part: &str) -> MailboxId {
    MailboxId(decode(part))
}

fn message_key(account: &str, mailbox: &str, message: &str) -> Route {
    let numbers = message.split_once('-').map(|(validity, uid)| (validity.parse(), uid.parse()));
    match numbers {
        Some((Ok(validity), Ok(uid))) => Route::Message(MessageKey {
            account: account_id(account),
            mailbox: mailbox_id(mailbox),
            uid_validity: UidValidity(validity),
            uid: Uid(uid),
        }),
        _ => Route::Unknown,
    }
}

/// Percent-encodes what may not stand in a path segment or a query (RFC 3986 §2.3).
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
                out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    out
}

/// Undoes percent-encoding; what is no encoding stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let nibble = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, nibble(at + 1), nibble(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_comes_back_from_its_path() {
        let check = |path: &str| assert_eq!(Route::parse(path).path(), path);
        check("");
        check("login");
        check("all");
        check("outbox");
        check("mail/a1/INBOX");
        check("mail/a1/INBOX/1700000000-42");
        check("compose/7");
        check("search?q=caf%C3%A9%20%26%20tea");
        check("settings/appearance");
    }

    #[test]
    fn what_means_nothing_is_unknown() {
        let check = |path| assert_eq!(Route::parse(path), Route::Unknown);
        check("mail/a1");
        check("mail/a1/INBOX/42");
        check("mail/a1/INBOX/1-99999999999");
        check("settings/nothing");
        check("elsewhere");
    }

    #[test]
    fn a_query_is_decoded() {
        let check = |query: &str, expect: &str| {
            assert_eq!(Route::parse(&format!("search?q={query}")), Route::Search(expect.into()));
        };
        check("from%3Aann+bob", "from:ann bob");
        check("100%", "100%");
        check("%zz", "%zz");
    }
}
