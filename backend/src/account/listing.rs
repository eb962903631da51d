//! One mailbox's messages in order of arrival, and what a change means for its windows. Pure.
//!
//! Costs 4 bytes a message (the uid map that EXPUNGE needs, RFC 9051 §7.5.1), plus as much for
//! each filter that a window uses. Nothing else of a message is kept.

use std::collections::{HashMap, HashSet};

use postern_shared::flag::{Flag, Flags};
use postern_shared::uid::UidValidity;
use postern_shared::window::{Filter, Generation, Sort};

use crate::clock::random;

/// How a window looks at a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Lens {
    /// The order.
    pub sort: Sort,
    /// The selection.
    pub filter: Filter,
}

/// A message that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Its uid.
    pub uid: u32,
    /// Its flags on arrival.
    pub flags: Flags,
}

/// What one step changed for one lens, in positions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outline {
    /// Positions taken out, as they stood before, ascending.
    pub removed: Vec<u32>,
    /// Positions filled, as they stand after, ascending, and by which uid.
    pub inserted: Vec<(u32, u32)>,
    /// How long the list is now.
    pub total: u32,
}

/// The order of a mailbox's messages.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    /// The generation of its uids.
    pub uid_validity: UidValidity,
    /// The version of the list.
    pub generation: Generation,
    /// HIGHESTMODSEQ when it was last known to be true (RFC 7162); none without CONDSTORE.
    pub modseq: Option<u64>,
    /// UIDNEXT at that time.
    pub uid_next: Option<u32>,
    /// It is out of the index, and the server has not confirmed it yet.
    pub provisional: bool,
    uids: Vec<u32>,
    filtered: HashMap<Filter, Vec<u32>>,
    /// Selections from before flags changed: a window keeps its own as it reads, a new one does not
    /// begin with it.
    outdated: HashSet<Filter>,
}

impl Listing {
    /// A listing of `uids`, ascending.
    pub(super) fn new(
        uid_validity: UidValidity,
        mut uids: Vec<u32>,
        generation: Generation,
    ) -> Self {
        uids.shrink_to_fit();
        Self {
            uid_validity,
            generation,
            modseq: None,
            uid_next: None,
            provisional: false,
            uids,
            filtered: HashMap::new(),
            outdated: HashSet::new(),
        }
    }

    /// Every uid, ascending: the one at index `n` has sequence number `n + 1`.
    pub(super) fn uids(&self) -> &[u32] {
        &self.uids
    }

    /// Whether a filter's selection is known.
    pub(super) fn knows(&self, filter: Filter) -> bool {
        filter == Filter::All || self.filtered.contains_key(&filter)
    }

    /// Tells which messages a filter selects, ascending.
    pub(super) fn set_filter(&mut self, filter: Filter, mut uids: Vec<u32>) {
        uids.retain(|uid| self.uids.binary_search(uid).is_ok());
        uids.shrink_to_fit();
        self.filtered.insert(filter, uids);
        self.outdated.remove(&filter);
    }

    /// Forgets a filter's selection where flags have changed since; says whether.
    pub(super) fn forget_outdated(&mut self, filter: Filter) -> bool {
        let is_outdated = self.outdated.remove(&filter) && self.filtered.remove(&filter).is_some();
        // Whoever still shows it shows another list than this from now on.
        self.generation.0 += u64::from(is_outdated);
        is_outdated
    }

    /// Forgets selections that no window uses.
    pub(super) fn keep_filters(&mut self, used: impl Fn(Filter) -> bool) {
        self.filtered.retain(|filter, _| used(*filter));
        self.outdated.retain(|filter| self.filtered.contains_key(filter));
    }

    fn selected(&self, filter: Filter) -> &[u32] {
        match filter {
            Filter::All => &self.uids,
            other => self.filtered.get(&other).map_or(&[], Vec::as_slice),
        }
    }

    /// How many messages a lens shows.
    pub(super) fn total(&self, lens: Lens) -> u32 {
        count(self.selected(lens.filter).len())
    }

    /// The uids from position `offset` on, at most `wanted`, in the order of the lens.
    pub(super) fn stretch(&self, lens: Lens, offset: u32, wanted: u32) -> Vec<u32> {
        let all = self.selected(lens.filter);
        let start = (offset as usize).min(all.len());
        let end = start.saturating_add(wanted as usize).min(all.len());
        if lens.sort.descending {
            all[all.len() - end..all.len() - start].iter().rev().copied().collect()
        } else {
            all[start..end].to_vec()
        }
    }

    /// Where a message stands; none where the lens does not show it.
    pub(super) fn position(&self, lens: Lens, uid: u32) -> Option<u32> {
        let all = self.selected(lens.filter);
        let index = all.binary_search(&uid).ok()?;
        Some(place(lens.sort, all.len(), index))
    }

    /// Takes messages out (uids, any order) and says what that means for each lens.
    pub(super) fn remove(&mut self, gone: &[u32], lenses: &[Lens]) -> Vec<Outline> {
        let outlines = lenses.iter().map(|lens| self.outline_of_removal(*lens, gone)).collect();
        let mut sorted = gone.to_vec();
        sorted.sort_unstable();
        let stays = |uid: &u32| sorted.binary_search(uid).is_err();
        self.uids.retain(stays);
        self.filtered.values_mut().for_each(|uids| uids.retain(stays));
        self.generation.0 += 1;
        outlines
    }

    fn outline_of_removal(&self, lens: Lens, gone: &[u32]) -> Outline {
        let mut removed: Vec<u32> =
            gone.iter().filter_map(|uid| self.position(lens, *uid)).collect();
        removed.sort_unstable();
        removed.dedup();
        let total = self.total(lens) - count(removed.len());
        Outline { removed, inserted: Vec::new(), total }
    }

    /// Puts arrivals in (ascending, uids higher than all before) and says what that means.
    ///
    /// Arrivals that are known already, or not in order, are left out.
    pub(super) fn insert(&mut self, arrivals: &[Arrival], lenses: &[Lens]) -> Vec<Outline> {
        let last = self.uids.last().copied().unwrap_or(0);
        let fresh: Vec<&Arrival> = arrivals
            .iter()
            .scan(last, |last, arrival| {
                let is_new = arrival.uid > *last;
                *last = arrival.uid.max(*last);
                Some(is_new.then_some(arrival))
            })
            .flatten()
            .collect();
        self.uids.extend(fresh.iter().map(|arrival| arrival.uid));
        for (filter, uids) in &mut self.filtered {
            let selected = fresh.iter().filter(|arrival| selects(*filter, &arrival.flags));
            uids.extend(selected.map(|arrival| arrival.uid));
        }
        self.generation.0 += 1;
        lenses.iter().map(|lens| self.outline_of_arrival(*lens, &fresh)).collect()
    }

    fn outline_of_arrival(&self, lens: Lens, fresh: &[&Arrival]) -> Outline {
        let at = |arrival: &&Arrival| Some((self.position(lens, arrival.uid)?, arrival.uid));
        let mut inserted: Vec<(u32, u32)> = fresh.iter().filter_map(at).collect();
        inserted.sort_unstable();
        Outline { removed: Vec::new(), inserted, total: self.total(lens) }
    }

    /// Counts a change of flags as a step of its own.
    pub(super) fn touch(&mut self) {
        self.generation.0 += 1;
        self.outdated.extend(self.filtered.keys().copied());
    }
}

/// A generation that no other listing has, also after a restart of the bridge.
pub(super) fn fresh_generation() -> Generation {
    Generation(u64::from(u32::from_le_bytes(random::<4>())) << 32)
}

/// Whether a filter shows a message that arrives with these flags.
pub(super) fn selects(filter: Filter, flags: &Flags) -> bool {
    match filter {
        Filter::All => true,
        Filter::Unseen => !flags.has(&Flag::Seen),
        Filter::Flagged => flags.has(&Flag::Flagged),
        // No flag says so: these are views of the index.
        Filter::WithAttachment | Filter::FromKnown => false,
    }
}

fn place(sort: Sort, length: usize, index: usize) -> u32 {
    if sort.descending { count(length - 1 - index) } else { count(index) }
}

/// A count as it travels; a mailbox cannot hold more than `u32::MAX` messages (RFC 9051 §9).
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
