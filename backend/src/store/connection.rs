//! A connection to a message store, wherever that is: every verb once, dispatched by match.

use std::future::Future;
use std::io;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;
use tokio::io::AsyncWrite;

use super::imap::{Capabilities, Extract, ImapConnection, NewMessage, Traffic};
use super::local::LocalConnection;
use super::query::Query;
use super::{
    Counts, Criteria, Error, Expunged, FlagsOf, Found, IndexRow, Known, ListedMailbox, MailboxName,
    Moved, Namespaces, News, Opened, Quota, Row, Selected, Since, Slice, SortBy, Stretch,
    Structure, Traits,
};

/// A connection to an account's mail. What each verb promises stands at [`ImapConnection`].
#[derive(Debug)]
pub enum Connection {
    /// To a server.
    Imap(Box<ImapConnection>),
    /// To mailboxes in our own data.
    Local(Box<LocalConnection>),
}

impl From<ImapConnection> for Connection {
    fn from(connection: ImapConnection) -> Self {
        Self::Imap(Box::new(connection))
    }
}

impl From<LocalConnection> for Connection {
    fn from(connection: LocalConnection) -> Self {
        Self::Local(Box::new(connection))
    }
}

/// What an append says of where the message is: the uid validity and the uid.
type Appended = Option<(u32, u32)>;

impl Connection {
    /// What the store offers to this user, by the names of IMAP's extensions.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        match self {
            Self::Imap(it) => it.capabilities(),
            Self::Local(it) => it.capabilities(),
        }
    }

    /// Whether another verb can be tried on this connection.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        match self {
            Self::Imap(it) => it.is_alive(),
            Self::Local(it) => it.is_alive(),
        }
    }

    /// The selected mailbox.
    #[must_use]
    pub fn selected(&self) -> Option<(&MailboxName, &Selected)> {
        match self {
            Self::Imap(it) => it.selected(),
            Self::Local(it) => it.selected(),
        }
    }

    /// What went over this connection.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        match self {
            Self::Imap(it) => it.traffic(),
            Self::Local(it) => it.traffic(),
        }
    }

    /// The news since the last call; those of the selected mailbox in terms of `known`, the uids of
    /// its oldest messages, ascending.
    pub fn take_news(&mut self, known: &[u32]) -> News {
        match self {
            Self::Imap(it) => it.take_news(known),
            Self::Local(it) => it.take_news(known),
        }
    }

    /// Whether there are news.
    #[must_use]
    pub fn has_news(&self) -> bool {
        match self {
            Self::Imap(it) => it.has_news(),
            Self::Local(it) => it.has_news(),
        }
    }

    /// Messages in the selected mailbox as of the news taken last.
    #[must_use]
    pub fn counted(&self) -> u32 {
        match self {
            Self::Imap(it) => it.counted(),
            Self::Local(it) => it.counted(),
        }
    }

    /// Counts anew from so many messages: the store's own number did not hold.
    pub fn count_from(&mut self, messages: usize) {
        match self {
            Self::Imap(it) => it.count_from(messages),
            Self::Local(it) => it.count_from(messages),
        }
    }

    /// Adds messages, together as far as the store can. Says of each what `append` says; behind a
    /// `Lost` nothing is known of the others.
    pub async fn append_each(
        &mut self,
        name: &MailboxName,
        messages: Vec<NewMessage>,
    ) -> Vec<Result<Appended, Error>> {
        match self {
            Self::Imap(it) => it.append_each(name, messages).await,
            Self::Local(it) => it.append_each(name, messages).await,
        }
    }

    /// Says goodbye. The connection is of no use afterwards.
    pub async fn logout(&mut self) {
        match self {
            Self::Imap(it) => it.logout().await,
            Self::Local(it) => it.logout().await,
        }
    }

    /// Waits for news until some arrive, `stop` resolves, or it is time to begin again; says
    /// whether there are any.
    ///
    /// # Errors
    /// `Unsupported` where the store cannot: poll with `noop`.
    pub async fn idle(&mut self, stop: impl Future<Output = ()>) -> Result<bool, Error> {
        match self {
            Self::Imap(it) => it.idle(stop).await,
            Self::Local(it) => it.idle(stop).await,
        }
    }
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident($($given:ident: $kind:ty),*) -> $reply:ty;)*) => {
        impl Connection {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// As the store's own verb.
                pub async fn $name(&mut self, $($given: $kind),*) -> Result<$reply, Error> {
                    match self {
                        Self::Imap(it) => it.$name($($given),*).await,
                        Self::Local(it) => it.$name($($given),*).await,
                    }
                }
            )*
        }
    };
}

verbs! {
    /// Asks for news.
    noop() -> ();
    /// Asks to be told of every mailbox.
    notify() -> ();
    /// Every mailbox that the user can see; with counts where the store tells them along.
    list() -> Vec<ListedMailbox>;
    /// How much is in a mailbox that need not be selected.
    status(name: &MailboxName) -> Counts;
    /// How much is in each of these mailboxes; none for one that cannot be counted.
    statuses(names: &[MailboxName]) -> Vec<Option<Counts>>;
    /// Where mailboxes lie.
    namespaces() -> Namespaces;
    /// The quotas that a mailbox counts towards; none if nothing is limited.
    quota(name: &MailboxName) -> Vec<Quota>;
    /// Makes a mailbox.
    create(name: &MailboxName) -> ();
    /// Makes a mailbox for a role; whether it has it now.
    create_for(name: &MailboxName, role: Role) -> bool;
    /// Renames a mailbox and what lies below it.
    rename(from: &MailboxName, to: &MailboxName) -> ();
    /// Removes a mailbox and what is in it.
    delete(name: &MailboxName) -> ();
    /// Shows a mailbox among those that the user subscribed to.
    subscribe(name: &MailboxName) -> ();
    /// Shows it there no longer.
    unsubscribe(name: &MailboxName) -> ();
    /// Selects a mailbox; free of cost if it is selected already.
    select(name: &MailboxName) -> Selected;
    /// Selects a mailbox and says what changed since it was known; none where the store cannot say.
    select_since(name: &MailboxName, known: Known<'_>) -> (Selected, Option<Since>);
    /// Leaves the selected mailbox; whether none is selected now.
    unselect() -> bool;
    /// How many messages there are, and the rows of a stretch of them.
    rows_of(stretch: Stretch) -> (u32, Vec<Option<Row>>);
    /// The rows of what came after this uid.
    rows_after(uid: u32) -> Vec<Row>;
    /// The rows with these uids, in order of arrival.
    rows_by_uid(uids: &[u32]) -> Vec<Row>;
    /// What an index keeps of these messages (at most 1,000), by ascending uid.
    index_rows(uids: &[u32]) -> Vec<IndexRow>;
    /// The beginnings of these messages' texts, where the store makes them.
    previews(uids: &[u32]) -> Vec<(u32, String)>;
    /// What these messages are made of.
    structures(uids: &[u32]) -> Vec<(u32, Structure)>;
    /// When these messages arrived, in seconds since 1970 UTC.
    dates(uids: &[u32]) -> Vec<(u32, i64)>;
    /// What these messages are known by, which a copy keeps.
    traits(uids: &[u32]) -> Vec<(u32, Traits)>;
    /// Octets of a part, from `offset`.
    body(uid: u32, section: &str, offset: u64, max: u32) -> Slice;
    /// Writes a whole part into `sink`, and says how many octets it has.
    download(uid: u32, section: &str, sink: &mut (dyn AsyncWrite + Send + Unpin)) -> u64;
    /// The first octets of one part of each of these messages.
    beginnings(wanted: Vec<(u32, Extract)>) -> Vec<(u32, Bytes)>;
    /// Selects a mailbox and opens a message of it. The caller compares `uid_validity`.
    open_message(name: &MailboxName, uid: u32) -> (Selected, Option<Opened>);
    /// A message of the selected mailbox; none if it is gone.
    message(uid: u32) -> Option<Opened>;
    /// The flags of these messages; those that are gone are absent.
    flags_by_uid(uids: &[u32]) -> Vec<FlagsOf>;
    /// The flags of messages that changed after this modification number.
    flags_since(modseq: u64) -> Vec<FlagsOf>;
    /// Those of these messages of which only the header is here and the rest can be asked for, with
    /// the names of their deliveries.
    incomplete(uids: &[u32]) -> Vec<(u32, String)>;
    /// The uids of messages that became whole after this modification number.
    completed_since(modseq: u64) -> Vec<u32>;
    /// The flags of every message of the selected mailbox.
    all_flags() -> Vec<FlagsOf>;
    /// Sets and clears flags; those in neither list stay as they are.
    store_flags(uids: &[u32], add: &[Flag], remove: &[Flag]) -> ();
    /// Removes for ever whatever is marked, whoever marked it.
    expunge_marked() -> ();
    /// Removes these messages for ever, and no others.
    expunge_only(uids: &[u32]) -> ();
    /// Removes messages for ever, or marks them where the store can remove no single one.
    expunge(uids: &[u32]) -> Expunged;
    /// Copies messages of the selected mailbox.
    copy(uids: &[u32], target: &MailboxName) -> Moved;
    /// Moves messages of the selected mailbox.
    move_to(uids: &[u32], target: &MailboxName) -> Moved;
    /// Adds a message whose lines end in CRLF.
    append(name: &MailboxName, flags: &[Flag], date: Option<i64>, message: Vec<u8>) -> Appended;
    /// Adds a message of so many octets that comes in pieces.
    append_from(
        name: &MailboxName,
        flags: &[Flag],
        date: Option<i64>,
        message: (u64, BoxStream<'static, io::Result<Bytes>>)
    ) -> Appended;
    /// Every uid of the selected mailbox, ascending.
    uids() -> Vec<u32>;
    /// The uids that match, ascending.
    search(criteria: Criteria) -> Vec<u32>;
    /// The uids of messages with this Message-ID, ascending.
    with_message_id(message_id: &str) -> Vec<u32>;
    /// The uids of the selected mailbox that match a query: more where it says so, never less.
    search_query(query: &Query) -> Found;
    /// The uids that match, in this order; `Unsupported` where the store gives none.
    sort(by: SortBy, descending: bool, criteria: Criteria) -> Vec<u32>;
    /// The threads of what matches; `Unsupported` where the store ties none.
    threads(criteria: Criteria) -> Vec<Vec<u32>>;
}
