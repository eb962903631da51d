//! The `postern` program, running as a process of its own: for its log, its memory, and to kill it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::bridge::Home;
use crate::server::{Launch, Server};

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
        let server = Server::start(Launch {
            program: &program,
            arguments: ["serve", "--config"]
                .map(str::to_owned)
                .into_iter()
                .chain([self.home.config().display().to_string()])
                .collect(),
            folder: self.home.path(),
            pid_file: self.home.path().join("no.pid"),
        })?;
        server.listening(self.home.port).await.with_context(|| self.log())?;
        self.server = Some(server);
        Ok(())
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
        self.memory("VmRSS:")
    }

    /// Resident memory that is no file's, in bytes: what it has allocated and keeps.
    pub fn heap(&self) -> Result<u64> {
        self.memory("RssAnon:")
    }

    /// The most resident memory that the process ever had, in bytes.
    pub fn peak(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> Result<u64> {
        let pid = self.server.as_ref().context("the bridge does not run")?.pid()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes = kilobytes.with_context(|| format!("/proc says no {field}"))?;
        Ok(kilobytes.parse::<u64>()? * 1024)
    }
}

/// Where the `postern` program is: named by `POSTERN_BIN`, or beside this test's own.
pub fn binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("POSTERN_BIN") {
        return Ok(named.into());
    }
    let own = std::env::current_exe()?;
    let found = own.ancestors().map(|folder| folder.join("postern")).find(|path| path.is_file());
    found.context("the postern program is not built; `cargo build -p postern` builds it")
}
