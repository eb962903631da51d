//! Sequence numbers into uids, in the order in which a server says things.

use postern_shared::flag::Flag;

use super::*;

fn check(known: &[u32], changes: Vec<Change>, expect: News) {
    assert_eq!(read_news(known, changes), expect);
}

#[test]
fn each_expunge_shifts_the_numbers_after_it() {
    let changes = vec![Change::Expunged(2), Change::Expunged(2)];
    check(&[10, 20, 30, 40], changes, News { gone: vec![20, 30], ..News::default() });
}

#[test]
fn exists_counts_arrivals_beyond_what_is_known() {
    check(&[10, 20], vec![Change::Exists(4)], News { arrived: 2, ..News::default() });
}

#[test]
fn an_arrival_may_be_gone_before_it_was_seen() {
    let changes = vec![Change::Exists(4), Change::Expunged(3), Change::Expunged(1)];
    check(&[10, 20], changes, News { gone: vec![10], arrived: 1, ..News::default() });
}

#[test]
fn flags_find_their_message_after_an_expunge() {
    let flags = |seq| Change::Flags { seq, uid: None, flags: vec![Flag::Seen] };
    let changes = vec![flags(2), Change::Expunged(1), flags(2)];
    let changed = vec![(20, Flags(vec![Flag::Seen])), (30, Flags(vec![Flag::Seen]))];
    check(&[10, 20, 30], changes, News { gone: vec![10], changed, ..News::default() });
}

#[test]
fn flags_of_an_arrival_wait_for_its_row() {
    let flags = Change::Flags { seq: 2, uid: None, flags: vec![Flag::Seen] };
    check(&[10], vec![Change::Exists(2), flags], News { arrived: 1, ..News::default() });
}

#[test]
fn nonsense_means_looking_again() {
    assert!(read_news(&[10], vec![Change::Expunged(7)]).lost_track);
    assert!(read_news(&[10], vec![Change::Expunged(0)]).lost_track);
    assert!(read_news(&[10, 20], vec![Change::Exists(1)]).lost_track);
    assert!(read_news(&[10], vec![Change::Overflow]).lost_track);
}

#[test]
fn what_vanished_is_counted_once_however_often_it_is_told() {
    let changes = vec![Change::Vanished(vec![10, 10]), Change::Vanished(vec![10, 99])];
    check(&[10], changes, News { gone: vec![10], ..News::default() });
}
