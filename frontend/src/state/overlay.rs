//! What the user did and the server does not show yet, laid over every snapshot and delta.

use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::flag::{FlagChange, Flags};
use postern_shared::mailbox::{Counts, MailboxId};
use postern_shared::message::MessageKey;

use super::keys::Keys;

/// Most keys remembered as gone after their move was confirmed.
const MOST_GONE: usize = 10_000;

/// What one action does to the rows of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Laying {
    /// Their flags change.
    Flags(FlagChange),
    /// They are gone from where they were.
    Hidden,
}

/// How one mailbox's counts change by an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountShift {
    /// The account.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Change of its messages.
    pub messages: i64,
    /// Change of those without `\Seen`.
    pub unseen: i64,
}

#[derive(Debug, Clone)]
struct Laid {
    id: ActionId,
    keys: Keys,
    laying: Laying,
    shifts: Vec<CountShift>,
    /// Confirmed: kept only while a snapshot asked for before may still come in.
    settled: bool,
}

/// Everything that is laid, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    laid: Vec<Laid>,
    gone: Keys,
    gone_order: Vec<MessageKey>,
}

impl Overlay {
    /// Lays an action.
    pub fn lay(
        &mut self,
        id: ActionId,
        keys: &[MessageKey],
        laying: Laying,
        shifts: Vec<CountShift>,
    ) {
        let keys = keys.iter().cloned().collect();
        self.laid.push(Laid { id, keys, laying, shifts, settled: false });
    }

    /// Takes an action back: what the server says holds again.
    pub fn take_back(&mut self, id: ActionId) {
        self.laid.retain(|laid| laid.id != id);
    }

    /// The server confirmed an action; answers what it still shifts in the counts.
    pub fn settle(&mut self, id: ActionId) -> Vec<CountShift> {
        let Some(at) = self.laid.iter().position(|laid| laid.id == id) else { return Vec::new() };
        self.laid[at].settled = true;
        let shifts = std::mem::take(&mut self.laid[at].shifts);
        if self.laid[at].laying == Laying::Hidden {
            // A uid never comes back, so a key that is gone stays gone.
            for key in self.laid.remove(at).keys.all() {
                self.gone_order.push(key.clone());
                self.gone.insert(key.clone());
            }
            let over = self.gone_order.len().saturating_sub(MOST_GONE);
            for key in self.gone_order.drain(..over) {
                self.gone.remove(&key);
            }
        }
        shifts
    }

    /// No snapshot that was asked for earlier is under way: confirmed actions need no overlay.
    pub fn sweep(&mut self) {
        self.laid.retain(|laid| !laid.settled);
    }

    /// The mailbox's counts came anew: what was laid before is taken to be in them.
    pub fn recount(&mut self, account: &AccountId, mailbox: &MailboxId) {
        for laid in &mut self.laid {
            laid.shifts.retain(|shift| shift.account != *account || shift.mailbox != *mailbox);
        }
    }

    /// Whether a row is not to be shown.
    pub fn hides(&self, key: &MessageKey) -> bool {
        let hidden = |laid: &Laid| laid.laying == Laying::Hidden && laid.keys.contains(key);
        self.gone.contains(key) || self.laid.iter().any(hidden)
    }

    /// A message's flags as they are to be shown; none where nothing is laid over them.
    pub fn flags(&self, key: &MessageKey, base: &Flags) -> Option<Flags> {
        let changes = self.laid.iter().filter(|laid| laid.keys.contains(key));
        changes.fold(None, |shown, laid| match &laid.laying {
            Laying::Hidden => shown,
            Laying::Flags(change) => {
                let mut flags = shown.unwrap_or_else(|| base.clone());
                flags.apply(change);
                Some(flags)
            }
        })
    }

    /// A mailbox's counts as they are to be shown.
    pub fn counts(&self, account: &AccountId, mailbox: &MailboxId, base: Counts) -> Counts {
        let shifts = self.laid.iter().flat_map(|laid| &laid.shifts);
        shifts
            .filter(|shift| shift.account == *account && shift.mailbox == *mailbox)
            .fold(base, shifted)
    }
}

/// Counts with one shift in them; never below zero, and never more unseen than messages.
pub fn shifted(counts: Counts, shift: &CountShift) -> Counts {
    let add =
        |count: u32, by: i64| u32::try_from((i64::from(count) + by).max(0)).unwrap_or(u32::MAX);
    let messages = add(counts.messages, shift.messages);
    Counts { messages, unseen: add(counts.unseen, shift.unseen).min(messages) }
}
