//! What a user sends mail as: the account's own address, and others that were shown to be theirs.

mod letter;
mod proof;

use postern_shared::address::Address;
use postern_shared::api::identities::{DeleteIdentity, SaveIdentity};
use postern_shared::draft::Draft;
use postern_shared::event::Event;
use postern_shared::identity::{Identity, IdentityId, MAX_IDENTITIES, MAX_SIGNATURE, Standing};

use super::submissions::digest;
use super::{Error, User};
use crate::account::{self, Account, Facts};
use crate::db::identities::{self, IdentityRow, Proof};
use crate::submission::is_address;

/// The id of the account's own address.
const SIGN_IN: &str = "sign-in";

impl User {
    /// Reads what the accounts' identities are.
    ///
    /// # Errors
    /// The database's.
    pub async fn learn_identities(&self) -> Result<(), Error> {
        for account in &self.roster.all() {
            self.learn(account).await?;
        }
        Ok(())
    }

    /// Reads what an account's identities are: another session may have changed them.
    pub(super) async fn learn(&self, account: &Account) -> Result<(), Error> {
        let facts = account.facts();
        facts.identities.set(shown(facts, self.rows(account).await?));
        Ok(())
    }

    /// Adds or changes an identity; an address that nobody has confirmed is sent a code.
    ///
    /// # Errors
    /// `Invalid`, `Limit`, `NonExistent`, `Unprovable`, or the outbox's.
    pub async fn save_identity(&self, call: SaveIdentity) -> Result<(), Error> {
        let SaveIdentity { action, account, mut identity, first, language } = call;
        let account = &self.account(&account)?;
        check(&mut identity)?;
        let html = std::mem::take(&mut identity.signature_html);
        identity.signature_html = account::clean_html(html).await?;
        let rows = self.rows(account).await?;
        let fresh = hex(&digest(self.id, action));
        let is_known = |id: &str| rows.iter().any(|row| row.id == id);
        match identity.id.0.as_str() {
            "" if rows.len() >= MAX_IDENTITIES && !is_known(&fresh) => {
                return Err(Error::Limit("identities"));
            }
            "" => identity.id.0 = fresh,
            SIGN_IN => identity.from.email.clone_from(&account.facts().address),
            id if !is_known(id) => return Err(Error::NonExistent),
            _ => {}
        }
        let known = rows.iter().find(|row| row.id == identity.id.0);
        let row = row(&identity, (&rows, known), first)?;
        let message_id = proof::message_id(self.id, action, account.facts());
        // Not each time that something else is changed.
        let asks = row.proof.message_id.is_empty() || row.proof.message_id == message_id;
        if asks && !row.confirmed && !stands_by_itself(account.facts(), &row.email) {
            return self.ask_for_code(account, (rows, row), action, &language).await;
        }
        self.keep(account, &row).await
    }

    /// Removes an identity; of the account's own address what was said about it.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_identity(&self, call: &DeleteIdentity) -> Result<(), Error> {
        let account = &self.account(&call.account)?;
        identities::remove(&self.db, (self.id, &call.account.0), &call.identity.0).await?;
        self.show(account).await
    }

    /// What an identity says of each message that is sent as it.
    pub(super) fn dress(account: &Account, draft: &mut Draft) {
        let all = account.facts().identities.all();
        let same = |one: &&Identity| one.from.same_mailbox(&draft.from);
        let exact = all.iter().find(|one| one.from == draft.from);
        let Some(identity) = exact.or_else(|| all.iter().find(same)) else { return };
        if draft.options.reply_to.is_empty() {
            draft.options.reply_to.extend(identity.reply_to.clone());
        }
        let named = |list: &[_]| list.iter().any(|one| identity.from.same_mailbox(one));
        if identity.bcc_self && ![&draft.to, &draft.cc, &draft.bcc].iter().any(|it| named(it)) {
            draft.bcc.push(identity.from.clone());
        }
    }

    async fn rows(&self, account: &Account) -> Result<Vec<IdentityRow>, Error> {
        Ok(identities::all(&self.db, (self.id, &account.facts().id.0)).await?)
    }

    async fn keep(&self, account: &Account, row: &IdentityRow) -> Result<(), Error> {
        identities::put(&self.db, (self.id, &account.facts().id.0), row).await?;
        self.show(account).await
    }

    /// Tells what the identities are now.
    async fn show(&self, account: &Account) -> Result<(), Error> {
        self.learn(account).await?;
        self.audience.publish(&Event::AccountChanged(account.shown()));
        Ok(())
    }
}

/// A row for what was said of an identity; what was proven of its address before stays proven.
fn row(
    identity: &Identity,
    (rows, known): (&[IdentityRow], Option<&IdentityRow>),
    first: bool,
) -> Result<IdentityRow, Error> {
    let email = identity.from.email.clone();
    let same = |row: &&IdentityRow| row.email.eq_ignore_ascii_case(&email);
    let confirmed = rows.iter().filter(same).any(|row| row.confirmed);
    let proof = match known.filter(same) {
        Some(row) if !confirmed => row.proof.clone(),
        _ => Proof::default(),
    };
    let form = serde_json::to_string(identity).map_err(|_| Error::Invalid("the identity"))?;
    let place = place(rows, known, &identity.id, first);
    Ok(IdentityRow { id: identity.id.0.clone(), place, email, form, confirmed, proof })
}

/// An address that needs no code: the account's own, and what signs in as the same user.
fn stands_by_itself(facts: &Facts, email: &str) -> bool {
    // Of ASCII alone: other letters that fold into ours are other addresses.
    let email = email.to_ascii_lowercase();
    let settings = &facts.provider.settings;
    let domain = email.rsplit('@').next().unwrap_or_default();
    // A `*` stands for domains that nobody gave to this provider.
    let named = settings.domains.iter().any(|one| one == domain);
    email.eq_ignore_ascii_case(&facts.address)
        || named && settings.login_of(&email) == facts.credentials.login
}

/// The account's own address always is an identity; the others are those that are kept.
fn shown(facts: &Facts, rows: Vec<IdentityRow>) -> Vec<Identity> {
    let from = Address { name: String::new(), email: facts.address.clone() };
    let id = IdentityId(SIGN_IN.to_owned());
    let mut all = vec![(0, Identity { id, from, ..Identity::default() })];
    for row in rows {
        let Ok(mut identity) = serde_json::from_str::<Identity>(&row.form) else { continue };
        identity.id = IdentityId(row.id);
        identity.from.email = row.email;
        if identity.id.0 == SIGN_IN {
            identity.standing = Standing::SignIn;
            identity.from.email.clone_from(&facts.address);
            all.retain(|(_, one)| one.id.0 != SIGN_IN);
        } else {
            // What the administrator allows is asked each time, and never kept as a confirmation.
            let good = row.confirmed
                || facts.provider.settings.any_from
                || stands_by_itself(facts, &identity.from.email);
            identity.standing = if good { Standing::Confirmed } else { Standing::Waiting };
        }
        all.push((row.place, identity));
    }
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, identity)| identity).collect()
}

/// Before all others, where it was, or behind them.
fn place(rows: &[IdentityRow], known: Option<&IdentityRow>, id: &IdentityId, first: bool) -> i64 {
    // The account's own stands at 0 unless somebody moved it.
    let least = rows.iter().map(|row| row.place).min().unwrap_or_default().min(0);
    let most = rows.iter().map(|row| row.place).max().unwrap_or_default().max(0);
    match (first, known) {
        (true, _) => least - 1,
        (false, Some(known)) => known.place,
        (false, None) if id.0 == SIGN_IN => 0,
        (false, None) => most + 1,
    }
}

fn check(identity: &mut Identity) -> Result<(), Error> {
    let control = |text: &str| text.chars().any(char::is_control);
    for address in std::iter::once(&mut identity.from).chain(&mut identity.reply_to) {
        address.email = address.email.trim().to_owned();
        address.name = address.name.trim().to_owned();
        if !is_address(&address.email) || control(&address.name) || address.name.len() > 500 {
            return Err(Error::Invalid("the address"));
        }
    }
    match identity.signature.len().max(identity.signature_html.len()) > MAX_SIGNATURE {
        true => Err(Error::Limit("the signature")),
        false => Ok(()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
