//! The account that `export` and `import` work on: mail in `data_dir`, or at a server by IMAP.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::config::{self, Config, Protocol};
use postern::db::{self, Db, UserId};
use postern::net::Provider;
use postern::secret::Secret;
use postern::session::{Account, Address};
use postern::store::imap::{Credentials, ImapConnection, Limits};
use postern::store::index::{Indexes, Settings};
use postern::store::local::Stores;
use postern::user::{self, Entrant, Lone, LoneGround, account_id};
use postern::{account, store};
use postern_shared::account::Protocol as Incoming;
use postern_shared::mailbox::MailboxId;
use tempfile::TempDir;

use super::{End, check};

/// Largest index of a search, in bytes.
const MOST_INDEXED: u64 = 4 << 30;

/// Which account, and how it is opened.
pub struct Asked {
    /// Its address.
    pub address: String,
    /// The name to sign in with at the server, where that is not the user's own.
    pub login: Option<String>,
    /// Where the password for its server comes from; none: its mail lies here.
    pub password: Option<PasswordFile>,
    /// The user whose file the mail lies in, where several have it.
    pub user: Option<String>,
}

/// Where a password is: its first line.
pub enum PasswordFile {
    /// Standard input.
    Input,
    /// A file.
    At(PathBuf),
}

/// What is done with the mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is read; a bridge may be at work.
    Read,
    /// There will be more of it; of local mail nobody else works on it meanwhile.
    Add,
}

/// An open account.
pub struct Open {
    /// The account.
    pub lone: Lone,
    /// Where its mail is, for people.
    pub place: String,
    /// What is needed for a while; it goes with this.
    pub aside: TempDir,
}

impl PasswordFile {
    fn read(&self) -> Result<Secret, End> {
        let mut line = match self {
            Self::At(path) => std::fs::read_to_string(path)
                .with_context(|| format!("reading {}", path.display()))?,
            Self::Input => {
                let mut line = String::new();
                io::stdin().read_line(&mut line)?;
                line
            }
        };
        line.truncate(line.find(['\r', '\n']).unwrap_or(line.len()));
        Ok(Secret::new(line))
    }
}

/// Opens an account.
pub async fn open(config: &Config, asked: &Asked, purpose: Purpose) -> Result<Open, End> {
    let address = Address::parse(&asked.address)
        .ok_or_else(|| End::Misused(format!("\"{}\" is not an address", asked.address)))?;
    let aside = tempfile::Builder::new().prefix("postern-").tempdir()?;
    if asked.password.is_none() {
        let owners = owners(config, &address, asked.user.as_deref()).await?;
        match owners.as_slice() {
            [] => {}
            [owner] => return open_local(config, (&address, *owner), purpose, aside).await,
            several => {
                let all: Vec<String> = several.iter().map(ToString::to_string).collect();
                return Err(End::Misused(format!(
                    "mail of {} lies in the files of several users: say which by --user, one of {}",
                    address.as_str(),
                    all.join(", ")
                )));
            }
        }
    }
    open_server(config, &address, asked, aside).await
}

/// The users in whose files mail of an address lies.
async fn owners(
    config: &Config,
    address: &Address,
    user: Option<&str>,
) -> Result<Vec<UserId>, End> {
    let folder = config.data_dir.join("mail");
    match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => drop(read.with_context(|| folder.display().to_string())?),
    }
    let stores = beside(&config.data_dir)?;
    let mut owners = Vec::new();
    for owner in stores.users() {
        if user.is_some_and(|wanted| owner.to_string() != wanted) {
            continue;
        }
        let mail = stores.of(owner).await.with_context(|| format!("mail of user {owner}"))?;
        if mail.holds(&account_id(owner, address.as_str()).0).await? {
            owners.push(owner);
        }
        mail.close().await;
    }
    Ok(owners)
}

fn beside(data_dir: &Path) -> io::Result<Stores> {
    Ok(Stores::beside(data_dir, Blobs::beside(data_dir)?, Clock::system()))
}

async fn open_local(
    config: &Config,
    (address, user): (&Address, UserId),
    purpose: Purpose,
    aside: TempDir,
) -> Result<Open, End> {
    let (data_dir, clock) = (&config.data_dir, Clock::system());
    let (db, blobs, stores) = match purpose {
        Purpose::Read => {
            let db = Db::open(aside.path()).await?;
            (db, Blobs::open(aside.path())?, beside(data_dir)?)
        }
        Purpose::Add => {
            let db = Db::open(data_dir).await.map_err(busy)?;
            let blobs = Blobs::open(data_dir)?;
            let quota = u64::from(config.limits.quota_mb) << 20;
            (db, blobs.clone(), Stores::new(data_dir, blobs, clock.clone(), quota))
        }
    };
    // It is connected to by nobody: the mail is here.
    let settings = config::Provider::named("", Vec::new());
    let provider = Provider::new(config::Provider { connections: 1, ..settings })?;
    let credentials = Credentials { login: String::new(), secret: Secret::default() };
    let entrant = Entrant {
        user,
        address: address.as_str().to_owned(),
        provider: Arc::new(provider),
        protocol: Incoming::Pop3,
        credentials,
        connection: None,
    };
    let place = data_dir.display().to_string();
    let ground = LoneGround { db, blobs, stores, indexes: indexes(&aside), clock };
    Ok(Open { lone: Lone::start(entrant, ground), place, aside })
}

/// What an administrator can do about a bridge that is at work.
fn busy(error: db::Error) -> anyhow::Error {
    match error {
        db::Error::InUse(path) => anyhow::anyhow!(
            "a bridge is at work on {}: mail that lies there is added to while it is stopped",
            path.display()
        ),
        error => error.into(),
    }
}

async fn open_server(
    config: &Config,
    address: &Address,
    asked: &Asked,
    aside: TempDir,
) -> Result<Open, End> {
    let (_, tried) = check::accounts(config, address).await?;
    let has_imap =
        |(account, _): &(Account, _)| account.provider.settings.endpoint(Protocol::Imap).is_some();
    let Some((mut account, _)) = tried.into_iter().find(has_imap) else {
        return Err(anyhow::anyhow!(
            "{} has no IMAP server, and no mail of it lies in {}",
            address.as_str(),
            config.data_dir.display()
        )
        .into());
    };
    if let Some(login) = &asked.login {
        account.login.clone_from(login);
    }
    let password = asked.password.as_ref().ok_or_else(|| {
        End::Misused(format!(
            "no mail of {} lies in {}: to sign in to its IMAP server its password is needed, by \
             --password-stdin or --password-file",
            address.as_str(),
            config.data_dir.display()
        ))
    })?;
    let Account { address, login, provider, .. } = account;
    let credentials = Credentials { login, secret: password.read()? };
    let opened = provider.connect(Protocol::Imap).await?;
    let limits = Limits::from(provider.settings.imap_limits);
    let greeted = opened.greeting_consumed;
    let signed_in = ImapConnection::open(opened.stream, greeted, &credentials, limits).await;
    let connection = signed_in.map_err(in_words)?;
    // Nobody looks, so that nothing has to be watched.
    let settings = config::Provider { connections: 1, ..provider.settings.clone() };
    let place = settings.endpoint(Protocol::Imap).map(ToString::to_string).unwrap_or_default();
    let provider = Arc::new(Provider { settings, ..Provider::clone(&provider) });
    let (user, protocol, connection) = (UserId([0; 16]), Incoming::Imap, Some(connection));
    let entrant = Entrant { user, address, provider, protocol, credentials, connection };
    let (db, blobs) = (Db::open(aside.path()).await?, Blobs::open(aside.path())?);
    let clock = Clock::system();
    let stores = Stores::new(aside.path(), blobs.clone(), clock.clone(), 0);
    let ground = LoneGround { db, blobs, stores, indexes: indexes(&aside), clock };
    Ok(Open { lone: Lone::start(entrant, ground), place, aside })
}

fn indexes(aside: &TempDir) -> Indexes {
    let directory = Some(aside.path().join("index"));
    Indexes::new(Settings { directory, most_bytes: MOST_INDEXED })
}

impl Open {
    /// A mailbox by its name; `INBOX` however it is written.
    pub async fn mailbox(&self, name: &str) -> Result<MailboxId, End> {
        let all = self.lone.mailboxes().await?;
        let is_it = |(known, _): &&(String, MailboxId)| {
            known == name || known.eq_ignore_ascii_case("inbox") && known.eq_ignore_ascii_case(name)
        };
        let found = all.iter().find(is_it).map(|(_, id)| id.clone());
        found.ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|(known, _)| known.as_str()).collect();
            anyhow::anyhow!("there is no mailbox \"{name}\", only: {}", names.join(", ")).into()
        })
    }
}

/// Why a transfer ended, with the server's own words where it said some.
pub fn ended(end: user::End) -> anyhow::Error {
    match end {
        user::End::Failed(user::Error::Account(account::Error::Store(error))) => in_words(error),
        end => end.into(),
    }
}

fn in_words(error: store::Error) -> anyhow::Error {
    let words = match &error {
        store::Error::AuthenticationFailed { text }
        | store::Error::Refused { text, .. }
        | store::Error::TooManyConnections { text } => text.clone(),
        _ => String::new(),
    };
    match words.is_empty() {
        true => error.into(),
        false => anyhow::anyhow!("{error}: {words}"),
    }
}
