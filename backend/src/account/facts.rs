//! What an account is made of: where its servers are and how to sign in to them.

use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use postern_shared::account::{Account as Shown, AccountId, AccountState, Protocol};
use postern_shared::identity::Identity;

use super::audience::Audience;
use super::cache::Memory;
use super::error::Error;
use super::progress::Shelf;
use crate::clock::Clock;
use crate::db::{Db, UserId};
use crate::net::{Provider, Setup};
use crate::store::imap::Credentials;
use crate::store::local::LocalMail;

/// An account as the session or the configuration describes it.
#[derive(Clone)]
pub struct Facts {
    /// Its id.
    pub id: AccountId,
    /// The address that it was added with.
    pub address: String,
    /// Where its servers are, and whom to believe about certificates.
    pub provider: Arc<Provider>,
    /// Login and password.
    pub credentials: Credentials,
    /// What mail may be sent as.
    pub identities: Identities,
    /// How it is shown.
    pub look: Look,
    /// Where its mail lives if it is collected from a maildrop; none: at the server, by IMAP.
    pub local: Option<LocalMail>,
}

/// What mail may be sent as; clones share it, for the user changes it while the account runs.
#[derive(Clone, Default)]
pub struct Identities(Arc<RwLock<Arc<[Identity]>>>);

impl Identities {
    /// These.
    #[must_use]
    pub fn new(all: Vec<Identity>) -> Self {
        let identities = Self::default();
        identities.set(all);
        identities
    }

    /// All of them, the default first; those that wait for their code among them.
    #[must_use]
    pub fn all(&self) -> Arc<[Identity]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those that mail may be sent as.
    pub fn confirmed(&self) -> impl Iterator<Item = Identity> {
        let all = self.all();
        (0..all.len()).map(move |at| all[at].clone()).filter(Identity::is_confirmed)
    }

    /// From now on these.
    pub fn set(&self, all: Vec<Identity>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = all.into();
    }
}

/// How an account is shown; clones share it, for the user changes it while the account runs.
#[derive(Clone, Default)]
pub struct Look(Arc<RwLock<Shape>>);

/// What there is to say about how an account is shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// What the user calls it.
    pub name: String,
    /// Its colour; 0 is none.
    pub colour: u8,
    /// Added beside the account of the sign-in.
    pub added: bool,
}

impl Look {
    /// As it is now.
    #[must_use]
    pub fn get(&self) -> Shape {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on so.
    pub fn set(&self, shape: Shape) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shape;
    }
}

impl Facts {
    /// What it receives with.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        if self.local.is_some() { Protocol::Pop3 } else { Protocol::Imap }
    }

    /// What it is set up with.
    #[must_use]
    pub fn setup(&self) -> Setup {
        self.provider.setup(self.protocol())
    }

    /// What the page is shown of the account in this state.
    #[must_use]
    pub fn shown(&self, state: AccountState) -> Shown {
        let Shape { name, colour, added } = self.look.get();
        Shown {
            id: self.id.clone(),
            address: self.address.clone(),
            protocol: self.protocol(),
            state,
            identities: self.identities.all().to_vec(),
            name,
            colour,
            added,
        }
    }
}

/// What an account lives among: whom it tells, and what it shares with the others.
#[derive(Clone)]
pub struct Surroundings {
    /// The links that are told.
    pub audience: Arc<Audience>,
    /// Time.
    pub clock: Clock,
    /// Messages opened before, of all accounts.
    pub memory: Memory,
    /// The index of the user's mailboxes; none: nothing but plain lists is shown.
    pub shelf: Option<Shelf>,
    /// Durable state, and whose part of it is theirs.
    pub durable: (Db, UserId),
    /// Fetches the rest of messages of which only the header is here.
    pub rest: Arc<dyn Rest>,
}

/// Fetches what is missing of messages that were collected in part.
pub trait Rest: Send + Sync {
    /// Asks at once for messages to be made whole, by the names that their deliverer knows them by;
    /// gives those that are not, and why.
    fn fetch(
        &self,
        account: AccountId,
        names: Vec<String>,
    ) -> BoxFuture<'static, Vec<(String, Error)>>;
}
