//! A real bridge on loopback, in this process, before given mail servers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use postern::Outside;
use postern::clock::Clock;
use postern::net::Trust;
use postern::net::exchange::Web;
use postern::net::public::Reach;
use tempfile::TempDir;

use crate::dovecot::Dovecot;
use crate::postfix::Postfix;
use crate::{DOMAIN, server};

/// The server whose Authentication-Results are believed.
const BELIEVED: &str = "authserv_ids = [\"mx.example.test\"]\n";

/// Where the bridge finds mail, as the lines of one `[[provider]]`.
#[derive(Debug, Clone)]
pub struct Provider(pub String);

impl Provider {
    /// Dovecot and Postfix over TLS, their authority trusted.
    pub fn over_tls(dovecot: &Dovecot, postfix: &Postfix) -> Self {
        Self(format!(
            "imap = \"imaps://localhost:{}\"\nsmtp = \"smtps://localhost:{}\"\nca_file = \"{}\"\n{BELIEVED}",
            dovecot.imaps,
            postfix.submissions,
            dovecot.certificates.authority.display(),
        ))
    }

    /// The same with POP3 in place of IMAP.
    pub fn pop3_over_tls(dovecot: &Dovecot, postfix: &Postfix) -> Self {
        Self(format!(
            "pop3 = \"pop3s://localhost:{}\"\nsmtp = \"smtps://localhost:{}\"\nca_file = \"{}\"\n",
            dovecot.pop3s,
            postfix.submissions,
            dovecot.certificates.authority.display(),
        ))
    }

    /// Two loopback ports without TLS, of POP3 and of submission.
    pub fn plain_pop3(pop3: u16, smtp: u16) -> Self {
        Self(format!(
            "pop3 = \"pop3://127.0.0.1:{pop3}\"\nsmtp = \"smtp://127.0.0.1:{smtp}\"\nallow_plaintext = true\n"
        ))
    }

    /// Any two loopback ports without TLS.
    pub fn plain(imap: u16, smtp: u16) -> Self {
        Self(format!(
            "imap = \"imap://127.0.0.1:{imap}\"\nsmtp = \"smtp://127.0.0.1:{smtp}\"\nallow_plaintext = true\n{BELIEVED}"
        ))
    }
}

/// A bridge's configuration file and everything it keeps.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    /// The port of page and link.
    pub port: u16,
    /// `/`, or `/webmail/` and the like.
    pub base_path: String,
}

impl Home {
    /// Writes a configuration with one provider; `more` is put before it, word for word.
    pub fn new(provider: &Provider, base_path: &str, more: &str) -> Result<Self> {
        let home = Self {
            folder: server::folder()?,
            port: server::free_port()?,
            base_path: base_path.to_owned(),
        };
        let mut config = format!(
            "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}{base_path}\"\n\
             data_dir = \"{folder}\"\n",
            port = home.port,
            folder = home.folder.path().join("data").display(),
        );
        writeln!(config, "{more}")?;
        writeln!(
            config,
            "[[provider]]\nname = \"Tests\"\ndomains = [\"{DOMAIN}\"]\n{}",
            provider.0
        )?;
        std::fs::write(home.config(), config)?;
        Ok(home)
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("postern.toml")
    }

    /// The folder of configuration, data and log.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The origin of its pages.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address to open in a browser.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin(), self.base_path)
    }

    /// A path of the bridge below its base path, such as `api/session`.
    pub fn below(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }
}

/// A bridge in this process; it ends when dropped.
pub struct Bridge {
    running: postern::Bridge,
    /// Its files.
    pub home: Home,
}

impl Bridge {
    /// Starts with the machine's clock.
    pub async fn start(home: Home) -> Result<Self> {
        Self::start_at(home, Clock::system()).await
    }

    /// Starts with any clock.
    pub async fn start_at(home: Home, clock: Clock) -> Result<Self> {
        let config = postern::config::load(Some(&home.config()), &BTreeMap::new())?;
        let outside = Outside::real(&config)?;
        let running = postern::Bridge::start(config, clock, outside).await?;
        Ok(Self { running, home })
    }

    /// Starts where users who name servers find them so.
    pub async fn start_within(home: Home, mail: Reach, trust: Trust) -> Result<Self> {
        let config = postern::config::load(Some(&home.config()), &BTreeMap::new())?;
        let real = Outside::real(&config)?;
        let web = Web { trust, ..real.web };
        let outside = Outside { web, mail, ..real };
        let running = postern::Bridge::start(config, Clock::system(), outside).await?;
        Ok(Self { running, home })
    }

    /// Its parts.
    pub fn state(&self) -> &postern::AppState {
        self.running.state()
    }

    /// Lets links and accounts say goodbye, and ends; its folder is free for another one then.
    pub async fn stop(self) -> Home {
        self.running.stop().await;
        // A link's task lets go of what it held a moment after its last words.
        if let Ok(lock) = std::fs::File::open(self.home.path().join("data/postern.lock")) {
            while lock.try_lock().is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        self.home
    }
}
