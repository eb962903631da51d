//! A connection to one account's mailboxes: what is selected, and what was told of it.
//!
//! There is no wire: a connection is a place in the history of its mailbox. Every verb looks at one
//! moment, and first queues as news what happened up to it, so that what it answers and what
//! `take_news` says fit together.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, Sqlite, Transaction};
use tokio::sync::watch;

use super::mailboxes::id_of;
use super::news::{Heard, are_completed, known_flags, vanished_since};
use super::open::UserStore;
use super::{Error, damaged};
use crate::store::change::Changes;
use crate::store::imap::{Capabilities, Traffic};
use crate::store::{Known, MailboxName, News, Selected, Since, positions};
use bytes::Bytes;
use postern_shared::flag::Flag;

/// What it can, in IMAP's names.
const CAPABILITIES: &str = "IMAP4REV1 CONDSTORE ENABLE ESEARCH IDLE LIST-EXTENDED LIST-STATUS MOVE \
    NAMESPACE NOTIFY OBJECTID PREVIEW QRESYNC QUOTA SPECIAL-USE UIDPLUS UNSELECT";

/// A connection to local mailboxes: the verbs of an IMAP connection.
pub struct LocalConnection {
    store: UserStore,
    pub(super) account: String,
    capabilities: Capabilities,
    pub(super) selection: Option<Selection>,
    pub(super) changes: Changes,
    /// Messages in the selected mailbox by the news taken so far.
    counted: u32,
    looks: u64,
    pub(super) done: watch::Receiver<u64>,
    /// What was told of other mailboxes; none where nobody asked.
    pub(super) heard: Option<Heard>,
    /// What was unpacked last, by its checksum.
    pub(super) unpacked: Option<(Vec<u8>, Bytes)>,
}

/// The selected mailbox, as of a moment.
pub(super) struct Selection {
    pub(super) id: i64,
    pub(super) name: MailboxName,
    pub(super) selected: Selected,
    /// The modification number up to which everything is told.
    pub(super) seen: i64,
    /// It is gone.
    pub(super) is_gone: bool,
}

impl std::fmt::Debug for LocalConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalConnection").field("account", &self.account).finish_non_exhaustive()
    }
}

impl LocalConnection {
    pub(super) fn new(store: UserStore, account: String) -> Self {
        let done = store.done();
        Self {
            store,
            account,
            capabilities: Capabilities::of_words(CAPABILITIES),
            selection: None,
            changes: Changes::default(),
            counted: 0,
            looks: 0,
            done,
            heard: None,
            unpacked: None,
        }
    }

    pub(super) fn store(&self) -> &UserStore {
        &self.store
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// What it offers, by the names of IMAP's extensions.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Always: there is nothing that could be lost.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        true
    }

    /// The selected mailbox.
    #[must_use]
    pub fn selected(&self) -> Option<(&MailboxName, &Selected)> {
        self.selection.as_ref().map(|selection| (&selection.name, &selection.selected))
    }

    /// Nothing travels; every look counts as one octet heard, so that it is seen to be there.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        Traffic { received: self.looks, sent: 0 }
    }

    /// The news since the last call, as of an IMAP connection.
    pub fn take_news(&mut self, known: &[u32]) -> News {
        let (news, counted) = positions::read(known, self.counted, self.changes.take());
        self.counted = counted;
        news
    }

    /// Whether there are news.
    #[must_use]
    pub fn has_news(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Messages in the selected mailbox as of the news taken last.
    #[must_use]
    pub fn counted(&self) -> u32 {
        self.counted
    }

    /// Counts anew from so many messages.
    pub fn count_from(&mut self, messages: usize) {
        self.counted = u32::try_from(messages).unwrap_or(u32::MAX);
    }

    /// Asks for news.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.look().await.map(drop)
    }

    /// Ends it; there is nobody to tell.
    pub async fn logout(&mut self) {
        self.leave();
    }

    /// Begins to read, as of one moment; what happened up to it is queued as news.
    pub(super) async fn look(&mut self) -> Result<Transaction<'static, Sqlite>, Error> {
        self.looks += 1;
        let mut reading = self.store.read().await?;
        self.catch_up(&mut reading).await?;
        Ok(reading)
    }

    /// The same with the selected mailbox's id.
    ///
    /// # Errors
    /// `Invalid` where none is selected, `NonExistent` where it is gone.
    pub(super) async fn look_in(&mut self) -> Result<(Transaction<'static, Sqlite>, i64), Error> {
        let reading = self.look().await?;
        Ok((reading, self.mailbox()?))
    }

    /// The selected mailbox's id.
    pub(super) fn mailbox(&self) -> Result<i64, Error> {
        match &self.selection {
            Some(selection) if selection.is_gone => Err(Error::NonExistent),
            Some(selection) => Ok(selection.id),
            None => Err(Error::Invalid("no mailbox")),
        }
    }

    /// Selects a mailbox; free of cost if it is selected already. News of the mailbox that was
    /// selected before are dropped: take them first.
    ///
    /// # Errors
    /// `NonExistent`: no mailbox is selected then.
    pub async fn select(&mut self, name: &MailboxName) -> Result<Selected, Error> {
        let current = self.selection.as_ref().filter(|it| it.name == *name && !it.is_gone);
        if let Some(current) = current {
            return Ok(current.selected.clone());
        }
        let mut reading = self.store.read().await?;
        self.enter(&mut reading, name).await
    }

    /// Selects a mailbox as of the moment that is read.
    pub(super) async fn enter(
        &mut self,
        reading: &mut SqliteConnection,
        name: &MailboxName,
    ) -> Result<Selected, Error> {
        self.leave();
        let id = id_of(reading, &self.account, name).await?;
        let row = sqlx::query(
            "SELECT uid_next, modseq, (SELECT count(*) FROM messages WHERE mailbox = $1) AS exist
             FROM mailboxes WHERE id = $1",
        )
        .bind(id)
        .fetch_one(reading)
        .await?;
        let number = |name: &str| -> Result<u32, Error> {
            u32::try_from(row.try_get::<i64, _>(name)?).map_err(|_| damaged("a number"))
        };
        let seen: i64 = row.try_get("modseq")?;
        let selected = Selected {
            exists: number("exist")?,
            uid_validity: u32::try_from(id).map_err(|_| damaged("a mailbox's id"))?,
            uid_next: Some(number("uid_next")?),
            highest_modseq: u64::try_from(seen).ok(),
            permanent_flags: [
                Flag::Seen,
                Flag::Flagged,
                Flag::Answered,
                Flag::Draft,
                Flag::Deleted,
            ]
            .into(),
            any_keyword: true,
            read_only: false,
        };
        self.counted = selected.exists;
        let (name, is_gone) = (name.clone(), false);
        self.selection = Some(Selection { id, name, selected: selected.clone(), seen, is_gone });
        Ok(selected)
    }

    /// Selects a mailbox and says what changed since it was known; none instead of the changes
    /// where that was too long ago, or of another generation.
    ///
    /// # Errors
    /// As `select`.
    pub async fn select_since(
        &mut self,
        name: &MailboxName,
        known: Known<'_>,
    ) -> Result<(Selected, Option<Since>), Error> {
        let mut reading = self.store.read().await?;
        let selected = self.enter(&mut reading, name).await?;
        let since = i64::try_from(known.modseq).unwrap_or(i64::MAX);
        let newest = selected.highest_modseq.unwrap_or(0);
        if known.uid_validity != selected.uid_validity || known.modseq == 0 || known.modseq > newest
        {
            return Ok((selected, None));
        }
        let id = self.mailbox()?;
        let Some(gone) = vanished_since(&mut reading, id, since).await? else {
            return Ok((selected, None));
        };
        let is_known = |uid: &u32| known.uids.binary_search(uid).is_ok();
        let vanished: Vec<u32> = gone.into_iter().filter(is_known).collect();
        let changed = known_flags(&mut reading, id, since).await?;
        let (changed, arrived): (Vec<_>, Vec<_>) =
            changed.into_iter().partition(|of| is_known(&of.uid));
        let arrived: Vec<u32> = arrived.into_iter().map(|of| of.uid).collect();
        let below = known.uids.last().map_or(0, |uid| uid.saturating_add(1));
        let otherwise = are_completed(&mut reading, id, (since, below)).await?;
        let since = Since { vanished, changed, arrived, otherwise };
        Ok((selected, Some(since).filter(|it| it.adds_up(known.uids, self.counted))))
    }

    /// Leaves the selected mailbox; none is selected now.
    ///
    /// # Errors
    /// None; as every verb's.
    pub async fn unselect(&mut self) -> Result<bool, Error> {
        self.leave();
        Ok(true)
    }

    fn leave(&mut self) {
        self.selection = None;
        self.counted = 0;
        self.changes.leave_mailbox();
    }
}
