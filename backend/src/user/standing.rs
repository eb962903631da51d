//! Credentials kept under the server key alone: while something of an account waits to be sent, and
//! of a maildrop for as long as its account is there, because it is collected without a browser.

use std::sync::Arc;

use postern_shared::account::{AccountId, Protocol};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::entrant::{Entrant, account_id};
use crate::account::Account;
use crate::clock::Clock;
use crate::db::standing::{self, Owner, Until};
use crate::db::{self, Db, UserId};
use crate::net::{Provider, Providers, Setup, Ticket};
use crate::seal::{Context, Keys, With};
use crate::secret::Secret;
use crate::store::imap::Credentials;

/// The credentials that are kept.
pub struct Standing {
    pub(super) clock: Clock,
    /// Who serves whom.
    pub(super) providers: Providers,
    db: Db,
    keys: Keys,
    /// Counts the changes of what maildrops there are and what opens them.
    changed: watch::Sender<u64>,
}

/// A maildrop that is to be collected, and what opens it.
#[derive(Clone)]
pub struct Maildrop {
    /// Whose it is.
    pub user: UserId,
    /// The account, whose mail lies in that user's local store.
    pub account: AccountId,
    /// Its address.
    pub address: String,
    /// Where it is.
    pub provider: Arc<Provider>,
    /// What it is signed in to with.
    pub credentials: Credentials,
}

impl Standing {
    /// What this database keeps.
    #[must_use]
    pub fn new(db: Db, clock: Clock, keys: Keys, providers: Providers) -> Self {
        Self { clock, providers, db, keys, changed: watch::Sender::new(0) }
    }

    /// Keeps what an account signs in with, until nothing of it waits any longer.
    pub(super) async fn keep(&self, user: UserId, account: &Account) -> Result<(), db::Error> {
        let facts = account.facts();
        let (owner, setup) = ((user, facts.id.0.clone()), facts.setup());
        self.write(&owner, (&facts.address, &facts.credentials), &setup, Until::Sent).await
    }

    /// Keeps what opens a maildrop until its account is removed.
    pub(super) async fn keep_maildrop(&self, maildrop: &Maildrop) -> Result<(), db::Error> {
        let Maildrop { user, account, address, provider, credentials } = maildrop;
        let (owner, setup) = ((*user, account.0.clone()), provider.setup(Protocol::Pop3));
        self.write(&owner, (address, credentials), &setup, Until::Removed).await?;
        self.tell_of_change();
        Ok(())
    }

    async fn write(
        &self,
        owner: &Owner,
        (address, credentials): (&str, &Credentials),
        setup: &Setup,
        until: Until,
    ) -> Result<(), db::Error> {
        let texts = [address, &credentials.login, credentials.secret.expose()];
        let clear = Ticket::new(texts, setup).encode();
        let sealed = self.keys.seal(&place(&bound(owner)), &clear);
        standing::keep(&self.db, owner, &sealed, until, self.clock.unix_ms()).await
    }

    /// Whoever comes in by what is kept; none where nothing is, or it can no longer be opened.
    pub(super) async fn entrant(
        &self,
        user: UserId,
        account: &AccountId,
    ) -> Result<Option<Entrant>, db::Error> {
        let owner = (user, account.0.clone());
        let Some((key_id, sealed)) = standing::find(&self.db, &owner).await? else {
            return Ok(None);
        };
        let opened = self.keys.open(key_id, &place(&bound(&owner)), &sealed);
        let Some(clear) = opened else { return Ok(None) };
        let Some(ticket) = Ticket::decode(&clear) else { return Ok(None) };
        let setup = ticket.setup();
        let provider = self.providers.serving(ticket.address, &setup);
        Ok(provider.map(|provider| Entrant {
            user,
            address: ticket.address.to_owned(),
            provider,
            protocol: setup.protocol,
            credentials: Credentials {
                login: ticket.login.to_owned(),
                secret: Secret::new(ticket.password.to_owned()),
            },
            connection: None,
        }))
    }

    /// Whether this is the password that a maildrop was opened with last; none where nothing is kept
    /// of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_opened_by(
        &self,
        user: UserId,
        address: &str,
        password: &Secret,
    ) -> Result<Option<bool>, db::Error> {
        let kept = self.entrant(user, &account_id(user, address)).await?;
        let kept = kept.filter(|entrant| entrant.protocol == Protocol::Pop3);
        // By their hashes: how far they agree does not show in how long it takes.
        let hash = |secret: &Secret| Sha256::digest(secret.expose());
        Ok(kept.map(|entrant| hash(&entrant.credentials.secret) == hash(password)))
    }

    /// Erases what is kept of an account until nothing of it waits.
    pub(super) async fn erase(&self, user: UserId, account: &AccountId) -> Result<(), db::Error> {
        standing::erase(&self.db, &(user, account.0.clone())).await
    }

    /// The accounts that something is kept of.
    pub(super) async fn owners(&self) -> Result<Vec<(UserId, AccountId)>, db::Error> {
        let owners = standing::owners(&self.db).await?;
        Ok(owners.into_iter().map(|(user, account)| (user, AccountId(account))).collect())
    }

    /// Every maildrop of this bridge that can be opened.
    pub(super) async fn maildrops(&self) -> Result<Vec<Maildrop>, db::Error> {
        let mut all = Vec::new();
        for (user, account) in standing::lasting(&self.db).await? {
            let account = AccountId(account);
            let Some(entrant) = self.entrant(user, &account).await? else {
                tracing::warn!(account = %account.0, "a maildrop has no provider, or no key");
                continue;
            };
            let Entrant { address, provider, credentials, .. } = entrant;
            all.push(Maildrop { user, account, address, provider, credentials });
        }
        Ok(all)
    }

    /// Changes whenever a maildrop came, went, or is opened by something else.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Makes whoever collects maildrops look again.
    pub(super) fn tell_of_change(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// What is sealed opens in this row alone.
fn bound((user, account): &Owner) -> Vec<u8> {
    [user.0.as_slice(), account.as_bytes()].concat()
}

fn place(bound: &[u8]) -> Context<'_> {
    Context { with: With::Nothing, bound }
}
