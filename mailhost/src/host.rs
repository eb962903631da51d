//! A running mail host: its ports, its mail, and the means to stop and restart it.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::mailbox::{ConnectionId, Content};
use crate::snapshot::MailboxSnapshot;
use crate::stamp::Stamp;
use crate::user::User;
use crate::{
    Capabilities, Connections, Faults, Flags, Pop3Capabilities, Quirks, Quota, imap, pop3, smtp,
};

/// The host has no such user or mailbox.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mail host has no {0}")]
pub struct Unknown(String);

/// How a user signs in, for a program that tells people so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The address.
    pub login: String,
    /// The display name.
    pub name: String,
    /// The password, which protects nothing here.
    pub password: String,
}

/// What all connections of a host share.
pub(crate) struct Shared {
    pub users: HashMap<String, Arc<User>>,
    pub capabilities: Capabilities,
    pub pop3: Pop3Capabilities,
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    pub faults: Faults,
    pub connections: Connections,
    pub next_connection: AtomicU64,
    pub quirks: Mutex<Quirks>,
}

impl Shared {
    pub fn user(&self, login: &str) -> Option<&Arc<User>> {
        self.users.get(&login.to_ascii_lowercase())
    }

    /// Checks a password and counts the attempt.
    pub fn sign_in(&self, login: &str, password: &str) -> Option<Arc<User>> {
        let user = self.user(login).filter(|user| user.signs_in_with(password));
        self.connections.attempted(login, user.is_some());
        user.cloned()
    }

    pub fn quirks(&self) -> Quirks {
        self.quirks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn now(&self) -> Stamp {
        Stamp::from_time((self.clock)())
    }

    pub fn connection_id(&self) -> ConnectionId {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }
}

/// A running mail host; dropping it closes everything.
pub struct Host {
    shared: Arc<Shared>,
    imap_addr: SocketAddr,
    smtp_addr: SocketAddr,
    pop3_addr: SocketAddr,
    running: Mutex<Vec<Server>>,
}

impl Host {
    pub(crate) async fn start(
        shared: Arc<Shared>,
        [imap, smtp, pop3]: [SocketAddr; 3],
    ) -> io::Result<Self> {
        let listening = listen([imap, smtp, pop3]).await?;
        let [imap_addr, smtp_addr, pop3_addr] =
            [0, 1, 2].map(|at: usize| listening[at].local_addr());
        let running = Mutex::new(serve(&shared, listening));
        let (imap_addr, smtp_addr, pop3_addr) = (imap_addr?, smtp_addr?, pop3_addr?);
        Ok(Self { shared, imap_addr, smtp_addr, pop3_addr, running })
    }

    /// Where IMAP is served.
    pub fn imap_addr(&self) -> SocketAddr {
        self.imap_addr
    }

    /// Where submission is served.
    pub fn smtp_addr(&self) -> SocketAddr {
        self.smtp_addr
    }

    /// Where POP3 is served.
    pub fn pop3_addr(&self) -> SocketAddr {
        self.pop3_addr
    }

    /// The handle that arms and clears faults.
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }

    /// The connection counters.
    pub fn connections(&self) -> Connections {
        self.shared.connections.clone()
    }

    /// Everybody who can sign in, sorted by login.
    pub fn users(&self) -> Vec<SignIn> {
        let users = self.shared.users.values().map(|user| SignIn {
            login: user.login.clone(),
            name: user.name.clone(),
            password: user.password.clone(),
        });
        let mut users: Vec<_> = users.collect();
        users.sort_by(|one, other| one.login.cmp(&other.login));
        users
    }

    /// Puts a message into a user's inbox as if it had just arrived, unseen; returns its UID.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn deliver(&self, login: &str, raw: impl AsRef<[u8]>) -> Result<u32, Unknown> {
        let raw = with_crlf(raw.as_ref());
        Ok(self.user(login)?.deliver(&raw, self.shared.now()))
    }

    /// Puts a message into any mailbox (made if missing) with flags and INTERNALDATE; returns its UID.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn append(
        &self,
        (login, mailbox): (&str, &str),
        flags: &[&str],
        received_at: SystemTime,
        raw: impl AsRef<[u8]>,
    ) -> Result<u32, Unknown> {
        let content = Content::new(&with_crlf(raw.as_ref()));
        let mut mailboxes = self.user(login)?.mailboxes();
        let mailbox = mailboxes.get_or_create(mailbox);
        Ok(mailbox.add(content, Flags::new(flags), Stamp::from_time(received_at), 0))
    }

    /// Replaces a message's flags as another mail program would; connections are told.
    ///
    /// # Errors
    /// When there is no such user or mailbox; a UID that does not exist changes nothing.
    pub fn set_flags(
        &self,
        (login, mailbox): (&str, &str),
        uid: u32,
        flags: &[&str],
    ) -> Result<(), Unknown> {
        let mut mailboxes = self.user(login)?.mailboxes();
        let mailbox = mailboxes.get_mut(mailbox).ok_or_else(|| Unknown(mailbox.to_owned()))?;
        mailbox.alter_flags(uid, 0, |current| *current = Flags::new(flags));
        Ok(())
    }

    /// Removes a message as another mail program would; connections are told.
    ///
    /// # Errors
    /// When there is no such user or mailbox; a UID that does not exist changes nothing.
    pub fn expunge(&self, (login, mailbox): (&str, &str), uid: u32) -> Result<(), Unknown> {
        let mut mailboxes = self.user(login)?.mailboxes();
        let mailbox = mailboxes.get_mut(mailbox).ok_or_else(|| Unknown(mailbox.to_owned()))?;
        mailbox.expunge(0, |message| message.uid == uid);
        Ok(())
    }

    /// Behaves like another maker's server from the next command on.
    pub fn set_quirks(&self, quirks: Quirks) {
        *self.shared.quirks.lock().unwrap_or_else(PoisonError::into_inner) = quirks;
    }

    /// Lets a user in by a further password too, as one made for one program.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn add_password(&self, login: &str, password: &str) -> Result<(), Unknown> {
        self.user(login)?.add_password(password);
        Ok(())
    }

    /// Limits what a user's mail may take; more is refused with OVERQUOTA.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn set_quota(&self, login: &str, quota: Option<Quota>) -> Result<(), Unknown> {
        self.user(login)?.mailboxes().quota = quota;
        Ok(())
    }

    /// Gives a mailbox a new UIDVALIDITY, which is returned, and its messages new UIDs from 1 on;
    /// whoever has it selected is told BYE.
    ///
    /// # Errors
    /// When there is no such user or mailbox.
    pub fn renew_uid_validity(&self, (login, mailbox): (&str, &str)) -> Result<u32, Unknown> {
        let validity = self.user(login)?.mailboxes().renumber(mailbox, false);
        validity.ok_or_else(|| Unknown(mailbox.to_owned()))
    }

    /// Gives a mailbox's messages other UIDs under the old UIDVALIDITY, which no server may do and
    /// Proton Bridge did; whoever has it selected is told BYE.
    ///
    /// # Errors
    /// When there is no such user or mailbox.
    pub fn shift_uids(&self, (login, mailbox): (&str, &str)) -> Result<(), Unknown> {
        let validity = self.user(login)?.mailboxes().renumber(mailbox, true);
        validity.map(drop).ok_or_else(|| Unknown(mailbox.to_owned()))
    }

    /// A copy of a mailbox's state; `None` without such a user or mailbox.
    pub fn mailbox(&self, login: &str, name: &str) -> Option<MailboxSnapshot> {
        Some(self.user(login).ok()?.mailboxes().get(name)?.snapshot())
    }

    /// The names of a user's mailboxes, sorted; empty without such a user.
    pub fn mailbox_names(&self, login: &str) -> Vec<String> {
        let Ok(user) = self.user(login) else { return Vec::new() };
        let mut names: Vec<_> =
            user.mailboxes().list.iter().map(|mailbox| mailbox.name.clone()).collect();
        names.sort();
        names
    }

    /// Stops listening and closes every connection; the mail stays.
    pub async fn stop(&self) {
        let servers = std::mem::take(&mut *self.running());
        for server in servers {
            server.stop().await;
        }
    }

    /// Stops if running, then listens again on the same ports with the same mail.
    ///
    /// # Errors
    /// When another program took a port in between.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        let listening = listen([self.imap_addr, self.smtp_addr, self.pop3_addr]).await?;
        *self.running() = serve(&self.shared, listening);
        Ok(())
    }

    fn user(&self, login: &str) -> Result<&Arc<User>, Unknown> {
        self.shared.user(login).ok_or_else(|| Unknown(login.to_owned()))
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Vec<Server>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Host(imap {}, smtp {}, pop3 {})",
            self.imap_addr, self.smtp_addr, self.pop3_addr
        )
    }
}

/// One listener and its connections; both end when it is dropped.
struct Server {
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Server {
    fn start<Served>(
        listener: TcpListener,
        serve: impl Fn(TcpStream) -> Served + Send + 'static,
    ) -> Self
    where
        Served: Future<Output = ()> + Send + 'static,
    {
        let (stop, mut stopped) = oneshot::channel();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    _ = &mut stopped => break,
                    Some(_) = connections.join_next() => {}
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => { connections.spawn(serve(stream)); }
                        // Out of descriptors: let others finish instead of spinning.
                        Err(error) => {
                            tracing::warn!(%error, "accept failed");
                            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                        }
                    },
                }
            }
            drop(listener);
            connections.shutdown().await;
        });
        Self { stop, accepting }
    }

    async fn stop(self) {
        let Self { stop, accepting } = self;
        drop(stop);
        // It ends by itself; a panic inside has been printed where it happened.
        let _ = accepting.await;
    }
}

async fn listen([imap, smtp, pop3]: [SocketAddr; 3]) -> io::Result<[TcpListener; 3]> {
    let bind = TcpListener::bind::<SocketAddr>;
    Ok([bind(imap).await?, bind(smtp).await?, bind(pop3).await?])
}

fn serve(shared: &Arc<Shared>, [imap, smtp, pop3]: [TcpListener; 3]) -> Vec<Server> {
    let [for_imap, for_smtp, for_pop3] = [(); 3].map(|()| Arc::clone(shared));
    vec![
        Server::start(imap, move |stream| imap::serve(stream, Arc::clone(&for_imap))),
        Server::start(smtp, move |stream| smtp::serve(stream, Arc::clone(&for_smtp))),
        Server::start(pop3, move |stream| pop3::serve(stream, Arc::clone(&for_pop3))),
    ]
}

/// Turns lone line feeds into CRLF, so that tests may write messages as plain text.
pub(crate) fn with_crlf(raw: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(raw.len() + raw.len() / 32);
    for (index, byte) in raw.iter().enumerate() {
        if *byte == b'\n' && (index == 0 || raw[index - 1] != b'\r') {
            lines.push(b'\r');
        }
        lines.push(*byte);
    }
    lines
}
