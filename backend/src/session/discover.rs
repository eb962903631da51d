//! Where the servers of an address are, told before anybody signs in.

use super::Sessions;
use super::address::Address;
use super::sign_in::Error;
use crate::net::discovery::explain;
use crate::net::{Provider, Setup};
use postern_shared::account::Protocol;
use postern_shared::server::{Discovered, Endpoint, Found, Servers, Source};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Domains that are remembered.
const MOST: usize = 10_000;

type Pair = (Protocol, Endpoint, Endpoint);

/// What was found for which domain: servers that may be taken where none may be typed in.
#[derive(Default)]
pub(super) struct FoundLately(Mutex<HashMap<String, Vec<Pair>>>);

fn pair(servers: &Servers) -> Pair {
    (servers.protocol, servers.incoming.clone(), servers.outgoing.clone())
}

impl FoundLately {
    fn note(&self, domain: &str, found: &Discovered) {
        let servers = found.found.iter().filter_map(|it| it.servers.clone());
        let pairs = servers.filter_map(|it| Some(pair(Setup::own(it)?.servers.as_ref()?)));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(domain.to_owned(), pairs.collect());
    }

    /// Whether these are servers that were found for a domain.
    pub(super) fn holds(&self, domain: &str, servers: &Servers) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(domain).is_some_and(|pairs| pairs.contains(&pair(servers)))
    }
}

impl Sessions {
    /// What is known of an address's servers, within the limits of sign-ins. What is configured is
    /// told as such, without its servers.
    ///
    /// # Errors
    /// `Invalid`, `Limited`.
    pub async fn discover(&self, address: &str, client: IpAddr) -> Result<Discovered, Error> {
        let address = Address::parse(address).ok_or(Error::Invalid)?;
        let domain = address.domain();
        // Not the address's own counter: whoever asks has not tried a password yet.
        let counted = format!("?{domain}");
        let attempt = self.0.limits.begin(client, &counted).await;
        let attempt = attempt.map_err(|limited| Error::Limited(limited.0))?;
        if let Some(provider) = self.0.providers.for_domain(domain) {
            attempt.void();
            return Ok(configured(domain, provider));
        }
        let Some(discovery) = &self.0.discovery else {
            attempt.void();
            return Ok(told(domain, Vec::new()));
        };
        let found = discovery.find(address.as_str()).await;
        match found.found.is_empty() {
            // Asking for domain after domain is how networks are explored.
            true => drop(attempt),
            false => attempt.succeeded(),
        }
        self.0.found.note(domain, &found);
        Ok(found)
    }
}

fn configured(domain: &str, provider: &Provider) -> Discovered {
    let has = [
        (Protocol::Imap, provider.settings.imap.is_some()),
        (Protocol::Pop3, provider.settings.pop3.is_some()),
    ];
    let found = has.into_iter().filter(|(_, has)| *has).map(|(protocol, _)| Found {
        servers: None,
        protocol,
        source: Source::Configured,
    });
    told(domain, found.collect())
}

fn told(domain: &str, found: Vec<Found>) -> Discovered {
    let (asks, explained_at) = explain(domain, &[]).unzip();
    Discovered { found, asks, explained_at: explained_at.unwrap_or_default() }
}
