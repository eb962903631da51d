//! News that a server sends unasked, in the order of arrival (RFC 9051 §7.4, §7.5).

use std::collections::VecDeque;

use postern_shared::flag::Flag;

use super::MailboxName;
use super::news::Told;

/// News that are kept until they are taken.
const BOUND: usize = 10_000;

/// One piece of news about the selected mailbox or the connection, as the server counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The mailbox holds this many messages now.
    Exists(u32),
    /// The message at this position is gone; those after it move up by one.
    Expunged(u32),
    /// A message's flags are now these.
    Flags {
        /// Its position.
        seq: u32,
        /// Its uid, where the server says.
        uid: Option<u32>,
        /// All its flags.
        flags: Vec<Flag>,
    },
    /// These ranges of uids are gone (RFC 7162).
    Vanished(Vec<(u32, u32)>),
    /// Another mailbox holds so much now (RFC 5465).
    Counts(MailboxName, Told),
    /// There are other mailboxes now, or other names or subscriptions (RFC 5465).
    Mailboxes,
    /// The server closes the connection, and why.
    Bye(String),
    /// The user must be shown this.
    Alert(String),
    /// News were too many to keep: the mailbox must be read again.
    Overflow,
}

impl Change {
    /// Whether it is about the selected mailbox, not the connection.
    pub(super) fn is_of_mailbox(&self) -> bool {
        !matches!(self, Self::Bye(_) | Self::Alert(_) | Self::Counts(..) | Self::Mailboxes)
    }
}

/// News in order, never silently lost.
#[derive(Debug, Default)]
pub(super) struct Changes {
    queue: VecDeque<Change>,
    overflown: bool,
}

impl Changes {
    pub(super) fn push(&mut self, change: Change) {
        if self.overflown && change.is_of_mailbox() {
            return;
        }
        // A burst of EXISTS says only what its last says.
        if let (Some(Change::Exists(last)), Change::Exists(now)) = (self.queue.back_mut(), &change)
        {
            *last = *now;
            return;
        }
        if self.queue.len() >= BOUND {
            self.queue.retain(|kept| !kept.is_of_mailbox());
            self.queue.truncate(BOUND / 2);
            self.queue.push_back(Change::Overflow);
            self.overflown = true;
            return;
        }
        self.queue.push_back(change);
    }

    pub(super) fn take(&mut self) -> Vec<Change> {
        self.overflown = false;
        self.queue.drain(..).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Another mailbox is selected: news of the old one mean nothing any more.
    pub(super) fn leave_mailbox(&mut self) {
        self.queue.retain(|kept| !kept.is_of_mailbox());
        self.overflown = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_news_become_one_overflow() {
        let mut changes = Changes::default();
        changes.push(Change::Alert("read me".into()));
        for seq in 1..=20_000 {
            changes.push(Change::Expunged(seq));
        }
        assert_eq!(changes.take(), [Change::Alert("read me".into()), Change::Overflow]);
        changes.push(Change::Exists(4));
        changes.push(Change::Exists(5));
        assert_eq!(changes.take(), [Change::Exists(5)]);
    }
}
