//! The messages opened last, so that the next click on one of them asks nobody.
//!
//! Bounded by bytes, for each account and for all of them together; a message's bytes never change
//! under its uid (RFC 9051 §2.3.1.1), its flags do and are kept true.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{Message, MessageKey};

use super::inside::Kept;
use crate::mime::html::Sanitised;
use crate::mime::layout::Layout;
use crate::mime::{Parsed, Part, quote};

/// Bytes that one account may hold; a single larger message is held alone.
const SHARE: usize = 4 << 20;
/// Bytes that all accounts of the process may hold together.
const CAPACITY: usize = 64 << 20;

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
    /// The charset that somebody wants it read in, whatever it says itself.
    pub charset: Option<String>,
    /// Its text as a reply quotes it, before the `> `; of a whole message once somebody asks.
    pub text: OnceLock<String>,
    /// What was learned of where bytes lie in its parts, by section.
    pub layouts: Mutex<HashMap<String, Option<Layout>>>,
}

impl Opened {
    /// What was learned of where bytes lie.
    pub(super) fn layouts(&self) -> MutexGuard<'_, HashMap<String, Option<Layout>>> {
        self.layouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its text as a reply quotes it; the first time it takes CPU time.
    pub(super) fn text(&self) -> &str {
        let read = || self.parsed.as_ref().map(quote::plain_text).unwrap_or_default();
        self.text.get_or_init(read)
    }

    fn weight(&self) -> usize {
        let raw = self.parsed.as_ref().map_or(0, |parsed| parsed.raw().len());
        let text = self.text.get().map_or(self.body.html.len() / 2, String::len);
        raw + self.body.html.len() + text + 2048
    }
}

/// What the accounts of a process remember of opened messages, within one bound. Clones share it.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Pool>>);

/// All shelves, and whose entry was used when.
#[derive(Default)]
struct Pool {
    /// Counts uses and shelves.
    count: u64,
    weight: usize,
    shelves: HashMap<u64, Shelf>,
    order: BTreeMap<u64, u64>,
}

/// What one account remembers.
#[derive(Default)]
struct Shelf {
    weight: usize,
    held: HashMap<MessageKey, Held>,
    order: BTreeMap<u64, MessageKey>,
}

/// A message, its flags as they are now, and when it was used last.
struct Held {
    opened: Arc<Opened>,
    flags: Flags,
    used: u64,
}

impl Pool {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn shelf(&mut self, owner: u64) -> &mut Shelf {
        self.shelves.entry(owner).or_default()
    }

    fn insert(&mut self, owner: u64, key: MessageKey, opened: Arc<Opened>) {
        self.remove(owner, &key);
        let (used, weight) = (self.next(), opened.weight());
        let flags = opened.message.summary.flags.clone();
        let shelf = self.shelf(owner);
        shelf.held.insert(key.clone(), Held { opened, flags, used });
        shelf.order.insert(used, key);
        shelf.weight += weight;
        self.order.insert(used, owner);
        self.weight += weight;
    }

    fn remove(&mut self, owner: u64, key: &MessageKey) -> Option<Held> {
        let shelf = self.shelves.get_mut(&owner)?;
        let held = shelf.held.remove(key)?;
        shelf.order.remove(&held.used);
        shelf.weight -= held.opened.weight();
        self.order.remove(&held.used);
        self.weight -= held.opened.weight();
        Some(held)
    }

    /// Takes out what was not used for longest, first of the owner's and then of everybody's, until
    /// both bounds hold; the owner's newest stays.
    fn make_room(&mut self, owner: u64) {
        loop {
            let shelf = self.shelf(owner);
            let oldest = shelf.order.first_key_value().map(|(_, key)| key.clone());
            let Some(key) = oldest.filter(|_| shelf.weight > SHARE && shelf.held.len() > 1) else {
                break;
            };
            self.remove(owner, &key);
        }
        while self.weight > CAPACITY && self.order.len() > 1 {
            let Some((used, other)) = self.order.first_key_value() else { return };
            let (used, other) = (*used, *other);
            let key = self.shelves.get(&other).and_then(|shelf| shelf.order.get(&used)).cloned();
            if key.and_then(|key| self.remove(other, &key)).is_none() {
                self.order.remove(&used);
            }
        }
    }
}

impl Memory {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One account's part of the memory; clones share it, and the last one takes it along.
#[derive(Clone)]
pub(super) struct Cache(Arc<Owner>);

struct Owner {
    memory: Memory,
    number: u64,
    /// The message or page inside a message that was opened last.
    inside: Kept,
}

impl Drop for Owner {
    fn drop(&mut self) {
        let mut pool = self.memory.pool();
        let Some(shelf) = pool.shelves.remove(&self.number) else { return };
        pool.weight -= shelf.weight;
        for used in shelf.order.keys() {
            pool.order.remove(used);
        }
    }
}

impl Cache {
    /// Nothing yet, within the bounds of `memory`.
    pub(super) fn new(memory: Memory) -> Self {
        let number = memory.pool().next();
        Self(Arc::new(Owner { memory, number, inside: Kept::default() }))
    }

    /// What was opened last inside of messages.
    pub(super) fn inside(&self) -> &Kept {
        &self.0.inside
    }

    /// A message that was opened before.
    pub(super) fn get(&self, key: &MessageKey) -> Option<Arc<Opened>> {
        let (mut pool, owner) = self.pool();
        let used = pool.next();
        let shelf = pool.shelves.get_mut(&owner)?;
        let held = shelf.held.get_mut(key)?;
        let before = std::mem::replace(&mut held.used, used);
        let opened = held.opened.clone();
        shelf.order.remove(&before);
        shelf.order.insert(used, key.clone());
        pool.order.remove(&before);
        pool.order.insert(used, owner);
        Some(opened)
    }

    /// Keeps a message; the ones not used for longest make room.
    pub(super) fn put(&self, opened: Arc<Opened>) {
        let (mut pool, owner) = self.pool();
        pool.insert(owner, opened.message.summary.key.clone(), opened);
        pool.make_room(owner);
    }

    /// A message's flags as they are now.
    pub(super) fn flags(&self, key: &MessageKey) -> Option<Flags> {
        let (mut pool, owner) = self.pool();
        pool.shelf(owner).held.get(key).map(|held| held.flags.clone())
    }

    /// Takes in a message's flags as they are now.
    pub(super) fn set_flags(&self, key: &MessageKey, flags: &Flags) {
        let (mut pool, owner) = self.pool();
        if let Some(held) = pool.shelf(owner).held.get_mut(key) {
            held.flags = flags.clone();
        }
    }

    /// Forgets messages that are gone.
    pub(super) fn forget(&self, mailbox: &MailboxId, uids: &[u32]) {
        self.forget_where(|key| key.mailbox == *mailbox && uids.contains(&key.uid.0));
    }

    /// Forgets every message of a mailbox.
    pub(super) fn forget_mailbox(&self, mailbox: &MailboxId) {
        self.forget_where(|key| key.mailbox == *mailbox);
    }

    fn forget_where(&self, goes: impl Fn(&MessageKey) -> bool) {
        let (mut pool, owner) = self.pool();
        let gone: Vec<MessageKey> =
            pool.shelf(owner).held.keys().filter(|key| goes(key)).cloned().collect();
        for key in gone {
            pool.remove(owner, &key);
        }
    }

    fn pool(&self) -> (MutexGuard<'_, Pool>, u64) {
        (self.0.memory.pool(), self.0.number)
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
