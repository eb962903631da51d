//! What leads from one order to another: positions taken out and positions filled. Pure.

use std::collections::HashMap;

/// What changed in an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Step {
    /// Positions taken out, as they stood, ascending.
    pub removed: Vec<u32>,
    /// Positions filled, as they stand now, ascending, and by which id.
    pub inserted: Vec<(u32, u32)>,
}

/// Finds a short way from `old` to `new`; neither holds an id twice. What `anew` says of an id
/// that stays makes it leave and come again.
pub(super) fn step(old: &[u32], new: &[u32], anew: impl Fn(u32) -> bool) -> Step {
    let same = |(one, other): &(&u32, &u32)| one == other && !anew(**one);
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let old_rest = &old_rest[..old_rest.len() - tail];
    let new_rest = &new_rest[..new_rest.len() - tail];
    let places: HashMap<u32, u32> =
        new_rest.iter().enumerate().map(|(at, id)| (*id, count(at))).collect();
    // Where the ids that are in both stand in the new order, in the old one's.
    let moves: Vec<(u32, u32)> = old_rest
        .iter()
        .enumerate()
        .filter(|(_, id)| !anew(**id))
        .filter_map(|(at, id)| Some((count(at), *places.get(id)?)))
        .collect();
    let stay = longest_rise(&moves);
    let (mut left, mut came) = (stay.iter().peekable(), stay.iter().peekable());
    let head = count(head);
    let mut result = Step::default();
    for at in 0..count(old_rest.len()) {
        if left.next_if(|(old, _)| *old == at).is_none() {
            result.removed.push(head + at);
        }
    }
    for (at, id) in new_rest.iter().enumerate() {
        if came.next_if(|(_, new)| *new == count(at)).is_none() {
            result.inserted.push((head + count(at), *id));
        }
    }
    result
}

/// The longest part of the pairs whose second numbers rise as the first ones do.
fn longest_rise(pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    // Of each length: where the rise with the smallest end ends; of each pair: what comes before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut rise = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(index) = at {
        rise.push(pairs[index]);
        at = before[index];
    }
    rise.reverse();
    rise
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply(old: &[u32], step: &Step) -> Vec<u32> {
        let mut list = old.to_vec();
        for at in step.removed.iter().rev() {
            list.remove(*at as usize);
        }
        for (at, id) in &step.inserted {
            list.insert(*at as usize, *id);
        }
        list
    }

    #[test]
    fn one_move_is_one_step() {
        let found = step(&[1, 2, 3, 4, 5], &[4, 1, 2, 3, 5], |_| false);
        assert_eq!(found, Step { removed: vec![3], inserted: vec![(0, 4)] });
        assert_eq!(step(&[1, 2], &[1, 2], |_| false), Step::default());
        let again = step(&[1, 2, 3], &[1, 2, 3], |id| id == 2);
        assert_eq!(again, Step { removed: vec![1], inserted: vec![(1, 2)] });
    }

    fn order() -> impl Strategy<Value = Vec<u32>> {
        let some = prop::sample::subsequence((0..30).collect::<Vec<u32>>(), 0..30);
        some.prop_shuffle()
    }

    proptest! {
        #[test]
        fn a_step_leads_from_any_order_to_any_other(
            old in order(), new in order(), anew in 0..40_u32
        ) {
            let step = step(&old, &new, |id| id == anew);
            prop_assert_eq!(&apply(&old, &step), &new);
            prop_assert!(step.removed.is_sorted() && step.inserted.is_sorted());
            let is_told = step.inserted.iter().any(|(_, id)| *id == anew);
            prop_assert_eq!(is_told, new.contains(&anew));
        }
    }
}
