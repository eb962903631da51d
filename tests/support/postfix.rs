//! A private Postfix: submission with and without TLS, SASL by a private Dovecot, delivery into it by LMTP.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::DOMAIN;
use crate::dovecot::Dovecot;
use crate::server::{self, Launch, Server};

/// A running Postfix; stopped when dropped.
#[derive(Debug)]
pub struct Postfix {
    server: Option<Server>,
    folder: TempDir,
    /// The port of submission with STARTTLS offered.
    pub submission: u16,
    /// The port of submission over TLS.
    pub submissions: u16,
}

impl Postfix {
    /// Starts a Postfix that delivers to everybody at `dovecot`, and refuses `refused@` at RCPT.
    pub async fn start(dovecot: &Dovecot) -> Result<Self> {
        server::program("postfix")?;
        let folder = server::folder()?;
        ensure!(
            server::owner(folder.path())? == 0,
            "Postfix starts only for root: run the tests that send mail as root (a container will do)"
        );
        let mut postfix = Self {
            server: None,
            submission: server::free_port()?,
            submissions: server::free_port()?,
            folder,
        };
        postfix.configure(dovecot)?;
        postfix.launch().await?;
        Ok(postfix)
    }

    /// Stops the server and keeps its queue.
    pub fn stop(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    /// Starts again on the same ports with the same queue.
    pub async fn launch(&mut self) -> Result<()> {
        ensure!(self.server.is_none(), "this Postfix runs already");
        // What the one before left listening would be taken for the new one.
        server::released(self.submission).await?;
        let path = self.folder.path();
        let server = Server::start(Launch {
            program: &server::program("postfix")?,
            arguments: vec!["-c".into(), path.join("etc").display().to_string(), "start-fg".into()],
            folder: path,
            pid_file: self.pid_file(),
        })?;
        server.listening(self.submission).await.with_context(|| self.log())?;
        self.server = Some(server);
        Ok(())
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        ["postfix.log", "output.log"]
            .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.path().join("queue/pid/master.pid")
    }

    fn configure(&self, dovecot: &Dovecot) -> Result<()> {
        let path = self.folder.path();
        for name in ["etc", "queue", "lib"] {
            std::fs::create_dir(path.join(name))?;
        }
        let chowned =
            std::process::Command::new("chown").arg("postfix").arg(path.join("lib")).status()?;
        ensure!(
            chowned.success(),
            "there is no user `postfix`; `cargo xtask test` installs Postfix"
        );
        let main = include_str!("postfix.main.cf")
            .replace("@FOLDER@", &path.display().to_string())
            .replace("@DOMAIN@", DOMAIN)
            .replace("@LMTP@", &dovecot.lmtp.to_string())
            .replace("@SASL@", &dovecot.sasl.to_string())
            .replace("@CERTIFICATE@", &dovecot.certificates.certificate.display().to_string())
            .replace("@KEY@", &dovecot.certificates.key.display().to_string());
        let services = include_str!("postfix.master.cf")
            .replace("@SUBMISSIONS@", &self.submissions.to_string())
            .replace("@SUBMISSION@", &self.submission.to_string());
        std::fs::write(path.join("etc/main.cf"), main)?;
        std::fs::write(path.join("etc/master.cf"), services)?;
        std::fs::write(
            path.join("etc/refused"),
            format!("/^refused@/ 550 5.1.1 there is no such person at {DOMAIN}\n"),
        )?;
        Ok(())
    }
}
