//! A private Dovecot (2.3): IMAP and POP3 with and without TLS, LMTP delivery, SASL for Postfix, in a temporary folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::Person;
use crate::certificate::{self, Certificates};
use crate::imap::RawImap;
use crate::server::{self, Launch, Server};

/// Whose files the mailboxes are when root runs the tests: `nobody`'s, as Dovecot refuses root's.
const NOBODY: u32 = 65534;

/// What a Dovecot is to look like.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Who has a mailbox.
    pub people: Vec<Person>,
    /// `sdbox`, `mdbox` or `maildir`.
    pub storage: &'static str,
    /// What CAPABILITY answers, where it is not everything that Dovecot can do.
    pub capability: Option<&'static str>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            people: ["anna", "ben", "chen"].map(Person::named).into(),
            storage: "sdbox",
            capability: None,
        }
    }
}

/// A running Dovecot; stopped when dropped.
#[derive(Debug)]
pub struct Dovecot {
    server: Option<Server>,
    folder: TempDir,
    /// The port of IMAP with STARTTLS offered.
    pub imap: u16,
    /// The port of IMAP over TLS.
    pub imaps: u16,
    /// The port of POP3 with STLS offered.
    pub pop3: u16,
    /// The port of POP3 over TLS.
    pub pop3s: u16,
    /// The port of LMTP delivery.
    pub lmtp: u16,
    /// The port where Postfix asks about passwords.
    pub sasl: u16,
    /// Its certificate's authority.
    pub certificates: Certificates,
    /// Who has a mailbox.
    pub people: Vec<Person>,
    storage: &'static str,
}

impl Dovecot {
    /// Starts with three people and everything that Dovecot can do.
    pub async fn start() -> Result<Self> {
        Self::start_as(Setup::default()).await
    }

    /// Starts as `setup` says.
    pub async fn start_as(setup: Setup) -> Result<Self> {
        server::program("dovecot")?;
        let folder = server::folder()?;
        let mut dovecot = Self {
            server: None,
            imap: server::free_port()?,
            imaps: server::free_port()?,
            pop3: server::free_port()?,
            pop3s: server::free_port()?,
            lmtp: server::free_port()?,
            sasl: server::free_port()?,
            certificates: certificate::create(folder.path())?,
            people: setup.people.clone(),
            storage: setup.storage,
            folder,
        };
        let path = dovecot.folder.path();
        let mail = path.join("mail");
        std::fs::create_dir(&mail)?;
        let (runner, owner) = mail_owner(path)?;
        std::os::unix::fs::chown(&mail, Some(owner), Some(owner).filter(|_| runner == 0))?;
        std::fs::write(path.join("users"), dovecot.users())?;
        let config = dovecot.config(setup.capability, runner, owner)?;
        std::fs::write(path.join("dovecot.conf"), config)?;
        dovecot.launch().await?;
        dovecot.make_mailboxes().await?;
        Ok(dovecot)
    }

    /// Has every mailbox made by one session each. Where two sessions and a delivery make a new
    /// user's mailboxes at once, Dovecot 2.3 locks itself out, and ends one of them over it.
    async fn make_mailboxes(&self) -> Result<()> {
        for person in &self.people {
            let mut session = self.session(person).await?;
            for mailbox in ["INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"] {
                session.ok(&format!("SELECT {mailbox}")).await?;
            }
            session.ok("LOGOUT").await?;
        }
        Ok(())
    }

    /// Starts again with the same mail and another answer to CAPABILITY; none: everything.
    pub async fn offer(&mut self, capability: Option<&str>) -> Result<()> {
        self.stop()?;
        let (runner, owner) = mail_owner(self.folder.path())?;
        std::fs::write(self.path("dovecot.conf"), self.config(capability, runner, owner)?)?;
        self.launch().await
    }

    /// Stops the server and keeps its mail.
    pub fn stop(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    /// Kills the server and every session with it, and keeps its mail.
    pub fn kill(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::kill)
    }

    /// Starts again on the same ports with the same mail.
    pub async fn launch(&mut self) -> Result<()> {
        ensure!(self.server.is_none(), "this Dovecot runs already");
        // What the one before left listening would be taken for the new one, or stand in its way: its
        // services end behind it.
        for port in [self.imap, self.imaps, self.pop3, self.pop3s, self.lmtp, self.sasl] {
            server::released(port).await?;
        }
        let server = Server::start(Launch {
            program: &server::program("dovecot")?,
            arguments: vec!["-F".into(), "-c".into(), self.path("dovecot.conf")],
            folder: self.folder.path(),
            pid_file: self.pid_file(),
        })?;
        server.listening(self.imap).await.with_context(|| self.log())?;
        self.server = Some(server);
        Ok(())
    }

    /// A raw session of a person.
    pub async fn session(&self, person: &Person) -> Result<RawImap> {
        RawImap::sign_in(self.imap, person).await.with_context(|| self.log())
    }

    /// The person with this local part.
    pub fn person(&self, local: &str) -> Person {
        let found = self.people.iter().find(|person| person.local() == local);
        found.unwrap_or_else(|| panic!("no {local} on this server")).clone()
    }

    /// How many IMAP sessions of this person run now.
    pub fn sessions_of(&self, person: &Person) -> Result<usize> {
        let listing = Command::new(server::program("doveadm")?)
            .args(["-c", &self.path("dovecot.conf"), "who", "-1", &person.address])
            .output()?;
        let lines = String::from_utf8_lossy(&listing.stdout);
        Ok(lines.lines().filter(|line| line.starts_with(&person.address)).count())
    }

    /// Gives a mailbox another UIDVALIDITY, as an administrator can; its UIDs stay.
    pub fn renew_uid_validity(&self, person: &Person, mailbox: &str) -> Result<()> {
        let doveadm = |arguments: &[&str]| -> Result<String> {
            let mut command = Command::new(server::program("doveadm")?);
            command.args(["-c", &self.path("dovecot.conf"), "mailbox"]).args(arguments);
            let done = command.output()?;
            let complaint = String::from_utf8_lossy(&done.stderr).into_owned();
            ensure!(done.status.success(), "doveadm mailbox {arguments:?}: {complaint}");
            Ok(String::from_utf8(done.stdout)?)
        };
        let user = person.address.as_str();
        let status = doveadm(&["status", "-u", user, "uidvalidity", mailbox])?;
        let now = status.trim().rsplit('=').next().unwrap_or_default().parse::<u32>()?;
        let next = (now + 1).to_string();
        doveadm(&["update", "-u", user, "--uid-validity", &next, mailbox]).map(drop)
    }

    /// What the server logged, for a test that counts sign-ins or explains a failure.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("dovecot.log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.path().join("run/master.pid")
    }

    fn users(&self) -> String {
        self.people.iter().fold(String::new(), |mut lines, person| {
            let _ = writeln!(lines, "{}:{{PLAIN}}{}::::::", person.address, person.password);
            lines
        })
    }

    fn config(&self, capability: Option<&str>, runner: u32, owner: u32) -> Result<String> {
        let folder = self.folder.path().display();
        let mut config = include_str!("dovecot.conf")
            .replace("@FOLDER@", &folder.to_string())
            .replace("@OWNER@", &owner.to_string())
            .replace("@STORAGE@", self.storage);
        for (name, port) in [
            ("@IMAP@", self.imap),
            ("@IMAPS@", self.imaps),
            ("@POP3@", self.pop3),
            ("@POP3S@", self.pop3s),
            ("@LMTP@", self.lmtp),
            ("@SASL@", self.sasl),
        ] {
            config = config.replace(name, &port.to_string());
        }
        if let Some(capability) = capability {
            writeln!(config, "imap_capability = {capability}")?;
        }
        if runner != 0 {
            let name = |flag| -> Result<String> {
                let answer = Command::new("id").arg(flag).output()?.stdout;
                Ok(String::from_utf8(answer)?.trim().to_owned())
            };
            let (user, group) = (name("-un")?, name("-gn")?);
            writeln!(config, "default_internal_user = {user}\ndefault_login_user = {user}")?;
            writeln!(config, "default_internal_group = {group}")?;
            for service in ["imap-login", "pop3-login", "anvil", "stats"] {
                writeln!(config, "service {service} {{\n  chroot =\n}}")?;
            }
        }
        Ok(config)
    }
}

/// Who runs the tests, and whose the mailboxes are.
fn mail_owner(folder: &Path) -> Result<(u32, u32)> {
    let runner = server::owner(folder)?;
    Ok((runner, if runner == 0 { NOBODY } else { runner }))
}
