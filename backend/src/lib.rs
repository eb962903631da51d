//! The bridge: holds IMAP, POP3 and SMTP sessions for the page, behind one WebSocket.
//!
//! `router` is the whole HTTP side without a socket; `Bridge` is that router listening.

pub mod account;
pub mod blob;
mod bridge;
pub mod bundle;
pub mod clock;
pub mod config;
#[cfg(test)]
mod corpora;
pub mod db;
pub mod error;
pub mod link;
pub mod metrics;
pub mod middleware;
pub mod mime;
pub mod net;
mod readers;
pub mod routes;
pub mod sasl;
pub mod seal;
pub mod secret;
pub mod session;
pub mod store;
pub mod submission;
pub mod user;

use blob::Blobs;
use clock::Clock;
use config::{Access, Config};
use db::Db;
use link::Links;
use metrics::Metrics;
use net::discovery::Discovery;
use net::exchange::Web;
use net::names::Names;
use net::public::Reach;
use net::{Providers, TrustError};
use routes::assets::Assets;
use routes::remote::Pictures;
use session::{CookieRules, Ground, ServerVerifier, Sessions, Verifier};
use std::sync::Arc;
use store::index::{Indexes, Settings};
use store::local::Stores;
use tokio_util::sync::CancellationToken;
use user::{Standing, Users};

pub use bridge::{Bridge, StartError};
pub use routes::router;

/// What every request is answered from.
pub type AppState = Arc<App>;

/// The parts of a running bridge.
pub struct App {
    /// What the administrator decided.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// Durable state.
    pub db: Db,
    /// Durable bytes.
    pub blobs: Blobs,
    /// Mail that lives here.
    pub stores: Stores,
    /// The configured providers.
    pub providers: Providers,
    /// Signed-in browsers.
    pub sessions: Sessions,
    /// The people behind them, and their accounts.
    pub users: Users,
    /// How many links each session holds.
    pub links: Links,
    /// How their cookie looks.
    pub cookie: CookieRules,
    /// Remote pictures of mails.
    pub pictures: Pictures,
    /// The page's files.
    pub assets: Assets,
    /// Numbers for Prometheus.
    pub metrics: Metrics,
    /// Cancelled when the bridge stops: links say "going away".
    pub closing: CancellationToken,
}

/// What a bridge finds outside of itself, beside the configured servers.
pub struct Outside {
    /// Who confirms credentials.
    pub verifier: Arc<dyn Verifier>,
    /// Strangers' web servers.
    pub web: Web,
    /// Mail servers that users name.
    pub mail: Reach,
    /// The DNS.
    pub names: Names,
}

impl Outside {
    /// The world as it is.
    ///
    /// # Errors
    /// The system's trust anchors cannot be read.
    pub fn real(config: &Config) -> Result<Self, TrustError> {
        Ok(Self {
            verifier: Arc::new(ServerVerifier),
            web: Web::public()?,
            mail: Reach::mail(config.access.private_networks),
            names: Names::system(),
        })
    }
}

impl App {
    /// Opens everything that the configuration names; nothing listens yet.
    ///
    /// # Errors
    /// The first part that cannot be opened.
    pub async fn open(
        config: Config,
        clock: Clock,
        outside: Outside,
    ) -> Result<AppState, StartError> {
        let Outside { verifier, web, mail, names } = outside;
        let db = Db::open(&config.data_dir).await?;
        let blobs = Blobs::open(&config.data_dir)
            .map_err(|source| db::Error::Place { path: config.data_dir.clone(), source })?;
        let keys = session::load_keys(&config, &db, clock.unix_ms()).await?;
        let providers = Providers::new(&config.provider)?;
        let providers = match config.access {
            Access { custom_servers: false, discovery: false, .. } => providers,
            _ => providers.and_elsewhere(mail.clone(), web.trust.clone(), &config.access),
        };
        let ispdb = config.access.ispdb.as_deref();
        let discovery = config
            .access
            .discovery
            .then(|| Discovery::new(names, web.clone(), mail, ispdb).and_configured(&providers));
        let standing = Standing::new(db.clone(), clock.clone(), keys.clone(), providers.clone());
        let standing = Arc::new(standing);
        let ground = Ground {
            clock: clock.clone(),
            db: db.clone(),
            keys,
            providers: providers.clone(),
            verifier,
            discovery,
            standing: standing.clone(),
        };
        let sessions = Sessions::new(&config, ground);
        let metrics = Metrics::default();
        let counted = sessions.clone();
        metrics.gauge("postern_sessions", "Sessions in memory.", move || counted.count() as u64);
        let indexes = Indexes::new(index_settings(&config));
        let quota = u64::from(config.limits.quota_mb) << 20;
        let stores = Stores::new(&config.data_dir, blobs.clone(), clock.clone(), quota);
        let ground = (db.clone(), blobs.clone(), web.clone());
        let users =
            Users::new(ground, (indexes, stores.clone()), standing, config.limits, &config.access);
        let links = Links::default();
        let (present, open) = (users.clone(), links.clone());
        metrics.gauge("postern_users", "Users with connections.", move || present.count() as u64);
        metrics.gauge("postern_links", "Open links.", move || open.count() as u64);
        Ok(Arc::new(App {
            users,
            links,
            cookie: CookieRules::new(&config),
            pictures: Pictures::new(&clock, web),
            assets: Assets::new(config.base_path(), &config.access),
            closing: CancellationToken::new(),
            config,
            clock,
            db,
            blobs,
            stores,
            providers,
            sessions,
            metrics,
        }))
    }
}

/// Where the index of headers is.
fn index_settings(config: &Config) -> Settings {
    let directory = (!config.index.memory_only).then(|| config.data_dir.join("index"));
    Settings { directory, most_bytes: u64::from(config.index.user_mb) << 20 }
}
