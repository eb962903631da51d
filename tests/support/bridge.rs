//! A real bridge on loopback, in this process or as the `postern` program, against given mail servers.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::dovecot::Dovecot;
use crate::postfix::Postfix;
use crate::server::{self, Launch, Server};
use crate::{DOMAIN, wait};

/// Where the bridge finds mail, as the lines of one `[[provider]]`.
#[derive(Debug, Clone)]
pub struct Provider(pub String);

impl Provider {
    /// Dovecot and Postfix over TLS, their authority trusted.
    pub fn over_tls(dovecot: &Dovecot, postfix: &Postfix) -> Self {
        Self(format!(
            "imap = \"imaps://localhost:{}\"\nsmtp = \"smtps://localhost:{}\"\nca_file = \"{}\"\n",
            dovecot.imaps,
            postfix.submissions,
            dovecot.certificates.authority.display(),
        ))
    }

    /// Any two loopback ports without TLS.
    pub fn plain(imap: u16, smtp: u16) -> Self {
        Self(format!(
            "imap = \"imap://127.0.0.1:{imap}\"\nsmtp = \"smtp://127.0.0.1:{smtp}\"\nallow_plaintext = true\n"
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

/// The bridge of a test.
pub type Bridge = Program;

/// The `postern` program, running.
#[derive(Debug)]
pub struct Program {
    server: Option<Server>,
    /// Its files.
    pub home: Home,
}

impl Program {
    /// Starts `postern serve` and waits for its port.
    pub async fn start(home: Home) -> Result<Self> {
        let mut program = Self { server: None, home };
        program.launch().await?;
        Ok(program)
    }

    /// Starts again on the same files.
    pub async fn launch(&mut self) -> Result<()> {
        ensure!(self.server.is_none(), "this bridge runs already");
        let program = binary()?;
        self.server = Some(Server::start(Launch {
            program: &program,
            arguments: ["serve", "--config"]
                .map(str::to_owned)
                .into_iter()
                .chain([self.home.config().display().to_string()])
                .collect(),
            folder: self.home.path(),
            pid_file: self.home.path().join("no.pid"),
        })?);
        wait::listening("the bridge's port", self.home.port).await.with_context(|| self.log())
    }

    /// Asks it to stop, as an administrator does.
    pub fn stop(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::kill)
    }

    /// Everything that it printed.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("output.log")).unwrap_or_default()
    }

    /// Resident memory of the process, in bytes.
    pub fn resident(&self) -> Result<u64> {
        let pid = self.server.as_ref().context("the bridge does not run")?.pid()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        Ok(kilobytes.context("/proc says no VmRSS")?.parse::<u64>()? * 1024)
    }
}

/// The `postern` program: named by `POSTERN_BIN`, or beside this test's own.
fn binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("POSTERN_BIN") {
        return Ok(named.into());
    }
    let own = std::env::current_exe()?;
    let found = own.ancestors().map(|folder| folder.join("postern")).find(|path| path.is_file());
    found.context("the postern program is not built; `cargo build -p postern` builds it")
}
