//! A mailbox: its messages in order of UID and the log of its changes.
//!
//! The log is what connections follow: each remembers how far it has read (`imap::view`), so a change
//! costs the same whether one connection or a thousand have the mailbox selected.

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use crate::Flags;
use crate::mime::Part;
use crate::object_id::ObjectIds;
use crate::snapshot::{MailboxSnapshot, MessageSnapshot};
use crate::stamp::Stamp;

/// What a mailbox is for (RFC 6154).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Mail put aside for good.
    Archive,
    /// Messages being written.
    Drafts,
    /// Unwanted mail.
    Junk,
    /// Copies of what was sent.
    Sent,
    /// What is to be removed.
    Trash,
}

impl Role {
    /// Every role, as CREATE may give it.
    pub(crate) const EVERY: [Self; 5] =
        [Self::Archive, Self::Drafts, Self::Junk, Self::Sent, Self::Trash];

    /// The attribute in LIST answers.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Archive => "\\Archive",
            Self::Drafts => "\\Drafts",
            Self::Junk => "\\Junk",
            Self::Sent => "\\Sent",
            Self::Trash => "\\Trash",
        }
    }
}

/// Tells connections apart, so that nobody is told of their own doings twice; 0 is the host itself.
pub(crate) type ConnectionId = u64;

/// A message's bytes, shared by all its copies, with what was worked out about them.
#[derive(Debug)]
pub(crate) struct Content {
    pub raw: Arc<[u8]>,
    structure: OnceLock<Part>,
    envelope: OnceLock<Vec<u8>>,
    ids: OnceLock<ObjectIds>,
}

impl Content {
    /// IMAP literals cannot hold NUL (RFC 3501 §4.3): it becomes 0x80, as on Dovecot.
    pub fn new(raw: &[u8]) -> Arc<Self> {
        let raw = match raw.contains(&0) {
            true => raw.iter().map(|byte| if *byte == 0 { 0x80 } else { *byte }).collect(),
            false => raw.into(),
        };
        Arc::new(Self {
            raw,
            structure: OnceLock::new(),
            envelope: OnceLock::new(),
            ids: OnceLock::new(),
        })
    }

    pub fn structure(&self) -> &Part {
        self.structure.get_or_init(|| Part::parse(&self.raw))
    }

    /// EMAILID and THREADID.
    pub fn ids(&self) -> &ObjectIds {
        self.ids
            .get_or_init(|| ObjectIds::of(&self.raw, &self.raw[self.structure().header.clone()]))
    }

    /// The ENVELOPE as it goes out.
    pub fn envelope(&self, render: impl FnOnce() -> Vec<u8>) -> &[u8] {
        self.envelope.get_or_init(render)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub uid: u32,
    pub flags: Flags,
    pub received_at: Stamp,
    pub content: Arc<Content>,
    /// When it last changed, counted in changes of its mailbox (RFC 7162).
    pub modseq: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Added,
    Flags,
    Expunged,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub uid: u32,
    pub kind: ChangeKind,
    pub by: ConnectionId,
    pub modseq: u64,
}

#[derive(Debug)]
pub(crate) struct Mailbox {
    /// What connections know it by; a new one once its messages are numbered anew.
    pub id: u64,
    object: u64,
    pub name: String,
    pub role: Option<Role>,
    /// False for a deleted mailbox that still has children (`\Noselect`).
    pub selectable: bool,
    pub uid_validity: u32,
    pub uid_next: u32,
    /// The first UID that no connection has been told of as `\Recent`.
    pub recent_from: u32,
    /// The mod-sequence of the last change; 1 before the first.
    pub highest_modseq: u64,
    pub messages: Vec<Message>,
    pub changes: Vec<Change>,
    changed: watch::Sender<usize>,
}

impl Mailbox {
    pub fn new(id: u64, name: &str, role: Option<Role>, uid_validity: u32) -> Self {
        Self {
            id,
            object: id,
            name: name.to_owned(),
            role,
            selectable: true,
            uid_validity,
            uid_next: 1,
            recent_from: 1,
            highest_modseq: 1,
            messages: Vec::new(),
            changes: Vec::new(),
            changed: watch::Sender::new(0),
        }
    }

    /// Wakes when the log has grown.
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.changed.subscribe()
    }

    pub fn message(&self, uid: u32) -> Option<&Message> {
        self.position(uid).map(|index| &self.messages[index])
    }

    pub fn add(
        &mut self,
        content: Arc<Content>,
        flags: Flags,
        received_at: Stamp,
        by: ConnectionId,
    ) -> u32 {
        let uid = self.uid_next;
        self.uid_next += 1;
        let modseq = self.record(uid, ChangeKind::Added, by);
        self.messages.push(Message { uid, flags, received_at, content, modseq });
        uid
    }

    /// Lets `change` alter a message's flags; the log grows only if it did.
    pub fn alter_flags(&mut self, uid: u32, by: ConnectionId, change: impl FnOnce(&mut Flags)) {
        let Some(index) = self.position(uid) else { return };
        let flags = &mut self.messages[index].flags;
        let before = flags.clone();
        change(flags);
        if *flags != before {
            self.messages[index].modseq = self.record(uid, ChangeKind::Flags, by);
        }
    }

    /// Removes the messages that `gone` picks, returning their UIDs.
    pub fn expunge(&mut self, by: ConnectionId, gone: impl Fn(&Message) -> bool) -> Vec<u32> {
        let uids: Vec<u32> = self
            .messages
            .iter()
            .filter(|message| gone(message))
            .map(|message| message.uid)
            .collect();
        self.messages.retain(|message| uids.binary_search(&message.uid).is_err());
        for uid in &uids {
            self.record(*uid, ChangeKind::Expunged, by);
        }
        uids
    }

    /// MAILBOXID (RFC 8474): kept by RENAME.
    pub fn object_id(&self) -> String {
        format!("F{}", self.object)
    }

    /// The UIDs that went after this mod-sequence, in ascending order.
    pub fn expunged_since(&self, modseq: u64) -> Vec<u32> {
        let expunged =
            |change: &&Change| change.kind == ChangeKind::Expunged && change.modseq > modseq;
        let mut uids: Vec<u32> =
            self.changes.iter().filter(expunged).map(|change| change.uid).collect();
        uids.sort_unstable();
        uids
    }

    /// Numbers all messages anew from `first`, as another mailbox as far as connections see it.
    pub fn renumber(&mut self, id: u64, first: u32) {
        self.id = id;
        for (uid, message) in (first..).zip(&mut self.messages) {
            message.uid = uid;
        }
        self.uid_next = self.messages.last().map_or(first, |last| last.uid + 1);
        self.recent_from = self.uid_next;
        self.changes.clear();
        // Whoever waits for news of the old numbers is woken by the end of their channel.
        self.changed = watch::Sender::new(0);
    }

    /// The size of all messages together.
    pub fn octets(&self) -> u64 {
        self.messages.iter().map(|message| message.content.raw.len() as u64).sum()
    }

    pub fn unseen(&self) -> usize {
        self.messages.iter().filter(|message| !message.flags.contains("\\Seen")).count()
    }

    pub fn snapshot(&self) -> MailboxSnapshot {
        let messages = self.messages.iter().map(|message| MessageSnapshot {
            uid: message.uid,
            flags: message.flags.clone(),
            received_at: message.received_at.time(),
            raw: Arc::clone(&message.content.raw),
        });
        MailboxSnapshot {
            uid_validity: self.uid_validity,
            uid_next: self.uid_next,
            messages: messages.collect(),
        }
    }

    fn position(&self, uid: u32) -> Option<usize> {
        self.messages.binary_search_by_key(&uid, |message| message.uid).ok()
    }

    /// Enters a change into the log and gives its mod-sequence.
    fn record(&mut self, uid: u32, kind: ChangeKind, by: ConnectionId) -> u64 {
        self.highest_modseq += 1;
        let modseq = self.highest_modseq;
        self.changes.push(Change { uid, kind, by, modseq });
        self.changed.send_replace(self.changes.len());
        modseq
    }
}
