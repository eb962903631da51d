//! Signing in: limits, provider, the server's word, and a session.

use super::address::Address;
use super::check::{Telling, examine};
use super::limits::{Attempt, Limited};
use super::verify::{Verified, VerifyError};
use super::{Account, Session, Sessions, Token};
use crate::db::{self, UserId};
use crate::net::{self, Setup};
use crate::secret::{Credentials, Secret};
use crate::store::imap::ImapConnection;
use postern_shared::account::Protocol;
use postern_shared::check::{Checked, Step, StepKind};
use postern_shared::error::ErrorCode;
use postern_shared::server::Servers;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::time::Duration;

/// What somebody typed.
pub struct SignIn {
    /// The address.
    pub address: String,
    /// The password.
    pub password: Secret,
    /// "Keep me signed in".
    pub keep: bool,
    /// What else was chosen.
    pub wanted: Wanted,
}

/// What an account is to be reached by.
#[derive(Clone, Default)]
pub enum Wanted {
    /// The best that its provider has.
    #[default]
    Best,
    /// Its provider's servers for this.
    By(Protocol),
    /// Servers that were typed in, or found.
    At(Servers),
    /// What it is reached by already.
    As(Setup),
}

impl Wanted {
    /// As somebody said.
    #[must_use]
    pub fn new(protocol: Option<Protocol>, servers: Option<Servers>) -> Self {
        match (servers, protocol) {
            (Some(servers), _) => Self::At(servers),
            (None, Some(protocol)) => Self::By(protocol),
            (None, None) => Self::Best,
        }
    }
}

/// How long it takes at least to say that servers which a user named cannot be used: whether there
/// is no such name, an address that is not allowed, or nobody there.
const UNIFORM: Duration = Duration::from_secs(2);

/// Who was signed in.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// What its cookie holds.
    pub token: Token,
    /// The connection over which the mail server said yes.
    pub connection: Option<ImapConnection>,
}

/// An account that its server said yes to.
pub struct Confirmed {
    /// Whose it is, and where.
    pub account: Account,
    /// The connection over which the mail server said yes.
    pub connection: Option<ImapConnection>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no address, or there is no password.
    #[error("that is not an address and a password")]
    Invalid,
    /// Users may not name servers here.
    #[error("users may not name servers")]
    NoPermission,
    /// No provider is configured for the address.
    #[error("no provider serves that address")]
    UnknownProvider,
    /// Too many attempts.
    #[error("too many attempts")]
    Limited(Duration),
    /// The mail server's word, or its silence.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The session could not be kept.
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl Sessions {
    /// Signs somebody in, from this client.
    ///
    /// # Errors
    /// See `Error`; every failure that fail2ban should know is one log line.
    pub async fn sign_in(&self, typed: SignIn, client: IpAddr) -> Result<SignedIn, Error> {
        let SignIn { address, password, keep, wanted } = typed;
        let confirmed = self.confirm(&address, &password, wanted, client).await?;
        let Confirmed { account, connection } = confirmed;
        let user = user_id(&account);
        let credentials = Credentials::Password(password);
        let (session, token) = self.create(user, account, credentials, keep).await?;
        Ok(SignedIn { session, token, connection })
    }

    /// Has a mail server confirm an address and a password, within the limits of sign-ins.
    ///
    /// # Errors
    /// As for `sign_in`.
    pub async fn confirm(
        &self,
        address: &str,
        password: &Secret,
        wanted: Wanted,
        client: IpAddr,
    ) -> Result<Confirmed, Error> {
        let address = Address::parse(address).ok_or(Error::Invalid)?;
        if password.is_empty() {
            return Err(Error::Invalid);
        }
        let (attempt, account) = self.begin(client, &address, wanted).await?;
        let begun = self.0.clock.elapsed();
        let verified = self.0.verifier.verify(&account, password).await;
        let (verified, guessed) = self.vouched_for(&account, password, verified).await?;
        let strange = account.provider.own.is_some();
        if strange && matches!(verified, Err(VerifyError::Net(_))) {
            self.wait_since(begun).await;
        }
        match (&verified, strange) {
            // To try server after server is no better than to try password after password.
            (Err(VerifyError::Net(_)), true) => drop(attempt),
            _ if guessed => drop(attempt),
            _ => self.settle(attempt, client, &address, &verified),
        }
        Ok(Confirmed { account, connection: verified? })
    }

    /// Tries the servers of an account step by step, within the limits of sign-ins; signs in where
    /// there is a password. Nothing is kept.
    ///
    /// # Errors
    /// `Invalid`, `NoPermission`, `UnknownProvider`, `Limited`.
    pub async fn check(
        &self,
        address: &str,
        password: &Secret,
        wanted: Wanted,
        client: IpAddr,
    ) -> Result<Checked, Error> {
        let address = Address::parse(address).ok_or(Error::Invalid)?;
        let (attempt, account) = self.begin(client, &address, wanted).await?;
        let begun = self.0.clock.elapsed();
        let tried = [account.protocol.into(), net::Protocol::Smtp];
        let checked = examine(&account, password, &tried, Telling::User).await;
        let failed = |is: fn(&Step, ErrorCode) -> bool| {
            let mut steps = checked.servers.iter().flat_map(|server| &server.steps);
            steps.any(|step| step.error.as_ref().is_some_and(|error| is(step, error.code)))
        };
        let strange = account.provider.own.is_some();
        if strange && failed(|step, _| step.kind == StepKind::Connect) {
            self.wait_since(begun).await;
        }
        if failed(|_, code| code == ErrorCode::AuthenticationFailed) {
            drop(attempt);
            self.log_failure(client, &address, "AuthenticationFailed");
        } else if strange && !checked.good {
            drop(attempt);
        } else if checked.good && !password.is_empty() {
            attempt.succeeded();
        } else {
            attempt.void();
        }
        Ok(checked)
    }

    /// An attempt within the limits, and where it leads.
    async fn begin(
        &self,
        client: IpAddr,
        address: &Address,
        wanted: Wanted,
    ) -> Result<(Attempt, Account), Error> {
        let attempt = match self.0.limits.begin(client, address.as_str()).await {
            Ok(attempt) => attempt,
            Err(Limited(time)) => {
                self.log_failure(client, address, "Limit");
                return Err(Error::Limited(time));
            }
        };
        match self.account_of(address, wanted) {
            Ok(account) => Ok((attempt, account)),
            Err(error) => {
                attempt.void();
                Err(error)
            }
        }
    }

    /// While a maildrop is collected nobody can sign in there. Whoever knows the password that opened
    /// it last is let in all the same; another one is as good as a guess, which the second value says.
    async fn vouched_for(
        &self,
        account: &Account,
        password: &Secret,
        verified: Verified,
    ) -> Result<(Verified, bool), Error> {
        if !matches!(verified, Err(VerifyError::Busy(_))) {
            return Ok((verified, false));
        }
        let (user, address) = (user_id(account), &account.address);
        Ok(match self.0.standing.is_opened_by(user, address, password).await? {
            Some(true) => (Ok(None), false),
            Some(false) => (verified, true),
            None => (verified, false),
        })
    }

    /// Until it is no longer seen how soon something failed.
    async fn wait_since(&self, begun: Duration) {
        let taken = self.0.clock.elapsed().saturating_sub(begun);
        self.0.clock.sleep(UNIFORM.saturating_sub(taken)).await;
    }

    /// Where an address is to be signed in to.
    fn account_of(&self, address: &Address, wanted: Wanted) -> Result<Account, Error> {
        let (setup, best) = match wanted {
            Wanted::Best => (Setup::configured(Protocol::Imap), true),
            Wanted::By(protocol) => (Setup::configured(protocol), false),
            Wanted::At(servers) => (self.typed(address, servers)?, false),
            Wanted::As(setup) => (setup, false),
        };
        let provider = self.0.providers.serving(address.as_str(), &setup);
        let provider = provider.ok_or(Error::UnknownProvider)?;
        let protocol = if best { provider.best() } else { setup.protocol };
        let login = provider.login_of(address.as_str());
        Ok(Account { address: address.as_str().to_owned(), login, provider, protocol })
    }

    /// Servers that somebody named, where that is allowed.
    fn typed(&self, address: &Address, servers: Servers) -> Result<Setup, Error> {
        let providers = &self.0.providers;
        let setup = Setup::own(servers);
        let is_found = |setup: &Setup| {
            let found = setup.servers.as_ref().map(|it| self.0.found.holds(address.domain(), it));
            found.unwrap_or(false)
        };
        // Who may not name any is told so whatever was named.
        if !providers.may_be_typed() && !setup.as_ref().is_some_and(is_found) {
            return Err(Error::NoPermission);
        }
        let setup = setup.ok_or(Error::Invalid)?;
        match setup.is_plain() && !providers.may_be_plain() {
            true => Err(Error::NoPermission),
            false => Ok(setup),
        }
    }

    fn settle(&self, attempt: Attempt, client: IpAddr, address: &Address, verified: &Verified) {
        match verified {
            Ok(_) => attempt.succeeded(),
            Err(VerifyError::Refused(_)) => {
                drop(attempt);
                self.log_failure(client, address, "AuthenticationFailed");
            }
            Err(error) => {
                attempt.void();
                tracing::warn!(client.ip = %client, %error, "sign-in could not be tried");
            }
        }
    }

    /// The line that fail2ban reads: see docs/fail2ban.md before changing it.
    fn log_failure(&self, client: IpAddr, address: &Address, reason: &str) {
        let name = self.log_name(address.as_str());
        tracing::warn!("sign-in failed from {}: {reason} (address {name})", client.to_canonical());
    }
}

/// The same person has the same id whatever session, and nobody else has it.
pub(super) fn user_id(account: &Account) -> UserId {
    let server = account.provider.settings.endpoint(account.protocol.into());
    let server = server.map(|server| match account.protocol {
        Protocol::Imap => server.to_string(),
        Protocol::Pop3 => format!("pop3 {server}"),
    });
    let mut hash = Sha256::new();
    hash.update(b"postern user\0");
    hash.update(server.unwrap_or_default());
    hash.update(b"\0");
    hash.update(&account.login);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    UserId(id)
}
