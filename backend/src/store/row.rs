//! What the verbs of a message store give back. Sequence numbers stay below the account.

use bytes::Bytes;
use postern_shared::envelope::Envelope;
use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;

use super::{MailboxName, Structure};

/// A message in the selected mailbox, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its position, counted from 1, after every change that the verb reported.
    pub seq: u32,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its row.
    pub row: Row,
    /// Its parts; none where the server's BODYSTRUCTURE cannot be read.
    pub structure: Option<Structure>,
    /// The message ids of References, oldest first.
    pub references: Vec<String>,
}

/// A piece of a message's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// At most as many as were asked for.
    pub bytes: Bytes,
    /// Whether nothing follows.
    pub end: bool,
}

/// The flags of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagsOf {
    /// Its uid.
    pub uid: u32,
    /// Its position.
    pub seq: u32,
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
