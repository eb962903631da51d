//! What a test sees of a mailbox: a copy of its state at one moment.

use std::sync::Arc;
use std::time::SystemTime;

use crate::Flags;

/// A mailbox at one moment.
#[derive(Debug, Clone)]
pub struct MailboxSnapshot {
    /// The UIDVALIDITY.
    pub uid_validity: u32,
    /// The UID that the next message gets.
    pub uid_next: u32,
    /// The messages in order of UID.
    pub messages: Vec<MessageSnapshot>,
}

impl MailboxSnapshot {
    /// The messages that lack `\Seen`.
    pub fn unseen(&self) -> usize {
        self.messages.iter().filter(|message| !message.flags.contains("\\Seen")).count()
    }

    /// The first message whose raw bytes contain this text (in a header: as it is encoded there).
    pub fn find(&self, text: &str) -> Option<&MessageSnapshot> {
        self.messages.iter().find(|message| message.text().contains(text))
    }
}

/// A message at one moment.
#[derive(Debug, Clone)]
pub struct MessageSnapshot {
    /// Its UID.
    pub uid: u32,
    /// Its flags and keywords.
    pub flags: Flags,
    /// Its INTERNALDATE.
    pub received_at: SystemTime,
    /// Header and body as stored.
    pub raw: Arc<[u8]>,
}

impl MessageSnapshot {
    /// The raw message, read as UTF-8.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.raw)
    }
}
