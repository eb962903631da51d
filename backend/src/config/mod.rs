//! What the administrator decides: one TOML file plus `POSTERN_*` variables.
//!
//! Plain structs with their defaults. `load` reads them; everything else only looks.

mod endpoint;
mod form;
mod imap_limits;
mod load;
mod provider;
mod public_url;

use crate::secret::Secret;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub use endpoint::{Endpoint, Protocol, Security};
pub use imap_limits::ImapLimits;
pub use load::{Error, load};
pub use provider::{Provider, SentCopy};
pub use public_url::{PublicUrl, host_of, is_loopback};

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the page is served.
    pub listen: SocketAddr,
    /// Scheme, host and base path that browsers use; none: loopback only.
    #[serde(deserialize_with = "form::optional")]
    pub public_url: Option<PublicUrl>,
    /// Allows an http `public_url` that is not on loopback.
    pub insecure_http: bool,
    /// Everything durable, and temporary files.
    pub data_dir: PathBuf,
    /// Server keys, one a line, the first seals; empty: `data_dir/secret.key`.
    pub secret_key: Secret,
    /// A file that holds `secret_key`.
    pub secret_key_file: Option<PathBuf>,
    /// Kind of database.
    pub database: Database,
    /// Kind of blob store.
    pub blobs: BlobStore,
    /// Prometheus' own listener.
    #[serde(deserialize_with = "form::optional")]
    pub metrics_listen: Option<SocketAddr>,
    /// Whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "form::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// What is logged.
    pub log: Log,
    /// How long people stay signed in.
    pub session: SessionRules,
    /// Limits on what users do.
    pub limits: Limits,
    /// What users may reach.
    pub access: Access,
    /// The index of headers.
    pub index: IndexRules,
    /// The mail providers.
    pub provider: Vec<Provider>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            insecure_http: false,
            data_dir: PathBuf::from("/var/lib/postern"),
            secret_key: Secret::default(),
            secret_key_file: None,
            database: Database::Sqlite,
            blobs: BlobStore::Files,
            metrics_listen: None,
            trusted_proxies: Vec::new(),
            log: Log::default(),
            session: SessionRules::default(),
            limits: Limits::default(),
            access: Access::default(),
            index: IndexRules::default(),
            provider: Vec::new(),
        }
    }
}

impl Config {
    /// The path below which everything is served: `/` or `/webmail/`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.public_url.as_ref().map_or("/", PublicUrl::base_path)
    }
}

/// Kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// One file in `data_dir`.
    Sqlite,
}

/// Kind of blob store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobStore {
    /// Files in `data_dir/blobs`.
    Files,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// A level, or a filter such as `info,postern=debug`.
    pub level: String,
    /// Form of a line.
    pub format: LogFormat,
    /// Clear addresses instead of keyed hashes.
    pub addresses: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text, addresses: false }
    }
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// How long people stay signed in.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionRules {
    /// Without "Keep me signed in": hours without use.
    pub idle_hours: u32,
    /// With it: days without use.
    pub keep_days: u32,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { idle_hours: 12, keep_days: 30 }
    }
}

/// Limits on what users do.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest file to attach, in MiB.
    pub upload_mb: u32,
    /// Largest file of mail to bring in, and all of a user's that wait, in MiB.
    pub import_mb: u32,
    /// Largest message to send, in MiB.
    pub message_mb: u32,
    /// Most recipients of a message.
    pub recipients: u32,
    /// Most submissions of a user in an hour.
    pub submissions_per_hour: u32,
    /// Local mail of a user, in MiB; 0 is no limit.
    pub quota_mb: u32,
    /// How long a submission can be taken back.
    pub undo_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_mb: 50,
            import_mb: 4096,
            message_mb: 50,
            recipients: 100,
            submissions_per_hour: 200,
            quota_mb: 0,
            undo_seconds: 10,
        }
    }
}

impl Limits {
    /// What the page must know before it offers something.
    #[must_use]
    pub fn shown(&self) -> postern_shared::settings::Limits {
        postern_shared::settings::Limits {
            message_bytes: u64::from(self.message_mb) << 20,
            recipients: self.recipients,
            upload_bytes: u64::from(self.upload_mb) << 20,
            undo_seconds: self.undo_seconds,
        }
    }
}

/// The index of headers: disposable, rebuilt from the mail servers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndexRules {
    /// Whether it is kept in memory alone, and gone with the process.
    pub memory_only: bool,
    /// Largest index of a user, in MiB.
    pub user_mb: u32,
}

impl Default for IndexRules {
    fn default() -> Self {
        Self { memory_only: false, user_mb: 1024 }
    }
}

/// What users may reach.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// May a user type in servers?
    pub custom_servers: bool,
    /// May servers be found by SRV and autoconfig?
    pub discovery: bool,
    /// A folder of providers, each a file as Thunderbird's database (ISPDB) has it.
    pub ispdb: Option<PathBuf>,
    /// May such a server be on a private address?
    pub private_networks: bool,
    /// Are remote images fetched for the user?
    pub image_proxy: bool,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            custom_servers: false,
            discovery: false,
            ispdb: None,
            private_networks: false,
            image_proxy: true,
        }
    }
}

#[cfg(test)]
mod tests;
