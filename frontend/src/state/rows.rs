//! The known rows of a list by position, sorted.

use std::sync::Arc;

use postern_shared::message::MessageSummary;

/// What stands at a position; none where the server left a row out.
type Row = Option<Arc<MessageSummary>>;

/// Rows by position, with gaps.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    sorted: Vec<(u32, Row)>,
}

impl Rows {
    /// How many are known.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The first known position.
    pub fn first(&self) -> Option<u32> {
        self.sorted.first().map(|(position, _)| *position)
    }

    /// The last known position.
    pub fn last(&self) -> Option<u32> {
        self.sorted.last().map(|(position, _)| *position)
    }

    /// What stands at a position, where that is known.
    pub fn get(&self, position: u32) -> Option<&Row> {
        let (known, row) = self.sorted.get(self.place(position))?;
        (*known == position).then_some(row)
    }

    /// Every known row with its position, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Arc<MessageSummary>)> {
        self.sorted.iter().filter_map(|(position, row)| Some((*position, row.as_ref()?)))
    }

    /// Every known row, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Arc<MessageSummary>> {
        self.sorted.iter_mut().filter_map(|(_, row)| row.as_mut())
    }

    /// Puts a row at a position.
    pub fn put(&mut self, position: u32, row: Row) {
        let at = self.place(position);
        match self.sorted.get_mut(at) {
            Some((known, place)) if *known == position => *place = row,
            _ => self.sorted.insert(at, (position, row)),
        }
    }

    /// Forgets what stands at a position.
    pub fn remove(&mut self, position: u32) {
        let at = self.place(position);
        if self.sorted.get(at).is_some_and(|(known, _)| *known == position) {
            self.sorted.remove(at);
        }
    }

    /// Moves the rows from a position on.
    pub fn shift(&mut self, position: u32, by: i32) {
        let from = self.place(position);
        for (known, _) in self.sorted.iter_mut().skip(from) {
            *known = known.saturating_add_signed(by);
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.sorted.clear();
    }

    fn place(&self, position: u32) -> usize {
        self.sorted.partition_point(|(known, _)| *known < position)
    }
}
