//! What a server told unasked, in terms of uids and names: nobody above counts positions.

use postern_shared::flag::Flag;

use super::MailboxName;

/// What happened since the last time; nothing is told twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// Whether anything happened in the selected mailbox.
    pub stirred: bool,
    /// Known uids that are gone.
    pub gone: Vec<u32>,
    /// All flags that known messages have now.
    pub changed: Vec<(u32, Vec<Flag>)>,
    /// So many messages are there beyond those known.
    pub unknown: u32,
    /// Whether that number can be relied on: some were named gone that nobody knew.
    pub unsure: bool,
    /// Some went by their position: uids asked for at the same time may or may not hold them.
    pub by_position: bool,
    /// The order of events was lost: the mailbox must be read again.
    pub lost_track: bool,
    /// What other mailboxes hold now (RFC 5465).
    pub elsewhere: Vec<(MailboxName, Told)>,
    /// There are other mailboxes now, or other names or subscriptions (RFC 5465).
    pub mailboxes: bool,
    /// What the user must be shown.
    pub alerts: Vec<String>,
    /// Why the server closes the connection, if it does.
    pub farewell: Option<String>,
}

impl News {
    /// Whether nothing at all was told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// As much as a server says of another mailbox unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Messages in it.
    pub messages: Option<u32>,
    /// Those without `\\Seen`.
    pub unseen: Option<u32>,
    /// The uid that the next message will exceed or get.
    pub uid_next: Option<u32>,
    /// The generation of its uids.
    pub uid_validity: Option<u32>,
}
