//! Whoever comes in with an account.

use std::sync::Arc;

use postern_shared::account::{AccountId, Protocol};
use postern_shared::address::Address;
use postern_shared::identity::Identity;
use sha2::{Digest, Sha256};

use super::standing::Maildrop;
use crate::account::{Facts, Identities, Look};
use crate::db::UserId;
use crate::net::Provider;
use crate::store::imap;
use crate::store::local::Stores;

/// Who comes in: what a session knows of its user.
pub struct Entrant {
    /// The user.
    pub user: UserId,
    /// The address signed in with, normalised.
    pub address: String,
    /// Where the account's servers are.
    pub provider: Arc<Provider>,
    /// What the account receives with.
    pub protocol: Protocol,
    /// What the account signs in with.
    pub credentials: imap::Credentials,
    /// A connection that is signed in already.
    pub connection: Option<imap::ImapConnection>,
}

impl Entrant {
    /// What an account is made of that comes in so, and the connection that it goes on with.
    pub(super) fn described(
        self,
        id: AccountId,
        stores: &Stores,
    ) -> (Facts, Option<imap::ImapConnection>) {
        let Self { user, address, provider, protocol, credentials, connection } = self;
        let from = Address { name: String::new(), email: address.clone() };
        let facts = Facts {
            id,
            address,
            provider,
            credentials,
            identities: Identities::new(vec![Identity { from, ..Identity::default() }]),
            look: Look::default(),
            local: (protocol == Protocol::Pop3).then(|| stores.at_need(user)),
        };
        (facts, connection)
    }

    /// The maildrop that is to be collected; none where the mail stays at the server.
    #[must_use]
    pub fn maildrop(&self) -> Option<Maildrop> {
        (self.protocol == Protocol::Pop3).then(|| Maildrop {
            user: self.user,
            account: account_id(self.user, &self.address),
            address: self.address.clone(),
            provider: self.provider.clone(),
            credentials: self.credentials.clone(),
        })
    }
}

/// An account's id: safe in a URL, the same after a restart, and telling nothing of the address.
#[must_use]
pub fn account_id(user: UserId, address: &str) -> AccountId {
    let mut hash = Sha256::new();
    hash.update(user.0);
    hash.update(address.as_bytes());
    AccountId(hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect())
}
