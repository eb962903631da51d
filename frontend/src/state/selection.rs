//! Which rows are selected, and which one the keyboard stands on.

use leptos::prelude::*;
use postern_shared::message::{MessageKey, Moved};

use super::keys::Keys;

/// The selection of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Marks {
    keys: Keys,
    /// Everything in the list is selected, apart from the keys.
    inverted: bool,
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

    fn has(&self, key: &MessageKey) -> bool {
        self.keys.contains(key) != self.inverted
    }

    /// How many of `total` are selected.
    fn count(&self, total: usize) -> usize {
        let keys = self.keys.all().len();
        if self.inverted { total.saturating_sub(keys) } else { keys }
    }

    /// Selects from where the range began to `index`; `at` knows what stands in a row.
    fn extend(&mut self, index: usize, at: impl Fn(usize) -> Option<MessageKey>) {
        let origin = *self.origin.get_or_insert(self.cursor);
        let (first, last) = (origin.min(index), origin.max(index));
        self.inverted = false;
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

    /// The selected messages, as far as `loaded` knows them.
    #[must_use]
    pub fn keys(self, loaded: impl FnOnce() -> Vec<MessageKey>) -> Vec<MessageKey> {
        self.marks.with(|marks| match marks.inverted {
            false => marks.keys.all().to_vec(),
            true => loaded().into_iter().filter(|key| marks.has(key)).collect(),
        })
    }

    /// How many are selected of a list of `total`.
    #[must_use]
    pub fn count(self, total: usize) -> usize {
        self.marks.with(|marks| marks.count(total))
    }

    /// Whether anything is selected.
    #[must_use]
    pub fn any(self) -> bool {
        self.marks.with(|marks| marks.inverted || !marks.keys.all().is_empty())
    }

    /// Whether a message is selected.
    #[must_use]
    pub fn has(self, key: &MessageKey) -> bool {
        self.marks.with(|marks| marks.has(key))
    }

    /// What is left out where everything else in the list is selected, loaded or not.
    #[must_use]
    pub fn everything_but(self) -> Option<Vec<MessageKey>> {
        self.marks.with(|marks| marks.inverted.then(|| marks.keys.all().to_vec()))
    }

    /// Selects everything in the list, loaded or not.
    pub fn select_everything(self) {
        self.marks.update(|marks| (marks.keys, marks.inverted) = (Keys::default(), true));
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
        let keys = keys.into_iter().collect();
        self.marks.update(|marks| (marks.keys, marks.inverted) = (keys, false));
    }

    /// Selects nothing.
    pub fn clear(self) {
        if untrack(|| self.any()) {
            self.marks.update(|marks| {
                (marks.keys, marks.inverted) = (Keys::default(), false);
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

    #[test]
    fn where_everything_is_selected_what_is_toggled_is_left_out() {
        let mut marks = Marks { inverted: true, ..Marks::default() };
        marks.toggle(key(7), 7);
        assert!(marks.has(&key(1)) && !marks.has(&key(7)));
        assert_eq!(marks.count(100), 99);
        marks.extend(8, |at| Some(key(at as u32)));
        assert!(marks.has(&key(8)) && !marks.has(&key(1)), "a range selects what is in it");
    }
}
