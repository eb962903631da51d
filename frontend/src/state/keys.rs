//! A set of messages, kept in order of their uids.
//!
//! A sorted list, because a tree of the standard library would cost the page 5 kB.

use postern_shared::message::MessageKey;

/// Messages, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    sorted: Vec<MessageKey>,
}

impl Keys {
    /// Adds a message; says whether it was not there.
    pub fn insert(&mut self, key: MessageKey) -> bool {
        match self.find(&key) {
            Ok(_) => false,
            Err(at) => {
                self.sorted.insert(at, key);
                true
            }
        }
    }

    /// Takes a message out; says whether it was there.
    pub fn remove(&mut self, key: &MessageKey) -> bool {
        self.find(key).map(|at| self.sorted.remove(at)).is_ok()
    }

    /// Whether a message is there.
    #[must_use]
    pub fn contains(&self, key: &MessageKey) -> bool {
        self.find(key).is_ok()
    }

    /// All of them, in order of their uids.
    #[must_use]
    pub fn all(&self) -> &[MessageKey] {
        &self.sorted
    }

    /// Where a message is, or where it would go: among those of its uid, which are few.
    fn find(&self, key: &MessageKey) -> Result<usize, usize> {
        let first = self.sorted.partition_point(|known| known.uid < key.uid);
        let same = self.sorted.iter().skip(first).take_while(|known| known.uid == key.uid);
        same.enumerate().find(|(_, known)| *known == key).map(|(at, _)| first + at).ok_or(first)
    }
}

impl FromIterator<MessageKey> for Keys {
    fn from_iter<I: IntoIterator<Item = MessageKey>>(keys: I) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.insert(key);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{key, mailbox};

    #[test]
    fn messages_are_there_once_and_in_order() {
        let mut keys: Keys = [3, 1, 2, 3].map(key).into_iter().collect();
        assert_eq!(keys.all(), [1, 2, 3].map(key));
        assert!(keys.remove(&key(2)) && !keys.remove(&key(2)));
        assert!(keys.contains(&key(3)) && !keys.contains(&key(2)));
    }

    #[test]
    fn the_same_uid_elsewhere_is_another_message() {
        let elsewhere = MessageKey { mailbox: mailbox("elsewhere"), ..key(1) };
        let mut keys: Keys = [key(1)].into_iter().collect();
        assert!(!keys.contains(&elsewhere));
        assert!(keys.insert(elsewhere.clone()) && !keys.insert(key(1)));
        assert!(keys.contains(&elsewhere) && keys.contains(&key(1)));
    }
}
