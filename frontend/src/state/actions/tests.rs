//! Order, re-keying and undoing of mutations.

use std::sync::Arc;

use postern_shared::action::ActionId;
use postern_shared::api::Call;
use postern_shared::api::messages::{ChangeFlags, MAX_KEYS, Targets, UndoAction};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::message::{MessageKey, Moved};
use postern_shared::window::View;

use super::plan::{Target, expunge, flag, inverse, relocate};
use super::queue::{Action, Queue, Verb};
use crate::state::fixtures::{account, key, mailbox, row, seen};

fn id(number: u8) -> ActionId {
    ActionId([number; 16])
}

fn action(number: u8, verb: Verb, uids: &[u32]) -> Action {
    Action { id: id(number), verb, keys: uids.iter().map(|uid| key(*uid)).collect() }
}

fn seeing() -> Verb {
    Verb::Flags(FlagChange { add: vec![Flag::Seen], remove: vec![] })
}

fn trash() -> Verb {
    Verb::Move(mailbox("trash"))
}

fn rows(rows: Vec<postern_shared::message::MessageSummary>) -> Vec<Target> {
    rows.into_iter().map(Arc::new).collect()
}

fn next_ids(queue: &mut Queue) -> Vec<ActionId> {
    std::iter::from_fn(|| queue.next()).map(|action| action.id).collect()
}

fn moved_key(uid: u32) -> MessageKey {
    MessageKey { mailbox: mailbox("trash"), ..key(uid) }
}

#[test]
fn actions_on_one_message_wait_for_each_other_and_others_do_not() {
    let mut queue = Queue::default();
    queue.push(action(1, seeing(), &[1]));
    queue.push(action(2, trash(), &[1]));
    queue.push(action(3, seeing(), &[2]));
    assert_eq!(next_ids(&mut queue), [id(1), id(3)]);
    queue.finish(id(1));
    assert_eq!(next_ids(&mut queue), [id(2)]);
}

#[test]
fn what_waits_for_a_move_goes_to_the_new_key() {
    let mut queue = Queue::default();
    queue.push(action(1, trash(), &[1]));
    queue.push(action(2, seeing(), &[1, 5]));
    next_ids(&mut queue);
    queue.finish(id(1));
    let emptied = queue.rekey(&[Moved { from: key(1), to: Some(moved_key(9)) }]);
    assert_eq!(emptied, []);
    assert_eq!(queue.next().unwrap().keys, [moved_key(9), key(5)]);
}

#[test]
fn what_waits_for_a_message_that_nobody_finds_again_is_reported() {
    let mut queue = Queue::default();
    queue.push(action(2, seeing(), &[1]));
    assert_eq!(queue.rekey(&[Moved { from: key(1), to: None }]), [id(2)]);
    assert!(queue.next().is_none());
}

#[test]
fn only_what_was_not_sent_can_be_withdrawn() {
    let mut queue = Queue::default();
    queue.push(action(1, trash(), &[1]));
    next_ids(&mut queue);
    queue.push(action(2, seeing(), &[1]));
    assert!(queue.withdraw(id(1)).is_none());
    assert!(queue.withdraw(id(2)).is_some());
}

#[test]
fn a_queue_that_was_kept_is_sent_anew_under_the_same_ids() {
    let mut queue = Queue::default();
    queue.push(action(1, trash(), &[1]));
    next_ids(&mut queue);
    let kept = postcard::to_allocvec(&queue).unwrap();
    let mut again: Queue = postcard::from_bytes(&kept).unwrap();
    assert_eq!(next_ids(&mut again), [id(1)]);
}

#[test]
fn only_messages_that_change_are_named_and_undone() {
    let plans = flag(&rows(vec![row(1), seen(2)]), &Flag::Seen, true);
    assert_eq!(plans.len(), 1);
    assert_eq!(plans[0].keys, [key(1)]);
    let back = FlagChange { add: vec![], remove: vec![Flag::Seen] };
    assert_eq!(inverse(&plans[0]), [(Verb::Flags(back), vec![key(1)])]);
    assert_eq!(flag(&rows(vec![seen(2)]), &Flag::Seen, true), []);
}

#[test]
fn a_move_shifts_both_mailboxes_and_leads_back() {
    let plans = relocate(&rows(vec![row(1), seen(2)]), |_| Some((account(), mailbox("trash"))));
    let shifts: Vec<_> =
        plans[0].shifts.iter().map(|s| (s.mailbox.0.as_str(), s.messages, s.unseen)).collect();
    assert_eq!(shifts, [("inbox", -2, -1), ("trash", 2, 1)]);
    let back = inverse(&plans[0]);
    assert_eq!(back, [(Verb::Move(mailbox("inbox")), vec![key(1), key(2)])]);
    assert_eq!(relocate(&rows(vec![row(1)]), |_| Some((account(), mailbox("inbox")))), []);
}

#[test]
fn a_move_to_another_account_counts_there() {
    let other = postern_shared::account::AccountId("other".into());
    let plans = relocate(&rows(vec![row(1)]), |_| Some((other.clone(), mailbox("archive"))));
    let counted = |shift: &crate::state::overlay::CountShift| {
        (shift.account.clone(), shift.mailbox.clone(), shift.messages)
    };
    let shifts: Vec<_> = plans[0].shifts.iter().map(counted).collect();
    assert_eq!(shifts, [(account(), mailbox("inbox"), -1), (other, mailbox("archive"), 1)]);
}

#[test]
fn many_messages_become_several_calls() {
    let many = rows((1..=MAX_KEYS as u32 + 1).map(row).collect());
    let plans = expunge(&many);
    let sizes: Vec<_> = plans.iter().map(|plan| plan.keys.len()).collect();
    assert_eq!(sizes, [MAX_KEYS, 1]);
    assert_eq!(inverse(&plans[0]), []);
}

#[test]
fn what_is_done_to_a_view_names_the_view_and_what_is_left_out() {
    let view = View::of_mailbox(account(), mailbox("inbox"));
    let verb = Verb::OnView(Box::new(seeing()), view.clone(), vec![key(3)]);
    let Verb::Flags(change) = seeing() else { unreachable!("seeing changes flags") };
    let targets = Targets::View { view, except: vec![key(3)] };
    let expect = ChangeFlags { action: id(1), targets, change }.encode();
    assert_eq!(action(1, verb, &[]).request(), expect);
    let undo = UndoAction { action: id(2), undone: id(1) }.encode();
    assert_eq!(action(2, Verb::TakeBack(id(1)), &[]).request(), undo);
}
