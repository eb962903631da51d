//! The order of a mailbox under arrivals and removals.

use super::*;

const NEWEST: Lens = Lens { sort: Sort::NEWEST_FIRST, filter: Filter::All };
const OLDEST: Lens = Lens { sort: Sort::OLDEST_FIRST, filter: Filter::All };
const UNSEEN: Lens = Lens { sort: Sort::NEWEST_FIRST, filter: Filter::Unseen };

fn listing(uids: &[u32]) -> Listing {
    Listing::new(UidValidity(1), uids.to_vec(), fresh_generation())
}

fn arrival(uid: u32, flags: &[Flag]) -> Arrival {
    Arrival { uid, flags: Flags(flags.to_vec()) }
}

/// Lists everything that a lens shows.
fn shown(listing: &Listing, lens: Lens) -> Vec<u32> {
    listing.stretch(lens, 0, u32::MAX)
}

#[test]
fn newest_first_is_the_reverse_of_arrival() {
    let listing = listing(&[10, 20, 30, 40]);
    assert_eq!(listing.stretch(NEWEST, 1, 2), [30, 20]);
    assert_eq!(listing.stretch(OLDEST, 1, 2), [20, 30]);
    assert_eq!(listing.position(NEWEST, 10), Some(3));
    assert_eq!(listing.position(NEWEST, 11), None);
}

#[test]
fn a_stretch_past_the_end_is_short() {
    let listing = listing(&[10, 20]);
    assert_eq!(listing.stretch(NEWEST, 1, 9), [10]);
    assert!(listing.stretch(OLDEST, 7, 9).is_empty());
}

#[test]
fn removal_names_positions_as_they_stood_before() {
    let mut listing = listing(&[10, 20, 30, 40]);
    let outlines = listing.remove(&[40, 20, 99], &[NEWEST, OLDEST]);
    assert_eq!(outlines[0], Outline { removed: vec![0, 2], inserted: vec![], total: 2 });
    assert_eq!(outlines[1], Outline { removed: vec![1, 3], inserted: vec![], total: 2 });
    assert_eq!(shown(&listing, OLDEST), [10, 30]);
}

#[test]
fn arrival_names_positions_as_they_stand_after() {
    let mut listing = listing(&[10, 20]);
    let outlines = listing.insert(&[arrival(30, &[]), arrival(31, &[])], &[NEWEST, OLDEST]);
    assert_eq!(outlines[0].inserted, [(0, 31), (1, 30)]);
    assert_eq!(outlines[1].inserted, [(2, 30), (3, 31)]);
    assert_eq!(outlines[1].total, 4);
}

#[test]
fn what_is_known_already_does_not_arrive_twice() {
    let mut listing = listing(&[10, 20]);
    listing.insert(&[arrival(20, &[]), arrival(30, &[]), arrival(25, &[])], &[]);
    assert_eq!(listing.uids(), [10, 20, 30]);
}

#[test]
fn a_filter_takes_only_what_it_selects() {
    let mut listing = listing(&[10, 20, 30]);
    listing.set_filter(Filter::Unseen, vec![20, 77]);
    assert_eq!(shown(&listing, UNSEEN), [20]);
    let outlines = listing.insert(&[arrival(40, &[Flag::Seen]), arrival(41, &[])], &[UNSEEN]);
    assert_eq!(outlines[0].inserted, [(0, 41)]);
    assert_eq!(listing.remove(&[20], &[UNSEEN])[0].removed, [1]);
}

#[test]
fn a_selection_is_outdated_once_flags_change() {
    let mut listing = listing(&[10, 20, 30]);
    listing.set_filter(Filter::Unseen, vec![20]);
    assert!(!listing.forget_outdated(Filter::Unseen));
    listing.touch();
    let generation = listing.generation;
    assert!(listing.forget_outdated(Filter::Unseen) && !listing.knows(Filter::Unseen));
    assert_ne!(listing.generation, generation);
    listing.set_filter(Filter::Unseen, vec![30]);
    assert!(!listing.forget_outdated(Filter::Unseen));
}

#[test]
fn every_step_is_a_new_generation() {
    let mut listing = listing(&[10]);
    let first = listing.generation;
    listing.touch();
    listing.remove(&[10], &[]);
    assert_eq!(listing.generation.0, first.0 + 2);
}
