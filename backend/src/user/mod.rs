//! A user: the accounts behind one sign-in, and the links that look at them.
//!
//! Every id that a page sends is checked here, once, against what its user owns; nothing below
//! has to. `Users` keeps each user for a while after the last link has gone, so that a reload
//! finds its connections open.

mod actions;
mod arranging;
mod aside;
mod carrier;
mod collecting;
mod crossing;
mod drafts;
mod enclosing;
mod entrant;
mod identities;
mod images;
mod invitations;
mod lists;
mod mailboxes;
mod messages;
mod quoting;
mod receipts;
mod registry;
mod roster;
mod sizes;
mod standing;
mod submissions;
mod templates;
mod transfers;
mod uploads;
mod views;

use std::sync::{Arc, Weak};

use postern_shared::account::{Account as ShownAccount, AccountId};
use postern_shared::address::Address;
use postern_shared::api::addresses::MAX_SUGGESTIONS;
use postern_shared::api::messages::{ReadPreviews, Urgency};
use postern_shared::api::windows::{OpenWindow, ResumeWindow, Resumed};
use postern_shared::event::Event;
use postern_shared::message::{Message, MessageKey, MessageSummary};
use postern_shared::part::PartContent;
use postern_shared::uid::Uid;
use postern_shared::window::{Scope, View, Window, WindowId, Within};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::account::{self, Account, Audience, Download, LinkId, Surroundings};
use crate::blob::{self, Blobs};
use crate::clock::Clock;
use crate::db::{self, Db, UserId};
use crate::mime::html::Sanitised;
use crate::net::exchange::Web;
use crate::net::one_click::LeaveError;
use crate::store::query;
use crate::submission::{Outbox, compose, outbox};
pub use actions::Actions;
use arranging::Arranged;
use carrier::Carrier;
pub use entrant::{Entrant, account_id};
pub use images::Body;
use registry::Inner;
pub use registry::Users;
use roster::Roster;
pub use standing::{Maildrop, Standing};
pub use transfers::{End, Export, Incoming, Lone, LoneGround, Selection, Tally};
use views::Views;

/// Why a user's verb failed.
#[derive(Debug, Error)]
pub enum Error {
    /// One of the accounts failed.
    #[error(transparent)]
    Account(#[from] account::Error),
    /// The id is none of this user's.
    #[error("it does not exist, or is not this user's")]
    NonExistent,
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(&'static str),
    /// The From is none of the account's identities.
    #[error("the sender is not an identity of the account")]
    NoPermission,
    /// The search query cannot be read.
    #[error(transparent)]
    Query(query::Error),
    /// Not the code that was sent.
    #[error("not the code that was sent")]
    WrongCode,
    /// A code sent from this account could be read elsewhere than in the mail of its address.
    #[error("a code could be read by its sender")]
    Unprovable,
    /// The account has no maildrop.
    #[error("the account has no maildrop")]
    Unsupported,
    /// It is not known yet where a code could be read.
    #[error("it is not known yet where the code could be read")]
    NotYet,
    /// More was asked for than is allowed.
    #[error("{0} past the limit")]
    Limit(&'static str),
    /// The draft is no message.
    #[error(transparent)]
    Draft(#[from] compose::Error),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] outbox::Error),
    /// The server of a mailing list.
    #[error(transparent)]
    List(#[from] LeaveError),
    /// Durable state.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// Durable bytes.
    #[error(transparent)]
    Blob(#[from] blob::Error),
}

/// One user of this bridge.
pub struct User {
    id: UserId,
    db: Db,
    /// The account of the sign-in.
    primary: AccountId,
    roster: Arc<Roster>,
    arranged: tokio::sync::Mutex<Arranged>,
    /// What every account of the user lives among.
    surroundings: Surroundings,
    registry: Weak<Inner>,
    transfers: transfers::Transfers,
    audience: Arc<Audience>,
    views: Views,
    actions: Actions,
    outbox: Arc<Outbox<Carrier>>,
    blobs: Blobs,
    /// Largest file to attach, in bytes.
    upload_limit: i64,
    /// Largest file to bring in, in bytes; and all of them that wait.
    import_limit: i64,
    /// Largest message, in bytes.
    message_limit: u64,
    /// One draft of a person is saved at a time, by whichever sign-in; one receipt is sent.
    saving: Arc<tokio::sync::Mutex<()>>,
    /// Files of drafts that are saved again and again.
    aside: aside::Aside,
    /// What the submission servers take.
    sizes: sizes::Sizes,
    /// The administrator lets remote images be shown.
    shows_images: bool,
    /// Where strangers' servers are reached.
    web: Web,
    clock: Clock,
}

impl User {
    /// What was done for this user before.
    pub fn actions(&self) -> &Actions {
        &self.actions
    }

    /// Adds a link; `lagging` is cancelled when it does not keep up.
    pub fn join(&self, link: LinkId, lagging: CancellationToken) -> mpsc::Receiver<Event> {
        self.audience.join(link, lagging)
    }

    /// Takes a link and its windows out.
    pub fn leave(&self, link: LinkId) {
        self.audience.leave(link);
        self.roster.all().iter().for_each(|account| account.leave(link));
        self.views.leave(link);
    }

    /// The accounts, in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn accounts(&self) -> Result<Vec<ShownAccount>, Error> {
        self.learn_identities().await?;
        Ok(self.roster.all().iter().map(Account::shown).collect())
    }

    /// The one place where an account id is checked against its owner.
    fn account(&self, id: &AccountId) -> Result<Account, Error> {
        self.roster.find(id).ok_or(Error::NonExistent)
    }

    /// The account that all keys of a call belong to.
    fn account_of(&self, keys: &[MessageKey]) -> Result<Account, Error> {
        let first = keys.first().ok_or(Error::Invalid("no message is named"))?;
        if keys.iter().any(|key| key.account != first.account) {
            return Err(Error::Invalid("the messages belong to several accounts"));
        }
        self.account(&first.account)
    }

    /// Connects an account now.
    ///
    /// # Errors
    /// Why its server cannot be reached.
    pub async fn retry_account(&self, id: &AccountId) -> Result<(), Error> {
        Ok(self.account(id)?.retry().await?)
    }

    /// Opens a window for a link.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn open_window(&self, link: LinkId, open: OpenWindow) -> Result<Window, Error> {
        let Some(account) = self.account_of_view(&open.view)? else {
            // The window may have shown a plain list before.
            self.roster.all().iter().for_each(|account| account.close_window(link, open.window));
            return self.views.open(link, open).await;
        };
        self.views.close(link, open.window);
        Ok(account.open_window(link, open).await?)
    }

    /// Takes a window up again after the link broke.
    ///
    /// # Errors
    /// As for `open_window`.
    pub async fn resume_window(
        &self,
        link: LinkId,
        resume: ResumeWindow,
    ) -> Result<Resumed, Error> {
        match self.account_of_view(&resume.open.view)? {
            Some(account) => Ok(account.resume_window(link, resume).await?),
            // Nobody followed the view while the link was down.
            None => Ok(Resumed::Stale(self.open_window(link, resume.open).await?)),
        }
    }

    /// The account whose own listing gives a view; none where the index does.
    fn account_of_view(&self, view: &View) -> Result<Option<Account>, Error> {
        match &view.scope {
            Scope::Mailbox(account, _) if views::is_plain(view) => self.account(account).map(Some),
            Scope::Mailbox(account, _) | Scope::Account(account) => {
                self.account(account).map(|_| None)
            }
            Scope::Search {
                within: Within::Mailbox(account, _) | Within::Account(account),
                ..
            } => self.account(account).map(|_| None),
            _ => Ok(None),
        }
    }

    /// Says which window the user looks at.
    pub fn focus_window(&self, link: LinkId, window: WindowId) {
        self.roster.all().iter().for_each(|account| account.focus_window(link, window));
    }

    /// Ends a window.
    pub fn close_window(&self, link: LinkId, window: WindowId) {
        self.roster.all().iter().for_each(|account| account.close_window(link, window));
        self.views.close(link, window);
    }

    /// Opens a message.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn open_message(&self, key: MessageKey, urgency: Urgency) -> Result<Message, Error> {
        let message = self.account(&key.account)?.open_message(key, urgency).await?;
        Ok(self.informed(message).await)
    }

    /// The thread of a message.
    ///
    /// # Errors
    /// `NonExistent`, or `Unsupported`.
    pub async fn open_thread(&self, key: &MessageKey) -> Result<Vec<MessageSummary>, Error> {
        Ok(self.account(&key.account)?.open_thread(key.clone()).await?)
    }

    /// People whom the user has written to and whose name or address begins so.
    ///
    /// # Errors
    /// The index's.
    pub async fn suggest_addresses(&self, prefix: &str, count: u32) -> Result<Vec<Address>, Error> {
        self.views.suggest(prefix, count.min(MAX_SUGGESTIONS)).await
    }

    /// How messages begin, of those of which that can be had.
    ///
    /// # Errors
    /// `Limit`, `NonExistent`, or the account's.
    pub async fn read_previews(&self, call: ReadPreviews) -> Result<Vec<(Uid, String)>, Error> {
        let ReadPreviews { account, mailbox, uid_validity, uids } = call;
        Ok(self.account(&account)?.read_previews(mailbox, uid_validity, uids).await?)
    }

    /// Opens a message again, its text read in another charset.
    ///
    /// # Errors
    /// As for `open_message`, and `Invalid` where there is no such charset.
    pub async fn reread_message(&self, key: MessageKey, charset: &str) -> Result<Message, Error> {
        let message = self.account(&key.account)?.reread_message(key, charset).await?;
        Ok(self.informed(message).await)
    }

    /// Opens a part of a message that is shown in place of being saved.
    ///
    /// # Errors
    /// As for `open_message`; `Unsupported`, `Limit`.
    pub async fn open_part(&self, key: &MessageKey, section: &str) -> Result<PartContent, Error> {
        Ok(self.account(&key.account)?.open_part(key, section).await?)
    }

    /// The body of a page or a message inside a message, made safe.
    ///
    /// # Errors
    /// As for `open_part`.
    pub async fn part_body(&self, key: &MessageKey, section: &str) -> Result<Sanitised, Error> {
        Ok(self.account(&key.account)?.part_body(key, section).await?)
    }

    /// Finds a part of a message to be downloaded.
    ///
    /// # Errors
    /// As for `open_message`.
    pub async fn download(&self, key: MessageKey, section: &str) -> Result<Download, Error> {
        Ok(self.account(&key.account)?.download(key, section).await?)
    }
}
