//! Who is connected, how often somebody tried to sign in, and which commands came in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The host's connection counters, a handle to clone freely; users are named by their login.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<String, UserConnections>>>);

/// The counters of one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserConnections {
    /// Signed-in IMAP connections that are open now.
    pub current: usize,
    /// The most that were open at once.
    pub peak: usize,
    /// LOGIN and AUTHENTICATE that succeeded, over IMAP and SMTP.
    pub accepted: usize,
    /// LOGIN and AUTHENTICATE that were refused, over IMAP and SMTP.
    pub refused: usize,
    /// How often each IMAP command came in (`"UID FETCH"`, `"IDLE"`, …) after sign-in.
    pub commands: HashMap<String, usize>,
}

impl Connections {
    /// The counters of one user; all zero for a name never seen.
    pub fn user(&self, login: &str) -> UserConnections {
        self.with(login, |user| user.clone())
    }

    /// Signed-in IMAP connections of one user that are open now.
    pub fn current(&self, login: &str) -> usize {
        self.with(login, |user| user.current)
    }

    /// The most IMAP connections one user had open at once.
    pub fn peak(&self, login: &str) -> usize {
        self.with(login, |user| user.peak)
    }

    /// Sign-in attempts for one user, successful or not.
    pub fn attempts(&self, login: &str) -> usize {
        self.with(login, |user| user.accepted + user.refused)
    }

    /// How often one command came in from one user.
    pub fn commands(&self, login: &str, command: &str) -> usize {
        self.with(login, |user| user.commands.get(command).copied().unwrap_or(0))
    }

    /// Signed-in IMAP connections of all users.
    pub fn total(&self) -> usize {
        self.users().values().map(|user| user.current).sum()
    }

    /// Starts counting the peak anew from what is open now.
    pub fn reset_peaks(&self) {
        self.users().values_mut().for_each(|user| user.peak = user.current);
    }

    pub(crate) fn attempted(&self, login: &str, accepted: bool) {
        self.with(login, |user| if accepted { user.accepted += 1 } else { user.refused += 1 });
    }

    pub(crate) fn command(&self, login: &str, command: &str) {
        self.with(login, |user| *user.commands.entry(command.to_owned()).or_default() += 1);
    }

    /// Counts a connection until the returned presence is dropped.
    pub(crate) fn enter(&self, login: &str) -> Presence {
        self.with(login, |user| {
            user.current += 1;
            user.peak = user.peak.max(user.current);
        });
        Presence { connections: self.clone(), login: login.to_owned() }
    }

    fn users(&self) -> std::sync::MutexGuard<'_, HashMap<String, UserConnections>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, login: &str, visit: impl FnOnce(&mut UserConnections) -> T) -> T {
        visit(self.users().entry(login.to_ascii_lowercase()).or_default())
    }
}

/// One signed-in connection; dropping it ends the count.
#[derive(Debug)]
pub(crate) struct Presence {
    connections: Connections,
    login: String,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.connections.with(&self.login, |user| user.current = user.current.saturating_sub(1));
    }
}
