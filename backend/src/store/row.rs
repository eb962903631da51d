//! What the verbs of a message store give back. Sequence numbers stay in the store.

use bytes::Bytes;
use postern_shared::envelope::Envelope;
use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;

use super::{MailboxName, Structure};

/// A message in the selected mailbox, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its uid.
    pub uid: u32,
    /// Its flags, without `\Recent`.
    pub flags: Vec<Flag>,
    /// Its headers, decoded.
    pub envelope: Envelope,
    /// RFC822.SIZE in bytes.
    pub size: u32,
    /// INTERNALDATE in seconds since 1970 UTC; 0 where the server gives none.
    pub internal_date: i64,
    /// Whether a part is shown as a file.
    pub has_attachment: bool,
    /// The beginning of the text where the server offers PREVIEW (RFC 8970).
    pub preview: Option<String>,
}

/// A message that is opened: its row and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// Its row.
    pub row: Row,
    /// Its parts; none where the server's BODYSTRUCTURE cannot be read.
    pub structure: Option<Structure>,
    /// The message ids of References, oldest first.
    pub references: Vec<String>,
    /// Its first bytes; none where the server did not send them as asked.
    pub beginning: Option<Slice>,
}

/// A piece of a message's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// At most as many as were asked for.
    pub bytes: Bytes,
    /// Whether nothing follows.
    pub end: bool,
}

/// What an index keeps of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexRow {
    /// What a list shows of it.
    pub row: Row,
    /// Its modification number (RFC 7162).
    pub modseq: Option<u64>,
    /// The file names of its attachments, decoded.
    pub attachment_names: Vec<String>,
    /// The message ids of References, oldest first.
    pub references: Vec<String>,
    /// The List-Id header without its comment: what stands in angle brackets.
    pub list_id: Option<String>,
    /// The server's name of its thread: THREADID (RFC 8474) or X-GM-THRID.
    pub thread_id: Option<String>,
    /// The server's name of it in every mailbox: EMAILID (RFC 8474) or X-GM-MSGID.
    pub email_id: Option<String>,
}

/// What a mailbox was like when it was last known (RFC 7162 §3.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// The generation of its uids.
    pub uid_validity: u32,
    /// Its modification number then.
    pub modseq: u64,
    /// Its uids then, ascending.
    pub uids: &'a [u32],
}

/// What changed in a mailbox since it was last known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Since {
    /// Known uids that are gone, ascending.
    pub vanished: Vec<u32>,
    /// The flags of known messages that changed, in the server's order.
    pub changed: Vec<FlagsOf>,
    /// The uids of messages that came, ascending.
    pub arrived: Vec<u32>,
    /// A known message is not what it was: it became whole, and rows of it are read anew.
    pub otherwise: bool,
}

impl Since {
    /// Whether what was known, less what vanished, and what came are as many as are there.
    pub(super) fn adds_up(&self, known: &[u32], exists: u32) -> bool {
        let newest = known.last().copied().unwrap_or(0);
        let left = known.len() - self.vanished.len() + self.arrived.len();
        left == exists as usize && self.arrived.first().is_none_or(|first| *first > newest)
    }
}

/// A stretch of a mailbox's messages in order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Counted from the newest one on, else from the oldest.
    pub newest_first: bool,
    /// How many are left out.
    pub offset: u32,
    /// How many follow, at most.
    pub count: u32,
}

/// An order that a server can give (RFC 5256).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// By INTERNALDATE.
    Arrival,
    /// By the Date header, where there is none by INTERNALDATE.
    Date,
    /// By the first address of From: its name where the server can (RFC 5957).
    From,
    /// By the first address of To, in the same way.
    To,
    /// By the subject without `Re:` and its like.
    Subject,
    /// By size.
    Size,
}

/// Uids that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Ascending.
    pub uids: Vec<u32>,
    /// Whether the server compared everything. If not, some of these do not match.
    pub exact: bool,
}

/// One stretch of what a search found, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundPart {
    /// Descending.
    pub uids: Vec<u32>,
    /// How many were found in all; none where the server did not say.
    pub total: Option<u32>,
    /// As in `Found`.
    pub exact: bool,
}

/// How much of what may be stored is used (RFC 9208).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The server's name of what shares this quota.
    pub root: String,
    /// What is counted.
    pub resource: Resource,
    /// So much is used.
    pub used: u64,
    /// Of so much.
    pub limit: u64,
}

/// What a quota counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// Octets of messages.
    Octets,
    /// Messages.
    Messages,
    /// Mailboxes.
    Mailboxes,
    /// What the server calls so.
    Other(String),
}

/// Where mailboxes lie (RFC 2342).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespaces {
    /// One's own.
    pub personal: Vec<Namespace>,
    /// Other people's.
    pub others: Vec<Namespace>,
    /// Those that several people share.
    pub shared: Vec<Namespace>,
}

/// One namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// What its mailboxes' names begin with; may be empty.
    pub prefix: MailboxName,
    /// What separates the levels of a name; none where there are none.
    pub delimiter: Option<char>,
}

/// What somebody may do with a mailbox: a letter for each right (RFC 4314 §2.1), in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights(pub String);

impl Rights {
    /// Whether a right is among them, by its letter.
    #[must_use]
    pub fn has(&self, letter: char) -> bool {
        self.0.contains(letter)
    }

    /// Whether messages may be read.
    #[must_use]
    pub fn may_read(&self) -> bool {
        self.has('r')
    }

    /// Whether messages may be added.
    #[must_use]
    pub fn may_insert(&self) -> bool {
        self.has('i')
    }

    /// Whether messages may be marked deleted and expunged.
    #[must_use]
    pub fn may_expunge(&self) -> bool {
        self.has('t') && self.has('e')
    }

    /// Whether mailboxes may be made below it.
    #[must_use]
    pub fn may_create(&self) -> bool {
        self.has('k')
    }

    /// Whether the mailbox itself may be removed or renamed.
    #[must_use]
    pub fn may_delete_mailbox(&self) -> bool {
        self.has('x')
    }
}

/// The flags of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagsOf {
    /// Its uid.
    pub uid: u32,
    /// All its flags.
    pub flags: Vec<Flag>,
}

/// How much is in a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Messages in it.
    pub messages: u32,
    /// Those without `\Seen`.
    pub unseen: u32,
    /// The uid that the next message will exceed or get.
    pub uid_next: Option<u32>,
    /// The generation of its uids.
    pub uid_validity: Option<u32>,
}

/// A mailbox in the server's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMailbox {
    /// Its name: `decoded()` for people.
    pub name: MailboxName,
    /// What separates the levels of its name; none in a flat server.
    pub delimiter: Option<char>,
    /// Whether it can be selected.
    pub selectable: bool,
    /// Whether the user subscribed to it.
    pub subscribed: bool,
    /// What it is for, by SPECIAL-USE, else by its name.
    pub role: Option<Role>,
    /// How much is in it; none where the server did not say.
    pub counts: Option<Counts>,
    /// The server's name of it that outlives a rename (RFC 8474), where it has one.
    pub object_id: Option<String>,
}

/// A mailbox after its selection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selected {
    /// Messages in it.
    pub exists: u32,
    /// The generation of its uids; 0 where the server gives none.
    pub uid_validity: u32,
    /// The uid that the next message will exceed or get.
    pub uid_next: Option<u32>,
    /// The mailbox's modification number (RFC 7162).
    pub highest_modseq: Option<u64>,
    /// Flags that can be stored.
    pub permanent_flags: Vec<Flag>,
    /// Whether any keyword can be stored (`\*`).
    pub any_keyword: bool,
    /// Whether nothing can be changed.
    pub read_only: bool,
}

/// What a message is known by in any mailbox, where the server says nothing better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// INTERNALDATE in seconds since 1970 UTC; 0 where the server gives none.
    pub received_at: i64,
    /// RFC822.SIZE in bytes.
    pub size: u32,
}

/// Where messages went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moved {
    /// The old uid and the new one; none where the server did not say.
    pub pairs: Vec<(u32, Option<u32>)>,
    /// The generation of the new uids.
    pub uid_validity: Option<u32>,
    /// The originals are marked `\Deleted` and still there: the server can remove no single one.
    pub originals_remain: bool,
}

/// What became of messages that were to be removed for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expunged {
    /// They are gone.
    Removed,
    /// They are marked `\Deleted` and still there: the server can remove no single one.
    MarkedOnly,
}

/// What to search for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criteria {
    /// Every message.
    All,
    /// Messages without `\Seen`.
    Unseen,
    /// Messages with `\Flagged`.
    Flagged,
}
