//! The arithmetic of a virtualised list: which rows are in sight, and where a key leads.

use std::ops::Range;

/// Rows mounted beyond each edge of the view, so that a scroll step finds them ready.
const MARGIN: usize = 8;

/// How many rows there are, and whether that number is the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCount {
    pub rows: usize,
    /// False while the server has not told the total yet.
    pub exact: bool,
}

impl RowCount {
    /// The value of `aria-rowcount`: -1 while the total is unknown.
    pub fn aria(self) -> String {
        if self.exact { self.rows.to_string() } else { "-1".to_owned() }
    }
}

/// The visible part of the list, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub top: f64,
    pub height: f64,
    pub row: f64,
}

impl View {
    /// The rows to mount, out of `count`.
    pub fn range(self, count: usize) -> Range<usize> {
        if self.row <= 0.0 {
            return 0..0;
        }
        // Truncation is meant: the row that an edge cuts through.
        let first = (self.top.max(0.0) / self.row) as usize;
        let last = ((self.top + self.height).max(0.0) / self.row).ceil() as usize;
        let end = last.saturating_add(MARGIN).min(count);
        first.saturating_sub(MARGIN).min(end)..end
    }

    /// The scroll position that brings a row into sight, if it is not there yet.
    pub fn reveal(self, index: usize) -> Option<f64> {
        let (start, end) = (index as f64 * self.row, (index + 1) as f64 * self.row);
        if start < self.top {
            Some(start)
        } else if end > self.top + self.height {
            Some(end - self.height)
        } else {
            None
        }
    }

    /// How many rows PageDown moves: one less than fit, so that one stays in sight.
    pub fn page(self) -> isize {
        if self.row <= 0.0 { 1 } else { ((self.height / self.row) as isize - 1).max(1) }
    }
}

/// Where a key leads.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    By(isize),
    First,
    Last,
}

impl Move {
    /// The row reached from `index` among `count` rows (at least one).
    pub fn target(self, index: usize, count: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Self::By(rows) => index.saturating_add_signed(rows).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// The rows to mount, the pinned one among them, in order.
pub fn with_pinned(range: Range<usize>, pinned: usize, count: usize) -> Vec<usize> {
    let outside = pinned < count && !range.contains(&pinned);
    let before = (outside && pinned < range.start).then_some(pinned);
    let after = (outside && pinned >= range.end).then_some(pinned);
    before.into_iter().chain(range).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(top: f64) -> View {
        View { top, height: 400.0, row: 40.0 }
    }

    #[test]
    fn only_the_rows_in_sight_and_a_margin_are_mounted() {
        let check = |top, count, expect: Range<usize>| assert_eq!(view(top).range(count), expect);
        check(0.0, 100_000, 0..18);
        check(4_000.0, 100_000, 92..118);
        check(4_000_000.0, 100_000, 99_992..100_000);
        check(0.0, 3, 0..3);
        check(-50.0, 100, 0..17);
        check(90_000.0, 10, 10..10);
        check(0.0, 0, 0..0);
    }

    #[test]
    fn nothing_is_mounted_before_the_row_height_is_known() {
        assert_eq!(View { top: 0.0, height: 400.0, row: 0.0 }.range(10), 0..0);
    }

    #[test]
    fn a_row_is_revealed_by_the_least_scrolling() {
        assert_eq!(view(400.0).reveal(10), None);
        assert_eq!(view(400.0).reveal(19), None);
        assert_eq!(view(400.0).reveal(9), Some(360.0));
        assert_eq!(view(400.0).reveal(20), Some(440.0));
    }

    #[test]
    fn the_row_with_the_tab_stop_stays_mounted() {
        assert_eq!(with_pinned(5..8, 2, 10), [2, 5, 6, 7]);
        assert_eq!(with_pinned(5..8, 6, 10), [5, 6, 7]);
        assert_eq!(with_pinned(5..8, 9, 10), [5, 6, 7, 9]);
        assert_eq!(with_pinned(5..8, 10, 10), [5, 6, 7]);
        assert_eq!(with_pinned(0..0, 0, 0), [0_usize; 0]);
    }

    #[test]
    fn keys_stop_at_the_ends() {
        assert_eq!(Move::By(-3).target(1, 10), 0);
        assert_eq!(Move::By(9).target(5, 10), 9);
        assert_eq!(Move::Last.target(0, 10), 9);
        assert_eq!(Move::First.target(7, 10), 0);
        assert_eq!(view(0.0).page(), 9);
    }

    #[test]
    fn an_unknown_total_is_minus_one() {
        assert_eq!(RowCount { rows: 50, exact: false }.aria(), "-1");
        assert_eq!(RowCount { rows: 50, exact: true }.aria(), "50");
    }
}
