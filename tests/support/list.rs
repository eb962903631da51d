//! A list as a page holds it: sparse rows that deltas keep true. The tests' own model, written from
//! the contract in `shared/src/window.rs`, so that the bridge's deltas are checked by a second reader.

use anyhow::{Result, bail, ensure};
use postern_shared::message::MessageSummary;
use postern_shared::window::{Delta, Generation, Order, Total, Window};

/// A list of rows, known where a window or a delta told.
#[derive(Debug, Clone)]
pub struct List {
    /// The version that the rows show.
    pub generation: Generation,
    /// One entry a position of the whole list.
    pub rows: Vec<Option<MessageSummary>>,
    /// Whether they stand in the order that was asked for.
    pub order: Order,
}

impl List {
    /// What a window shows, and nothing of what lies around it.
    pub fn of(window: Window) -> Result<Self> {
        let total = length(window.total, window.order)?;
        let mut rows = vec![None; total as usize];
        let start = window.offset as usize;
        ensure!(start + window.rows.len() <= rows.len(), "a window beyond the list's end");
        rows.splice(start..start + window.rows.len(), window.rows);
        Ok(Self { generation: window.generation, rows, order: window.order })
    }

    /// Applies a delta; one that does not start where the list stands is an error.
    pub fn apply(&mut self, delta: Delta) -> Result<()> {
        ensure!(
            delta.from == self.generation,
            "a delta from {:?} to a list at {:?}",
            delta.from,
            self.generation
        );
        for position in delta.removed.iter().rev() {
            ensure!((*position as usize) < self.rows.len(), "removed {position}: beyond the end");
            self.rows.remove(*position as usize);
        }
        for (position, row) in delta.inserted {
            ensure!(position as usize <= self.rows.len(), "inserted {position}: beyond the end");
            self.rows.insert(position as usize, row);
        }
        for (key, flags) in delta.changed {
            let row = self.rows.iter_mut().flatten().find(|row| row.key == key);
            if let Some(row) = row {
                row.flags = flags;
            }
        }
        ensure!(
            length(delta.total, delta.order)? as usize == self.rows.len(),
            "the delta says {:?}, the rows are {}",
            delta.total,
            self.rows.len()
        );
        (self.generation, self.order) = (delta.to, delta.order);
        Ok(())
    }

    /// The subjects of the rows that are known, in order.
    pub fn subjects(&self) -> Vec<&str> {
        self.rows.iter().flatten().map(|row| row.envelope.subject.as_str()).collect()
    }

    /// The first known row with this subject.
    pub fn row(&self, subject: &str) -> Option<&MessageSummary> {
        self.rows.iter().flatten().find(|row| row.envelope.subject == subject)
    }
}

/// How long a list is: exactly where its order is final, as far as is known where it is not.
fn length(total: Total, order: Order) -> Result<u32> {
    match (total, order) {
        (Total::Exact(total), Order::Final)
        | (Total::AtLeast(total), Order::Provisional { .. }) => Ok(total),
        other => bail!("a total that does not go with its order: {other:?}"),
    }
}
