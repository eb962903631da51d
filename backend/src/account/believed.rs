//! Whom an account believes about a message's sender: its own provider's servers, and who one is.

use super::Facts;
use crate::mime::trust::Reader;

/// Providers that write Authentication-Results and take those of strangers away: the end of their
/// IMAP server's name, and the names that they sign with.
const WELL_KNOWN: [(&str, &[&str]); 6] = [
    ("gmail.com", &["mx.google.com"]),
    ("googlemail.com", &["mx.google.com"]),
    ("mail.me.com", &["*.icloud.com"]),
    ("mail.yahoo.com", &["*.yahoo.com"]),
    ("fastmail.com", &["*.messagingengine.com"]),
    ("zoho.com", &["mx.zohomail.com"]),
];

impl Facts {
    /// What is known before a message of this account is looked at.
    pub(super) fn reader(&self) -> Reader {
        let settings = &self.provider.settings;
        let host = settings.imap.as_ref().map_or("", |endpoint| endpoint.host.as_str());
        let host = host.to_ascii_lowercase();
        let ours = |(end, _): &&(&str, &[&str])| {
            host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let known = WELL_KNOWN.iter().filter(ours).flat_map(|(_, names)| names.iter());
        let servers = known.map(|name| (*name).to_owned()).chain(settings.authserv_ids.clone());
        let identities = self.identities.confirmed().map(|it| it.from.email);
        let own = [self.address.clone()].into_iter().chain(identities);
        Reader { servers: servers.collect(), own: own.collect() }
    }
}
