//! Rows that the user sent away and the bridge still lists: what stands where without them.

use super::list::List;
use super::overlay::Overlay;

/// Positions as they are shown: without the rows that the overlay hides.
pub fn hidden_positions(list: &List, overlay: &Overlay) -> Vec<u32> {
    let hidden = list.rows().filter(|(_, row)| overlay.hides(&row.key));
    hidden.map(|(position, _)| position).collect()
}

/// From a shown position to the list's own.
pub fn to_base(hidden: &[u32], index: u32) -> u32 {
    hidden.iter().fold(index, |at, gone| if *gone <= at { at.saturating_add(1) } else { at })
}

/// From the list's own position to the shown one.
pub fn to_shown(hidden: &[u32], position: u32) -> u32 {
    position - hidden.iter().filter(|gone| **gone < position).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_are_stepped_over_both_ways() {
        let check = |hidden: &[u32], shown, base| {
            assert_eq!(to_base(hidden, shown), base);
            assert_eq!(to_shown(hidden, base), shown);
        };
        check(&[], 3, 3);
        check(&[0], 0, 1);
        check(&[2, 3], 1, 1);
        check(&[2, 3], 2, 4);
        check(&[0, 2, 4], 1, 3);
    }
}
