//! Whoever serves an account, with trust anchors loaded: what connections are opened from.

use super::discovery::usable;
use super::names;
use super::public::Reach;
use super::{Error, Opened, Protocol, Setup, Trust, TrustError, connect, connect_within};
use crate::config;
use crate::secret::Secret;
use postern_shared::account::Protocol as Incoming;
use postern_shared::server::{self, Servers};
use std::sync::Arc;

/// A provider, ready to be connected to.
#[derive(Clone)]
pub struct Provider {
    /// What the administrator wrote; of servers that a user named, the same in those terms.
    pub settings: config::Provider,
    /// Whom its connections trust.
    pub trust: Trust,
    /// What a user named; none: the administrator's.
    pub own: Option<Own>,
}

/// Servers that a user named.
#[derive(Clone)]
pub struct Own {
    /// They, without a password.
    pub servers: Servers,
    /// The password of the outgoing server, where that has a login of its own.
    pub outgoing: Secret,
    /// Where they may be.
    pub reach: Reach,
}

impl Provider {
    /// Loads the trust anchors.
    ///
    /// # Errors
    /// A `ca_file` that cannot be used.
    pub fn new(settings: config::Provider) -> Result<Self, TrustError> {
        let trust = Trust::new(settings.ca_file.as_deref())?;
        Ok(Self { settings, trust, own: None })
    }

    /// Opens a connection to the provider's server for `protocol`.
    ///
    /// # Errors
    /// As `net::connect`; `NotOffered` where the provider has no such server.
    pub async fn connect(&self, protocol: Protocol) -> Result<Opened, Error> {
        let endpoint =
            self.settings.endpoint(protocol).ok_or(Error::NotOffered(protocol.name()))?;
        match &self.own {
            None => connect(endpoint, &self.trust, protocol).await,
            Some(own) => connect_within(&own.reach, endpoint, &self.trust, protocol).await,
        }
    }

    /// What an account receives with if nobody says anything else.
    #[must_use]
    pub fn best(&self) -> Incoming {
        match self.settings.imap {
            Some(_) => Incoming::Imap,
            None => Incoming::Pop3,
        }
    }

    /// The login of an address at the incoming server.
    #[must_use]
    pub fn login_of(&self, address: &str) -> String {
        match &self.own {
            Some(own) if !own.servers.user_name.is_empty() => own.servers.user_name.clone(),
            _ => self.settings.login_of(address),
        }
    }

    /// What an address signs in with at the submission server, by its password for the other one.
    #[must_use]
    pub fn outgoing_login(&self, address: &str, secret: &Secret) -> (String, Secret) {
        match &self.own {
            None => (self.settings.smtp_login_of(address), secret.clone()),
            Some(own) => match &own.servers.outgoing_login {
                Some((name, _)) if own.outgoing.is_empty() => (name.clone(), secret.clone()),
                Some((name, _)) => (name.clone(), own.outgoing.clone()),
                None => (self.login_of(address), secret.clone()),
            },
        }
    }

    /// Its servers for an address of another domain: of each protocol, where anybody could be sent
    /// there by name. None of those that need an authority of their own, or lack protection.
    #[must_use]
    pub fn open_to(&self, address: &str) -> Vec<Servers> {
        let settings = &self.settings;
        let shown = |endpoint: &Option<config::Endpoint>| {
            let endpoint = server::Endpoint::from(endpoint.as_ref()?);
            let is_open = endpoint.security != server::Security::Plain && usable(&endpoint);
            (is_open && settings.ca_file.is_none()).then_some(endpoint)
        };
        let Some(outgoing) = shown(&settings.smtp) else { return Vec::new() };
        let (login, smtp_login) = (settings.login_of(address), settings.smtp_login_of(address));
        let outgoing_login = (login != smtp_login).then(|| (smtp_login, String::new()));
        let user_name = if login == address { String::new() } else { login };
        let of = |(protocol, endpoint): (Incoming, &Option<config::Endpoint>)| {
            let (incoming, user_name) = (shown(endpoint)?, user_name.clone());
            let (outgoing, outgoing_login) = (outgoing.clone(), outgoing_login.clone());
            Some(Servers { protocol, incoming, user_name, outgoing, outgoing_login })
        };
        let all = [(Incoming::Imap, &settings.imap), (Incoming::Pop3, &settings.pop3)];
        all.into_iter().filter_map(of).collect()
    }

    /// What an account is set up with that receives with this from here.
    #[must_use]
    pub fn setup(&self, protocol: Incoming) -> Setup {
        match &self.own {
            None => Setup { protocol, servers: None, outgoing: Secret::default() },
            Some(Own { servers, outgoing, .. }) => {
                Setup { protocol, servers: Some(servers.clone()), outgoing: outgoing.clone() }
            }
        }
    }
}

/// Every configured provider, and whether users may name servers. Cheap to clone.
#[derive(Clone)]
pub struct Providers {
    configured: Arc<[Arc<Provider>]>,
    /// What holds of servers that users name; none: there are no such servers.
    elsewhere: Option<Elsewhere>,
}

#[derive(Clone)]
struct Elsewhere {
    /// Where they may be.
    reach: Reach,
    /// Whom they are vouched for by.
    trust: Trust,
    /// Users may type any in; else they may take those that were found.
    typed: bool,
    /// A password may travel in the clear, within one's own network.
    plain: bool,
}

impl Providers {
    /// Loads every provider of the configuration.
    ///
    /// # Errors
    /// The first `ca_file` that cannot be used.
    pub fn new(settings: &[config::Provider]) -> Result<Self, TrustError> {
        let load = |settings: &config::Provider| Provider::new(settings.clone()).map(Arc::new);
        let configured = settings.iter().map(load).collect::<Result<_, _>>()?;
        Ok(Self { configured, elsewhere: None })
    }

    /// The same, where users may name servers within this reach.
    #[must_use]
    pub fn and_elsewhere(self, reach: Reach, trust: Trust, access: &config::Access) -> Self {
        let (typed, plain) = (access.custom_servers, access.private_networks);
        Self { elsewhere: Some(Elsewhere { reach, trust, typed, plain }), ..self }
    }

    /// The provider in charge of a (lower-case) domain; one that names it before a `*`.
    #[must_use]
    pub fn for_domain(&self, domain: &str) -> Option<&Arc<Provider>> {
        let named = |name: &str| {
            let has =
                |provider: &&Arc<Provider>| provider.settings.domains.iter().any(|one| one == name);
            self.configured.iter().find(has)
        };
        named(domain).or_else(|| named("*"))
    }

    /// The provider that names one of these hosts, or a domain above one.
    #[must_use]
    pub fn above(&self, hosts: &[String]) -> Option<&Arc<Provider>> {
        let named = |name: &str| {
            self.configured.iter().find(|it| it.settings.domains.iter().any(|one| one == name))
        };
        hosts.iter().flat_map(|host| names::above(host)).find_map(named)
    }

    /// Whoever serves an address that is set up so; none where the administrator has no provider
    /// for it, or no longer lets users name servers.
    #[must_use]
    pub fn serving(&self, address: &str, setup: &Setup) -> Option<Arc<Provider>> {
        let Some(servers) = &setup.servers else {
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            return self.for_domain(domain).cloned();
        };
        let Elsewhere { reach, trust, plain, .. } = self.elsewhere.clone()?;
        let incoming = Some(config::Endpoint::from(&servers.incoming));
        let (imap, pop3) = match servers.protocol {
            Incoming::Imap => (incoming, None),
            Incoming::Pop3 => (None, incoming),
        };
        let smtp = Some(config::Endpoint::from(&servers.outgoing));
        let named = config::Provider::named(&servers.incoming.host, Vec::new());
        let own = Own { servers: servers.clone(), outgoing: setup.outgoing.clone(), reach };
        let settings = config::Provider { imap, pop3, smtp, allow_plaintext: plain, ..named };
        Some(Arc::new(Provider { settings, trust, own: Some(own) }))
    }

    /// Whether users may type in whatever servers they like.
    #[must_use]
    pub fn may_be_typed(&self) -> bool {
        self.elsewhere.as_ref().is_some_and(|it| it.typed)
    }

    /// Whether servers that users name may go without protection.
    #[must_use]
    pub fn may_be_plain(&self) -> bool {
        self.elsewhere.as_ref().is_some_and(|it| it.plain)
    }
}
