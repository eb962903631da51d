//! Whoever comes in with an account.

use std::sync::Arc;

use postern_shared::account::{AccountId, Protocol};
use sha2::{Digest, Sha256};

use super::standing::Maildrop;
use crate::db::UserId;
use crate::net::Provider;
use crate::store::imap;

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
pub(super) fn account_id(user: UserId, address: &str) -> AccountId {
    let mut hash = Sha256::new();
    hash.update(user.0);
    hash.update(address.as_bytes());
    AccountId(hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect())
}
