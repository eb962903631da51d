//! The messages opened last, so that the next click on one of them asks nobody.
//!
//! Bounded by bytes; a message's bytes never change under its uid (RFC 9051 §2.3.1.1), its flags
//! do and are kept true.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{Message, MessageKey};

use crate::mime::html::Sanitised;
use crate::mime::{Parsed, Part};

/// Bytes that an account's cache may hold; a single larger message is held alone.
const CAPACITY: usize = 4 << 20;

/// A message that was opened, ready to be shown.
#[derive(Debug)]
pub(super) struct Opened {
    /// What the page is told.
    pub message: Message,
    /// Its parts, as parsed or as the server described them.
    pub parts: Vec<Part>,
    /// The whole message, where it was small enough to be fetched whole.
    pub parsed: Option<Parsed>,
    /// Its body.
    pub body: Sanitised,
    /// Its text as a reply quotes it, before the `> `.
    pub text: String,
}

impl Opened {
    fn weight(&self) -> usize {
        let raw = self.parsed.as_ref().map_or(0, |parsed| parsed.raw().len());
        raw + self.body.html.len() + self.text.len() + 2048
    }
}

/// The cache; clones share it.
#[derive(Clone, Default)]
pub(super) struct Cache(Arc<Mutex<VecDeque<Held>>>);

/// A message and its flags as they are now.
struct Held {
    opened: Arc<Opened>,
    flags: Flags,
}

impl Held {
    fn key(&self) -> &MessageKey {
        &self.opened.message.summary.key
    }
}

impl Cache {
    /// A message that was opened before.
    pub(super) fn get(&self, key: &MessageKey) -> Option<Arc<Opened>> {
        let mut all = self.all();
        let at = all.iter().position(|held| held.key() == key)?;
        let held = all.remove(at)?;
        let opened = held.opened.clone();
        all.push_front(held);
        Some(opened)
    }

    /// Keeps a message; the ones not used for longest make room.
    pub(super) fn put(&self, opened: Arc<Opened>) {
        let mut all = self.all();
        all.retain(|held| *held.key() != opened.message.summary.key);
        all.push_front(Held { flags: opened.message.summary.flags.clone(), opened });
        let mut weight = 0;
        let fits = |held: &&Held| {
            weight += held.opened.weight();
            weight <= CAPACITY
        };
        let kept = all.iter().take_while(fits).count().max(1);
        all.truncate(kept);
    }

    /// A message's flags as they are now.
    pub(super) fn flags(&self, key: &MessageKey) -> Option<Flags> {
        self.all().iter().find(|held| held.key() == key).map(|held| held.flags.clone())
    }

    /// Takes in a message's flags as they are now.
    pub(super) fn set_flags(&self, key: &MessageKey, flags: &Flags) {
        if let Some(held) = self.all().iter_mut().find(|held| held.key() == key) {
            held.flags = flags.clone();
        }
    }

    /// Forgets messages that are gone.
    pub(super) fn forget(&self, mailbox: &MailboxId, uids: &[u32]) {
        self.all()
            .retain(|held| held.key().mailbox != *mailbox || !uids.contains(&held.key().uid.0));
    }

    /// Forgets every message of a mailbox.
    pub(super) fn forget_mailbox(&self, mailbox: &MailboxId) {
        self.all().retain(|held| held.key().mailbox != *mailbox);
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
