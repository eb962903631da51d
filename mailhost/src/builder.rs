//! How a mail host is described before it starts.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use crate::host::{Host, Shared};
use crate::samples::{self, SampleUser};
use crate::user::User;
use crate::{Capabilities, Connections, Faults, Pop3Capabilities};

/// Where every description of a mail host begins.
#[derive(Debug)]
pub struct MailHost;

impl MailHost {
    /// A host without users.
    pub fn builder() -> MailHostBuilder {
        MailHostBuilder {
            users: Vec::new(),
            samples: Vec::new(),
            capabilities: Capabilities::default(),
            pop3: Pop3Capabilities::default(),
            clock: Arc::new(system_time),
            ports: (0, 0),
        }
    }

    /// A host with the sample users and their sample mail, dated back from now.
    pub fn demo() -> MailHostBuilder {
        let builder = Self::builder();
        samples::sample_users().into_iter().fold(builder, MailHostBuilder::sample)
    }
}

type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A mail host before it starts.
pub struct MailHostBuilder {
    users: Vec<(String, String, String)>,
    samples: Vec<SampleUser>,
    capabilities: Capabilities,
    pop3: Pop3Capabilities,
    clock: Clock,
    ports: (u16, u16),
}

impl MailHostBuilder {
    /// Adds a user: login (the address), display name, password. Their mailboxes are INBOX, Drafts,
    /// Sent, Archive, Junk and Trash.
    pub fn user(mut self, login: &str, name: &str, password: &str) -> Self {
        self.users.push((login.to_owned(), name.to_owned(), password.to_owned()));
        self
    }

    /// Adds a sample user with their mail.
    pub fn sample(mut self, user: SampleUser) -> Self {
        self = self.user(user.address, user.name, user.password);
        self.samples.push(user);
        self
    }

    /// Sets which IMAP extensions are on offer.
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Sets what is on offer over POP3.
    pub fn pop3(mut self, capabilities: Pop3Capabilities) -> Self {
        self.pop3 = capabilities;
        self
    }

    /// Takes the time from here instead of the system.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Listens on these ports for IMAP and SMTP; 0, the default, lets the system choose, as it does
    /// for POP3.
    pub fn ports(mut self, imap: u16, smtp: u16) -> Self {
        self.ports = (imap, smtp);
        self
    }

    /// Binds its ports on 127.0.0.1 and serves until the host is stopped or dropped.
    ///
    /// # Errors
    /// When a port cannot be bound.
    pub async fn start(self) -> io::Result<Host> {
        let now = (self.clock)();
        // UIDVALIDITY grows from one start to the next, as RFC 3501 §2.3.1.1 wants it.
        let since_2020 = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(1, |age| age.as_secs().saturating_sub(1_577_836_800));
        let validity = u32::try_from(since_2020).unwrap_or(1);
        let users: HashMap<_, _> = self
            .users
            .iter()
            .map(|(login, name, password)| {
                (login.to_ascii_lowercase(), User::new(login, name, password, validity))
            })
            .collect();
        for sample in &self.samples {
            if let Some(user) = users.get(&sample.address.to_ascii_lowercase()) {
                samples::fill(user, sample, now);
            }
        }
        let shared = Shared {
            users,
            capabilities: self.capabilities.consistent(),
            pop3: self.pop3,
            clock: self.clock,
            faults: Faults::default(),
            connections: Connections::default(),
            next_connection: AtomicU64::new(1),
            quirks: Mutex::default(),
        };
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Host::start(Arc::new(shared), [at(self.ports.0), at(self.ports.1), at(0)]).await
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the host reads the clock")]
fn system_time() -> SystemTime {
    SystemTime::now()
}
