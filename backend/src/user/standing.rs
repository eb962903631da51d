//! Credentials kept under the server key alone, while something of an account runs without a
//! browser: mail that is held, scheduled or put off.

use std::sync::Arc;

use postern_shared::account::AccountId;
use zeroize::Zeroizing;

use super::registry::Entrant;
use crate::account::Account;
use crate::clock::Clock;
use crate::db::standing::{self, Owner};
use crate::db::{self, Db, UserId};
use crate::net::Providers;
use crate::seal::{Context, Keys, With};
use crate::secret::Secret;
use crate::store::imap;

/// The credentials that are kept.
pub struct Standing {
    /// Durable state.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// What seals them.
    pub keys: Keys,
    /// Who serves whom.
    pub providers: Providers,
}

impl Standing {
    /// Keeps what an account signs in with.
    pub(super) async fn keep(&self, user: UserId, account: &Account) -> Result<(), db::Error> {
        let facts = account.facts();
        let texts =
            [facts.address.as_str(), &facts.credentials.login, facts.credentials.secret.expose()];
        let clear = Zeroizing::new(postcard::to_stdvec(&texts).expect("three texts always encode"));
        let owner = (user, facts.id.0.clone());
        let (key_id, sealed) = self.keys.seal(&place(&bound(&owner)), &clear);
        standing::keep(&self.db, &owner, key_id, &sealed, self.clock.unix_ms()).await
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
        let Ok([address, login, secret]) = postcard::from_bytes::<[&str; 3]>(&clear) else {
            return Ok(None);
        };
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let provider = self.providers.for_domain(domain).map(Arc::clone);
        Ok(provider.map(|provider| Entrant {
            user,
            address: address.to_owned(),
            provider,
            credentials: imap::Credentials {
                login: login.to_owned(),
                secret: Secret::new(secret.to_owned()),
            },
            connection: None,
        }))
    }

    /// Erases what is kept of an account.
    pub(super) async fn erase(&self, user: UserId, account: &AccountId) -> Result<(), db::Error> {
        standing::erase(&self.db, &(user, account.0.clone())).await
    }

    /// The accounts that something is kept of.
    pub(super) async fn owners(&self) -> Result<Vec<(UserId, AccountId)>, db::Error> {
        let owners = standing::owners(&self.db).await?;
        Ok(owners.into_iter().map(|(user, account)| (user, AccountId(account))).collect())
    }
}

/// What is sealed opens in this row alone.
fn bound((user, account): &Owner) -> Vec<u8> {
    [user.0.as_slice(), account.as_bytes()].concat()
}

fn place(bound: &[u8]) -> Context<'_> {
    Context { with: With::Nothing, bound }
}
