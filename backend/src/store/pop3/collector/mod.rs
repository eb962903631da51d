//! Collecting a maildrop (RFC 1939) into local mailboxes: each message once, none lost, none removed
//! at the server before it is durable here.
//!
//! A round is one session. `survey` lists the maildrop, `plan` compares that with the ledger
//! (`store::local`), purely; where a uidl alone cannot be believed, `digest`s of headers decide.
//! `round` then fetches what is new, the oldest first, and hands it on in groups that become durable
//! with their ledger rows in one transaction. DELE comes last, for what is durable and proved to be
//! what it was, and takes effect at QUIT: a session that ends in any other way removes nothing, and
//! the next one looks again.
//!
//! Of messages above a size only the header comes at first, where the policy says so (`parts`); the
//! rest is fetched when somebody waits for it (`demands`), by the round that is on its way or in a
//! session of its own.
//!
//! The oldest first, for the order of uids is a mailbox's order of arrival: what came newest first
//! would lie upside down in every list for ever. A round that was cut goes on where it stopped.

mod demands;
mod digest;
mod fetch;
mod group;
mod parts;
mod plan;
mod probe;
mod removal;
mod round;
mod survey;
#[cfg(test)]
mod tests;

pub use demands::{Demands, Lack};

use std::sync::Arc;

use postern_shared::collecting::{KnownBy, Policy};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::net::{self, Provider};
use crate::store;
use crate::store::imap::Credentials;
use crate::store::local::UserStore;
use crate::store::pop3::listing;

/// Largest message that is fetched, in octets: no server means more in earnest.
pub const LARGEST: u64 = 4 << 30;

/// A maildrop, and where what is in it goes.
#[derive(Clone)]
pub struct Maildrop {
    /// Where its server is.
    pub provider: Arc<Provider>,
    /// How to sign in there.
    pub credentials: Credentials,
    /// The user's mail.
    pub store: UserStore,
    /// The account, as the user's mail knows it.
    pub account: String,
    /// Time.
    pub clock: Clock,
    /// What somebody waits for of messages of which only the header came.
    pub rest: Demands,
    /// Larger messages stay at the server, in octets.
    pub largest: u64,
}

/// Why a round did not come to its end. What was delivered stays.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// The server, or our own disk.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// Whether the password is wrong: it is not tried again.
    #[must_use]
    pub fn is_refused_sign_in(&self) -> bool {
        matches!(self, Self::Store(store::Error::AuthenticationFailed { .. }))
    }

    /// Whether the server let nobody in for now: the maildrop is taken, or it is too early.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Store(store::Error::TooManyConnections { .. }) => true,
            Self::Store(error) => error.has_code("LOGIN-DELAY"),
            Self::Net(_) => false,
        }
    }

    /// The most messages that are listed, where the maildrop holds more.
    #[must_use]
    pub fn too_many(&self) -> Option<u32> {
        let is_so = matches!(self, Self::Store(store::Error::Limit(listing::MESSAGES)));
        is_so.then_some(listing::MOST)
    }
}

/// New messages that a round left at the server although they were to come.
#[derive(Debug)]
pub struct Missed {
    /// How many, at least one.
    pub messages: u32,
    /// Why the first of them did not come.
    pub first: Reason,
}

/// Why a message did not come while others did.
#[derive(Debug)]
pub enum Reason {
    /// The server does not give it.
    Refused(store::Error),
    /// It is larger than so many octets.
    TooLarge(u64),
}

/// How far a round is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages that came and are durable.
    pub done: u32,
    /// Messages that are to come.
    pub total: u32,
    /// Octets that came.
    pub octets: u64,
    /// Messages that were removed at the server; certain only once the round is over.
    pub removed: u32,
    /// What messages are known again by.
    pub known_by: KnownBy,
    /// The least time between two sign-ins that the server names, in seconds; 0: none.
    pub login_delay: u32,
}

impl Maildrop {
    /// Collects what is new, and removes at the server what the policy says; gives what could not be
    /// collected. Dropped, it ends at once: what is durable stays, and nothing is removed.
    ///
    /// # Errors
    /// What ended it.
    pub async fn collect(
        &self,
        policy: &Policy,
        progress: &watch::Sender<Progress>,
    ) -> Result<Option<Missed>, Error> {
        round::run(self, policy, progress).await
    }

    /// Fetches the rest of what somebody waits for, in a session of its own, and nothing else.
    /// Whoever it could not ask the server for still waits.
    ///
    /// # Errors
    /// As for `collect`.
    pub async fn fetch_rest(&self) -> Result<(), Error> {
        round::run_for_the_rest(self).await
    }
}
