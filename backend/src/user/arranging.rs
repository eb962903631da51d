//! Accounts beside that of the sign-in: adding, showing, ordering and removing them.
//!
//! What is wanted stands in the database; [`User::arrange`] makes the running accounts agree with
//! it. Every user object of the same person is arranged after a change: there are several where
//! sessions have different passwords.

use std::sync::Arc;

use postern_shared::account::{AccountId, COLOURS, MOST_ACCOUNTS, MOST_NAME, Protocol};
use postern_shared::event::Event;
use zeroize::Zeroizing;

use super::entrant::{Entrant, account_id};
use super::{Error, User};
use crate::account::{self, Account, Shape};
use crate::db::accounts::{self, AccountRow, SecretRow};
use crate::db::removals;
use crate::net::Setup;
use crate::seal::Vault;
use crate::secret::Secret;
use crate::store::imap::{Credentials, ImapConnection};
use crate::store::index::Place;
use crate::store::{self};
use crate::submission::outbox;

/// Stands between the two passwords of an account that has two: none can hold it.
const BETWEEN: char = '\0';

/// What is known of the accounts that are to be there. Locked, nothing else changes them.
#[derive(Default)]
pub(super) struct Arranged {
    /// Where their passwords are.
    vault: Option<Vault>,
    /// They were started, or there are none.
    done: bool,
}

/// An account that was just confirmed: it is started anew, with the connection that confirmed it.
struct Fresh(AccountId, Option<ImapConnection>);

impl User {
    /// Starts the accounts beside that of the sign-in, if that is not done yet. Without the vault
    /// they need their passwords typed in again.
    ///
    /// # Errors
    /// The database's.
    pub async fn unlock(&self, vault: Option<Vault>) -> Result<(), Error> {
        let mut arranged = self.arranged.lock().await;
        let opens = arranged.vault.is_none() && vault.is_some();
        if arranged.done && !opens {
            return Ok(());
        }
        arranged.vault = vault.or(arranged.vault.take());
        arranged.done = true;
        self.arrange(&arranged, None).await
    }

    /// Adds an account whose server said yes to what the entrant signs in with; one that is there
    /// goes on with that.
    ///
    /// # Errors
    /// `AlreadyExists` for the account of the sign-in, `Limit`, or the database's.
    pub async fn add_account(&self, vault: Vault, entrant: Entrant) -> Result<AccountId, Error> {
        let id = account_id(self.id, &entrant.address);
        if id == self.primary {
            return Err(account::Error::from(store::Error::AlreadyExists).into());
        }
        let mut arranged = self.arranged.lock().await;
        let known = accounts::list(&self.db, self.id).await?;
        if known.len() + 1 >= MOST_ACCOUNTS && known.iter().all(|one| one.id != id.0) {
            return Err(Error::Limit("accounts"));
        }
        if known.iter().any(|one| one.id == id.0 && one.protocol != entrant.protocol) {
            // Its mail is elsewhere: removed first, it can come again with the other protocol.
            return Err(account::Error::from(store::Error::AlreadyExists).into());
        }
        if let Some(registry) = self.registry.upgrade() {
            // What was left of one that was removed before is not this one's.
            registry.finish_removals(Some((self.id, &id))).await?;
        }
        let setup = entrant.provider.setup(entrant.protocol);
        let row = AccountRow {
            id: id.0.clone(),
            address: entrant.address.clone(),
            login: entrant.credentials.login.clone(),
            protocol: setup.protocol,
            servers: setup.servers.as_ref().and_then(|it| serde_json::to_string(it).ok()),
        };
        let secrets = [&entrant.credentials.secret, &setup.outgoing];
        self.keep_secrets(&row, &vault, secrets).await?;
        if let Some((registry, maildrop)) = self.registry.upgrade().zip(entrant.maildrop()) {
            registry.standing.keep_maildrop(&maildrop).await?;
        }
        (arranged.vault, arranged.done) = (Some(vault), true);
        self.arrange(&arranged, Some(Fresh(id.clone(), entrant.connection))).await?;
        drop(arranged);
        self.arrange_others(Some(&id)).await;
        Ok(id)
    }

    /// What an account of this address is set up with; none where there is no such account.
    pub fn setup_of(&self, address: &str) -> Option<Setup> {
        let all = self.roster.all();
        let found = all.iter().find(|it| it.facts().address == address.trim());
        found.map(|account| account.facts().setup())
    }

    /// Sets how an account is shown.
    ///
    /// # Errors
    /// `NonExistent`, `Invalid` for a name or a colour that cannot be, or the database's.
    pub async fn edit_account(
        &self,
        id: &AccountId,
        name: String,
        colour: u8,
    ) -> Result<(), Error> {
        let name = name.trim().to_owned();
        if name.chars().count() > MOST_NAME || name.chars().any(char::is_control) {
            return Err(Error::Invalid("the name of the account"));
        }
        if colour > COLOURS {
            return Err(Error::Invalid("the colour of the account"));
        }
        let account = &self.account(id)?;
        let shape = account.facts().look.get();
        account.facts().look.set(Shape { name, colour, ..shape });
        self.keep_looks(self.roster.all()).await
    }

    /// Sets the order of the accounts; those that are not named come last.
    ///
    /// # Errors
    /// `NonExistent` for a name that is none, or the database's.
    pub async fn order_accounts(&self, order: &[AccountId]) -> Result<(), Error> {
        order.iter().try_for_each(|id| self.account(id).map(drop))?;
        let mut all = self.roster.all();
        let place = |account: &Account| {
            order.iter().position(|id| *id == account.facts().id).unwrap_or(usize::MAX)
        };
        all.sort_by_key(place);
        self.keep_looks(all).await
    }

    async fn keep_looks(&self, all: Vec<Account>) -> Result<(), Error> {
        let look = |(place, account): (i64, &Account)| {
            let Shape { name, colour, .. } = account.facts().look.get();
            accounts::Look { id: account.facts().id.0.clone(), name, colour, place }
        };
        let looks: Vec<_> = (0..).zip(&all).map(look).collect();
        accounts::show_as(&self.db, self.id, &looks).await?;
        self.arrange(&*self.arranged.lock().await, None).await?;
        self.arrange_others(None).await;
        Ok(())
    }

    /// Forgets an added account. What its server has stays there; what was collected from a
    /// maildrop goes with it.
    ///
    /// # Errors
    /// `NonExistent`, `NoPermission` for the account of the sign-in, `Outbox(Busy)` while the outbox
    /// holds mail of it, or the database's.
    pub async fn remove_account(&self, id: &AccountId) -> Result<(), Error> {
        let account = &self.account(id)?;
        if !account.facts().look.get().added {
            return Err(Error::NoPermission);
        }
        if self.list_submissions().await?.iter().any(|waiting| waiting.account == *id) {
            return Err(outbox::Error::Busy.into());
        }
        accounts::remove(&self.db, self.id, &id.0).await?;
        self.arrange(&*self.arranged.lock().await, None).await?;
        self.arrange_others(None).await;
        let index = self.surroundings.shelf.as_ref().map(|shelf| &shelf.index);
        for mailbox in account.known_mailboxes() {
            let Some(index) = index else { break };
            let place = Place { account: id.clone(), mailbox: mailbox.id };
            index.discard(&place).await.map_err(account::Error::from)?;
        }
        self.remove_local(account).await
    }

    /// Removes what was collected into an account that is gone.
    async fn remove_local(&self, account: &Account) -> Result<(), Error> {
        let id = &account.facts().id.0;
        let Some(mail) = &account.facts().local else {
            return Ok(removals::finish(&self.db, self.id, id).await?);
        };
        if let Some(registry) = self.registry.upgrade() {
            registry.standing.tell_of_change();
            registry.collectors.end(self.id, &account.facts().id).await;
        }
        // Nobody works on it any more.
        account.stop().await;
        let mail = mail.open().await.map_err(account::Error::from)?;
        mail.remove_account(id).await.map_err(account::Error::from)?;
        Ok(removals::finish(&self.db, self.id, id).await?)
    }

    /// Arranges the other objects of the same user; `again`: that account has another password.
    async fn arrange_others(&self, again: Option<&AccountId>) {
        let Some(registry) = self.registry.upgrade() else { return };
        for other in registry.all_of(self.id) {
            if std::ptr::eq(Arc::as_ptr(&other), self) {
                continue;
            }
            let fresh = again.map(|id| Fresh(id.clone(), None));
            let arranged = other.arranged.lock().await;
            // Whoever has not begun finds it all when it does.
            if arranged.done
                && let Err(error) = other.arrange(&arranged, fresh).await
            {
                tracing::error!(%error, "accounts could not be arranged");
            }
        }
    }

    /// Makes the running accounts those that the database names, in their order and looks.
    async fn arrange(&self, arranged: &Arranged, mut fresh: Option<Fresh>) -> Result<(), Error> {
        let rows = accounts::list(&self.db, self.id).await?;
        let looks = accounts::looks(&self.db, self.id).await?;
        let before = self.roster.all();
        let mut now: Vec<Account> =
            before.iter().filter(|account| account.facts().id == self.primary).cloned().collect();
        for row in rows.iter().filter(|row| row.id != self.primary.0) {
            let known = before.iter().find(|account| account.facts().id.0 == row.id);
            let again = fresh.take_if(|Fresh(id, _)| id.0 == row.id);
            let is_good = |known: &&Account| !known.facts().credentials.secret.is_empty();
            match known.filter(is_good).filter(|_| again.is_none()) {
                Some(known) => now.push(known.clone()),
                None => now.extend(self.start(row, arranged.vault.as_ref(), again).await?),
            }
        }
        let place = |account: &Account| {
            looks
                .iter()
                .find(|look| look.id == account.facts().id.0)
                .map_or(i64::MAX, |it| it.place)
        };
        now.sort_by_key(place);
        for account in &now {
            let facts = account.facts();
            let look = looks.iter().find(|look| look.id == facts.id.0);
            let (name, colour) =
                look.map_or_else(Default::default, |look| (look.name.clone(), look.colour));
            facts.look.set(Shape { name, colour, added: facts.id != self.primary });
        }
        let is_there = |one: &Account| now.iter().any(|other| other.is_same(one));
        let gone: Vec<Account> = before.iter().filter(|one| !is_there(one)).cloned().collect();
        let is_new = |one: &&Account| !before.iter().any(|other| other.is_same(one));
        let came: Vec<Account> = now.iter().filter(is_new).cloned().collect();
        self.roster.set(now);
        if let Some(registry) = self.registry.upgrade() {
            came.iter().for_each(|account| registry.tell_account(self.id, account));
        }
        if !came.is_empty() || !gone.is_empty() {
            self.views.doubt_all().await;
        }
        tokio::spawn(async move {
            futures_util::future::join_all(gone.iter().map(Account::stop)).await;
        });
        let shown = self.roster.all().iter().map(Account::shown).collect();
        self.audience.publish(&Event::AccountsChanged(shown));
        Ok(())
    }

    /// Starts an added account; none where its provider is no longer configured.
    async fn start(
        &self,
        row: &AccountRow,
        vault: Option<&Vault>,
        fresh: Option<Fresh>,
    ) -> Result<Option<Account>, Error> {
        let Some(registry) = self.registry.upgrade() else { return Ok(None) };
        let id = AccountId(row.id.clone());
        let [secret, outgoing] = match vault {
            Some(vault) => self.secrets_of(row, vault).await?,
            None => Default::default(),
        };
        let kept = match row.protocol {
            // A maildrop is collected whether or not the vault opens.
            Protocol::Pop3 if secret.is_empty() => registry.standing.entrant(self.id, &id).await?,
            _ => None,
        };
        let servers = row.servers.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let setup = Setup { protocol: row.protocol, servers, outgoing };
        let typed_in = || {
            let provider = registry.standing.providers.serving(&row.address, &setup)?;
            let credentials = Credentials { login: row.login.clone(), secret };
            let (user, address, protocol) = (self.id, row.address.clone(), row.protocol);
            Some(Entrant { user, address, provider, protocol, credentials, connection: None })
        };
        let Some(entrant) = kept.or_else(typed_in) else {
            tracing::warn!(account = %row.id, "no provider serves an account that was added");
            return Ok(None);
        };
        let connection = fresh.and_then(|Fresh(_, connection)| connection);
        let entrant = Entrant { connection, ..entrant };
        let (facts, connection) = entrant.described(id, &registry.stores);
        Ok(Some(Account::start(facts, self.surroundings.clone(), connection)))
    }

    /// What an account signs in with, and what its outgoing server is signed in to with where that
    /// differs; empty where the vault does not hold it.
    async fn secrets_of(&self, row: &AccountRow, vault: &Vault) -> Result<[Secret; 2], Error> {
        let place = self.place_of(&row.id);
        let kept = accounts::secret(&self.db, self.id, &row.id, vault.id()).await?;
        let Some(kept) = kept else { return Ok(Default::default()) };
        let clear = vault.open(&place, kept.key_id, &kept.sealed).unwrap_or_default();
        let text = std::str::from_utf8(&clear).unwrap_or_default();
        let (secret, outgoing) = text.split_once(BETWEEN).unwrap_or((text, ""));
        let secrets = [secret, outgoing].map(|text| Secret::new(text.to_owned()));
        if !text.is_empty() && !vault.is_current(kept.key_id) {
            self.keep_secrets(row, vault, secrets.each_ref()).await?;
        }
        Ok(secrets)
    }

    async fn keep_secrets(
        &self,
        row: &AccountRow,
        vault: &Vault,
        [secret, outgoing]: [&Secret; 2],
    ) -> Result<(), Error> {
        let mut clear = Zeroizing::new(secret.expose().to_owned());
        if !outgoing.is_empty() {
            clear.push(BETWEEN);
            clear.push_str(outgoing.expose());
        }
        let (key_id, sealed) = vault.seal(&self.place_of(&row.id), clear.as_bytes());
        let secret = SecretRow { vault_id: vault.id(), key_id, sealed };
        Ok(accounts::keep(&self.db, self.id, row, &secret, self.clock.unix_ms()).await?)
    }

    /// Where a secret belongs: it opens there alone.
    fn place_of(&self, id: &str) -> Vec<u8> {
        [self.id.0.as_slice(), id.as_bytes()].concat()
    }
}
