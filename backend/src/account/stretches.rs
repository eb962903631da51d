//! Which messages of a mailbox are not in the index yet, as stretches of uids. Pure.
//!
//! 8 bytes a stretch, however many messages lie in it: a mailbox that is new to the index is one.

/// Stretches of uids, ascending; each from its first to its last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stretches(Vec<(u32, u32)>);

impl Stretches {
    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the newest uids out that a mailbox has there, at most so many, ascending.
    pub(super) fn take_newest(&mut self, listed: &[u32], most: usize) -> Vec<u32> {
        let mut taken = Vec::new();
        while let Some((first, last)) = self.0.pop() {
            let start = listed.partition_point(|uid| *uid < first);
            let end = listed.partition_point(|uid| *uid <= last);
            let here = &listed[start..end];
            let left = here.len().saturating_sub(most - taken.len());
            taken.extend(here[left..].iter().rev());
            if left > 0 {
                self.0.push((first, here[left - 1]));
                break;
            }
        }
        taken.reverse();
        taken
    }
}

/// What a mailbox has is compared with what the index has of it, piece by piece.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    listed: &'a [u32],
    at: usize,
    missing: Vec<(u32, u32)>,
    gone: Vec<u32>,
}

impl<'a> Comparison<'a> {
    /// With the uids that the server has, ascending.
    pub(super) fn with(listed: &'a [u32]) -> Self {
        Self { listed, at: 0, missing: Vec::new(), gone: Vec::new() }
    }

    /// Takes in what the index has next, ascending.
    pub(super) fn feed(&mut self, indexed: &[u32]) {
        for uid in indexed {
            let rest = &self.listed[self.at..];
            // Nearly always the very next one.
            let found = match rest.first() {
                Some(next) if next == uid => 0,
                _ => rest.partition_point(|other| other < uid),
            };
            self.skip(found);
            match self.listed.get(self.at) {
                Some(next) if next == uid => self.at += 1,
                _ => self.gone.push(*uid),
            }
        }
    }

    /// What the index does not have, and what the server no longer has.
    pub(super) fn end(mut self) -> (Stretches, Vec<u32>) {
        self.skip(self.listed.len() - self.at);
        (Stretches(self.missing), self.gone)
    }

    fn skip(&mut self, count: usize) {
        let here = &self.listed[self.at..self.at + count];
        if let (Some(first), Some(last)) = (here.first(), here.last()) {
            self.missing.push((*first, *last));
        }
        self.at += count;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compare(listed: &[u32], indexed: &[u32], piece: usize) -> (Stretches, Vec<u32>) {
        let mut comparison = Comparison::with(listed);
        indexed.chunks(piece).for_each(|piece| comparison.feed(piece));
        comparison.end()
    }

    #[test]
    fn a_mailbox_that_is_new_is_one_stretch() {
        let listed: Vec<u32> = (1..=1000).map(|n| n * 3).collect();
        let (mut missing, gone) = compare(&listed, &[], 10);
        assert_eq!((&missing.0, gone), (&vec![(3, 3000)], vec![]));
        assert_eq!(missing.take_newest(&listed, 2), [2997, 3000]);
        assert_eq!(missing.take_newest(&listed, 2), [2991, 2994]);
        assert_eq!(missing.0, [(3, 2988)]);
    }

    #[test]
    fn what_left_meanwhile_is_not_asked_for() {
        let (mut missing, _) = compare(&[1, 2, 3, 4], &[], 10);
        assert_eq!(missing.take_newest(&[1, 4], 10), [1, 4]);
        assert!(missing.is_empty());
    }

    fn uids() -> impl Strategy<Value = Vec<u32>> {
        prop::sample::subsequence((1..60).collect::<Vec<u32>>(), 0..60)
    }

    proptest! {
        #[test]
        fn everything_missing_is_taken_newest_first(
            listed in uids(), indexed in uids(), piece in 1..9_usize
        ) {
            let (mut missing, gone) = compare(&listed, &indexed, piece);
            let expect: Vec<u32> =
                indexed.iter().copied().filter(|uid| !listed.contains(uid)).collect();
            prop_assert_eq!(gone, expect);
            let mut taken = Vec::new();
            while !missing.is_empty() {
                let next = missing.take_newest(&listed, piece);
                prop_assert!(next.is_sorted() && next.len() <= piece);
                taken.splice(0..0, next);
            }
            let expect: Vec<u32> =
                listed.iter().copied().filter(|uid| !indexed.contains(uid)).collect();
            prop_assert_eq!(taken, expect);
        }
    }
}
