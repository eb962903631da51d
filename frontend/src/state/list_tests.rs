//! The rules of windows and deltas, row by row.

use postern_shared::error::{CallError, ErrorCode};
use postern_shared::flag::{Flag, FlagChange, Flags};
use postern_shared::message::MessageSummary;
use postern_shared::window::{Anchor, Delta, Generation, Order, Total, View, Window, WindowId};

use super::fixtures::{account, key, mailbox, row};
use super::list::{List, Phase};

fn list() -> List {
    List::new(WindowId(1), View::of_mailbox(account(), mailbox("inbox")), None)
}

fn window(generation: u64, offset: u32, total: u32, uids: &[u32]) -> Window {
    Window {
        generation: Generation(generation),
        offset,
        total: Total::Exact(total),
        order: Order::Final,
        rows: uids.iter().map(|uid| Some(row(*uid))).collect(),
    }
}

fn delta(from: u64, removed: &[u32], inserted: &[(u32, Option<u32>)], total: u32) -> Delta {
    let filled = |(at, uid): &(u32, Option<u32>)| (*at, uid.map(row));
    Delta {
        from: Generation(from),
        to: Generation(from + 1),
        removed: removed.to_vec(),
        inserted: inserted.iter().map(filled).collect::<Vec<(u32, Option<MessageSummary>)>>(),
        changed: Vec::new(),
        total: Total::Exact(total),
        order: Order::Final,
    }
}

fn filled(uids: &[u32]) -> List {
    let mut list = list();
    list.want();
    list.fill(window(1, 0, uids.len() as u32, uids));
    list
}

fn check(list: &List, expect: &[(u32, u32)]) {
    let rows: Vec<_> = list.rows().map(|(at, row)| (at, row.key.uid.0)).collect();
    assert_eq!(rows, expect);
}

#[test]
fn the_first_question_asks_for_the_top_and_is_asked_once() {
    let mut list = list();
    let open = list.want().unwrap();
    assert_eq!((open.anchor, open.count >= 50), (Anchor::Offset(0), true));
    assert_eq!(list.want(), None);
}

#[test]
fn removed_rows_close_up_from_the_highest_down() {
    let mut list = filled(&[10, 11, 12, 13, 14]);
    assert!(list.apply(delta(1, &[1, 3], &[], 3)));
    check(&list, &[(0, 10), (1, 12), (2, 14)]);
    assert_eq!(list.len(), 3);
}

#[test]
fn inserted_rows_make_room_from_the_lowest_up_and_unknown_ones_leave_a_hole() {
    let mut list = filled(&[10, 11]);
    assert!(list.apply(delta(1, &[], &[(0, Some(20)), (2, None)], 4)));
    check(&list, &[(0, 20), (1, 10), (3, 11)]);
}

#[test]
fn a_moved_row_is_removed_and_inserted_in_one_delta() {
    let mut list = filled(&[10, 11, 12]);
    assert!(list.apply(delta(1, &[2], &[(0, Some(12))], 3)));
    check(&list, &[(0, 12), (1, 10), (2, 11)]);
}

#[test]
fn a_gap_makes_the_list_stale_and_asks_anew_while_the_rows_stay_in_sight() {
    let mut list = filled(&[10, 11]);
    assert!(!list.apply(delta(5, &[0], &[], 1)));
    check(&list, &[(0, 10), (1, 11)]);
    assert!(list.want().is_some());
    list.fill(window(6, 0, 1, &[11]));
    check(&list, &[(0, 11)]);
}

#[test]
fn a_delta_that_the_snapshot_holds_already_changes_nothing() {
    let mut list = filled(&[10, 11]);
    assert!(list.apply(delta(0, &[0], &[], 1)));
    check(&list, &[(0, 10), (1, 11)]);
}

#[test]
fn rows_outside_the_window_are_kept_while_the_generation_stays() {
    let mut list = filled(&[10, 11]);
    list.fill(window(1, 40, 100, &[50, 51]));
    check(&list, &[(0, 10), (1, 11), (40, 50), (41, 51)]);
    list.fill(window(2, 40, 100, &[50, 51]));
    check(&list, &[(40, 50), (41, 51)]);
}

#[test]
fn rows_in_sight_are_asked_for_with_rows_around_them() {
    let mut list = filled(&[1]);
    list.fill(window(1, 0, 100_000, &(1..=50).collect::<Vec<_>>()));
    list.see(0..20);
    assert_eq!(list.want(), None);
    list.see(5_000..5_020);
    let open = list.want().unwrap();
    let Anchor::Offset(offset) = open.anchor else { panic!("asked by position") };
    assert!(offset < 5_000 && offset + open.count > 5_020, "{offset} {}", open.count);
}

#[test]
fn the_newest_view_wins_after_the_answer_to_an_older_one() {
    let mut list = filled(&[1]);
    list.fill(window(1, 0, 100_000, &[1]));
    list.see(1_000..1_020);
    list.want().unwrap();
    list.see(50_000..50_020);
    assert_eq!(list.want(), None);
    list.fill(window(1, 970, 100_000, &[2]));
    let Anchor::Offset(offset) = list.want().unwrap().anchor else { panic!("asked by position") };
    assert!((49_900..50_000).contains(&offset));
}

#[test]
fn a_row_that_the_server_leaves_out_is_not_asked_for_again_and_again() {
    let mut list = filled(&[1]);
    list.see(0..2);
    list.want();
    list.fill(Window { rows: vec![Some(row(1)), None], ..window(1, 0, 2, &[]) });
    assert_eq!(list.want(), None);
}

#[test]
fn a_refused_question_keeps_what_is_known_and_waits_until_it_is_stale() {
    let mut list = filled(&[10]);
    list.mark_stale();
    list.want();
    list.refuse(CallError::new(ErrorCode::Unavailable), false);
    assert!(matches!(list.phase, Phase::Failed(_)));
    check(&list, &[(0, 10)]);
    assert_eq!(list.want(), None);
    list.mark_stale();
    assert!(list.want().is_some());
}

#[test]
fn an_anchor_that_is_gone_leads_to_the_top() {
    let view = View::of_mailbox(account(), mailbox("inbox"));
    let mut list = List::new(WindowId(1), view, Some(key(7)));
    assert_eq!(list.want().unwrap().anchor, Anchor::Around(key(7)));
    list.refuse(CallError::new(ErrorCode::NonExistent), true);
    assert_eq!(list.want().unwrap().anchor, Anchor::Offset(0));
}

#[test]
fn flags_change_in_place_and_a_confirmed_change_stays() {
    let mut list = filled(&[10, 11]);
    let mut changed = delta(1, &[], &[], 2);
    changed.changed = vec![(key(10), Flags(vec![Flag::Flagged]))];
    assert!(list.apply(changed));
    assert!(list.at(0).unwrap().flags.flagged());
    list.commit(&[key(11)], &FlagChange { add: vec![Flag::Seen], remove: vec![] });
    assert!(list.at(1).unwrap().flags.seen());
}

#[test]
fn a_broken_link_is_resumed_where_the_list_stood() {
    let list = filled(&[10, 11]);
    let resume = list.resume().unwrap();
    assert_eq!((resume.generation, resume.open.anchor), (Generation(1), Anchor::Offset(0)));
    assert!(resume.open.count >= 2);
}
