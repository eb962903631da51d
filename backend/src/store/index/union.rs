//! Union-find over hashes: a part's name is its smallest member. Pure.

use std::collections::HashMap;

/// Parts that grow together.
#[derive(Debug, Default)]
pub(super) struct Forest {
    parents: HashMap<i64, i64>,
}

impl Forest {
    /// The smallest member of the part that a member belongs to.
    pub(super) fn find(&mut self, member: i64) -> i64 {
        let mut root = member;
        while let Some(parent) = self.parents.get(&root) {
            root = *parent;
        }
        // The way there is made short, so that long chains cost once.
        let mut at = member;
        while at != root {
            match self.parents.insert(at, root) {
                Some(next) => at = next,
                None => break,
            }
        }
        root
    }

    /// Makes one part of two.
    pub(super) fn union(&mut self, one: i64, other: i64) {
        let (one, other) = (self.find(one), self.find(other));
        if one != other {
            self.parents.insert(one.max(other), one.min(other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_called_by_its_smallest_member() {
        let mut forest = Forest::default();
        for (one, other) in [(5, 4), (9, 8), (4, 9), (7, 7)] {
            forest.union(one, other);
        }
        let found: Vec<i64> = [4, 5, 7, 8, 9, 1].into_iter().map(|n| forest.find(n)).collect();
        assert_eq!(found, [4, 4, 7, 4, 4, 1]);
    }
}
