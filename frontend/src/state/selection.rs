//! Which rows are selected, and which one the keyboard stands on.

use leptos::prelude::*;
use postern_shared::message::{MessageKey, Moved};

use super::keys::Keys;

/// The selection of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Marks {
    keys: Keys,
    /// The row that the keyboard stands on, and the message that stood there.
    cursor: usize,
    held: Option<MessageKey>,
    /// Where a range began.
    origin: Option<usize>,
}

impl Marks {
    fn toggle(&mut self, key: MessageKey, index: usize) {
        if !self.keys.remove(&key) {
            self.keys.insert(key.clone());
        }
        self.held = Some(key);
        (self.cursor, self.origin) = (index, Some(index));
    }

    /// Selects from where the range began to `index`; `at` knows what stands in a row.
    fn extend(&mut self, index: usize, at: impl Fn(usize) -> Option<MessageKey>) {
        let origin = *self.origin.get_or_insert(self.cursor);
        let (first, last) = (origin.min(index), origin.max(index));
        self.keys = (first..=last).filter_map(&at).collect();
        (self.cursor, self.held) = (index, at(index));
    }
}

/// The selection, as views know it.
#[derive(Clone, Copy)]
pub struct Selection {
    marks: RwSignal<Marks>,
}

impl Selection {
    /// Nothing selected.
    #[must_use]
    pub fn new() -> Self {
        Self { marks: RwSignal::new(Marks::default()) }
    }

    /// The selected messages.
    #[must_use]
    pub fn keys(self) -> Vec<MessageKey> {
        self.marks.with(|marks| marks.keys.all().to_vec())
    }

    /// How many are selected.
    #[must_use]
    pub fn len(self) -> usize {
        self.marks.with(|marks| marks.keys.all().len())
    }

    /// Whether a message is selected.
    #[must_use]
    pub fn has(self, key: &MessageKey) -> bool {
        self.marks.with(|marks| marks.keys.contains(key))
    }

    /// The row that the keyboard stands on.
    #[must_use]
    pub fn cursor(self) -> usize {
        self.marks.with(|marks| marks.cursor)
    }

    /// The message that the keyboard stands on, wherever it has moved to.
    #[must_use]
    pub fn held(self) -> Option<MessageKey> {
        self.marks.with(|marks| marks.held.clone())
    }

    /// Moves the keyboard's row.
    pub fn stand(self, index: usize, held: Option<MessageKey>) {
        self.marks.update(|marks| {
            (marks.cursor, marks.origin) = (index, None);
            marks.held = held;
        });
    }

    /// Selects or deselects one message.
    pub fn toggle(self, key: MessageKey, index: usize) {
        self.marks.update(|marks| marks.toggle(key, index));
    }

    /// Selects a range up to `index`.
    pub fn extend(self, index: usize, at: impl Fn(usize) -> Option<MessageKey>) {
        self.marks.update(|marks| marks.extend(index, at));
    }

    /// Selects exactly these.
    pub fn set(self, keys: impl IntoIterator<Item = MessageKey>) {
        self.marks.update(|marks| marks.keys = keys.into_iter().collect());
    }

    /// Selects nothing.
    pub fn clear(self) {
        if self.marks.with_untracked(|marks| !marks.keys.all().is_empty()) {
            self.marks.update(|marks| {
                marks.keys = Keys::default();
                marks.origin = None;
            });
        }
    }

    /// Moved messages are elsewhere: they are not selected any longer.
    pub fn forget(self, moved: &[Moved]) {
        let any = |marks: &Marks| moved.iter().any(|moved| marks.keys.contains(&moved.from));
        if self.marks.with_untracked(any) {
            self.marks.update(|marks| {
                for moved in moved {
                    marks.keys.remove(&moved.from);
                }
            });
        }
    }
}

impl Default for Selection {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::key;

    #[test]
    fn a_range_grows_and_shrinks_from_where_it_began() {
        let mut marks = Marks { cursor: 3, ..Marks::default() };
        let mut check = |index, expect: &[u32]| {
            marks.extend(index, |at| Some(key(at as u32)));
            let uids: Vec<_> = marks.keys.all().iter().map(|key| key.uid.0).collect();
            assert_eq!(uids, expect);
        };
        check(5, &[3, 4, 5]);
        check(4, &[3, 4]);
        check(2, &[2, 3]);
    }

    #[test]
    fn a_range_begins_at_the_row_toggled_last() {
        let mut marks = Marks::default();
        marks.toggle(key(7), 7);
        marks.extend(8, |at| Some(key(at as u32)));
        assert_eq!(marks.keys.all().len(), 2);
        marks.toggle(key(7), 7);
        assert_eq!(marks.keys.all().len(), 1);
    }
}
