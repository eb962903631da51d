//! A configured provider with its trust anchors loaded: what connections are opened from.

use super::{Error, Opened, Protocol, Trust, TrustError, connect};
use crate::config;
use std::sync::Arc;

/// A provider, ready to be connected to.
#[derive(Clone)]
pub struct Provider {
    /// What the administrator wrote.
    pub settings: config::Provider,
    /// Whom its connections trust.
    pub trust: Trust,
}

impl Provider {
    /// Loads the trust anchors.
    ///
    /// # Errors
    /// A `ca_file` that cannot be used.
    pub fn new(settings: config::Provider) -> Result<Self, TrustError> {
        let trust = Trust::new(settings.ca_file.as_deref())?;
        Ok(Self { settings, trust })
    }

    /// Opens a connection to the provider's server for `protocol`.
    ///
    /// # Errors
    /// As `net::connect`; `NotOffered` where the provider has no such server.
    pub async fn connect(&self, protocol: Protocol) -> Result<Opened, Error> {
        let endpoint =
            self.settings.endpoint(protocol).ok_or(Error::NotOffered(protocol.name()))?;
        connect(endpoint, &self.trust, protocol).await
    }
}

/// Every configured provider. Cheap to clone.
#[derive(Clone)]
pub struct Providers(Arc<[Arc<Provider>]>);

impl Providers {
    /// Loads every provider of the configuration.
    ///
    /// # Errors
    /// The first `ca_file` that cannot be used.
    pub fn new(settings: &[config::Provider]) -> Result<Self, TrustError> {
        let load = |settings: &config::Provider| Provider::new(settings.clone()).map(Arc::new);
        Ok(Self(settings.iter().map(load).collect::<Result<_, _>>()?))
    }

    /// The provider in charge of a (lower-case) domain; one that names it before a `*`.
    #[must_use]
    pub fn for_domain(&self, domain: &str) -> Option<&Arc<Provider>> {
        let named = |name: &str| {
            self.0.iter().find(|provider| provider.settings.domains.iter().any(|one| one == name))
        };
        named(domain).or_else(|| named("*"))
    }
}
