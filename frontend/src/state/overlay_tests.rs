//! What is laid over snapshots holds until the server confirms or refuses it.

use postern_shared::action::ActionId;
use postern_shared::flag::{Flag, FlagChange, Flags};
use postern_shared::mailbox::Counts;

use super::fixtures::{account, key, mailbox};
use super::overlay::{CountShift, Laying, Overlay, shifted};

const ONE: ActionId = ActionId([1; 16]);
const TWO: ActionId = ActionId([2; 16]);

fn seen(on: bool) -> Laying {
    let (add, remove) = if on { (vec![Flag::Seen], vec![]) } else { (vec![], vec![Flag::Seen]) };
    Laying::Flags(FlagChange { add, remove })
}

fn shift(messages: i64, unseen: i64) -> CountShift {
    CountShift { account: account(), mailbox: mailbox("inbox"), messages, unseen }
}

#[test]
fn unseen_never_falls_below_zero() {
    let check = |counts: (u32, u32), by: (i64, i64), expect: (u32, u32)| {
        let counts = Counts { messages: counts.0, unseen: counts.1 };
        let found = shifted(counts, &shift(by.0, by.1));
        assert_eq!((found.messages, found.unseen), expect);
    };
    check((3, 0), (0, -1), (3, 0));
    check((3, 2), (-1, -1), (2, 1));
    check((0, 0), (-1, -1), (0, 0));
    check((1, 1), (0, 1), (1, 1));
}

#[test]
fn later_actions_lie_over_earlier_ones_and_a_failure_uncovers_them() {
    let mut overlay = Overlay::default();
    overlay.lay(ONE, &[key(1)], seen(true), vec![]);
    overlay.lay(TWO, &[key(1)], seen(false), vec![]);
    let shown = |overlay: &Overlay| overlay.flags(&key(1), &Flags::default()).map(|f| f.seen());
    assert_eq!(shown(&overlay), Some(false));
    overlay.take_back(TWO);
    assert_eq!(shown(&overlay), Some(true));
    overlay.take_back(ONE);
    assert_eq!(shown(&overlay), None);
}

#[test]
fn a_confirmed_change_holds_until_no_older_snapshot_can_come() {
    let mut overlay = Overlay::default();
    overlay.lay(ONE, &[key(1)], seen(true), vec![]);
    overlay.settle(ONE);
    assert!(overlay.flags(&key(1), &Flags::default()).is_some());
    overlay.sweep();
    assert!(overlay.flags(&key(1), &Flags::default()).is_none());
}

#[test]
fn a_moved_message_stays_hidden_once_its_move_is_confirmed_and_comes_back_when_refused() {
    let mut overlay = Overlay::default();
    overlay.lay(ONE, &[key(1)], Laying::Hidden, vec![]);
    overlay.lay(TWO, &[key(2)], Laying::Hidden, vec![]);
    overlay.settle(ONE);
    overlay.sweep();
    overlay.take_back(TWO);
    assert!(overlay.hides(&key(1)));
    assert!(!overlay.hides(&key(2)));
}

#[test]
fn counts_are_shifted_until_they_come_anew_or_the_action_fails() {
    let base = Counts { messages: 5, unseen: 3 };
    let shown = |overlay: &Overlay| overlay.counts(&account(), &mailbox("inbox"), base).unseen;
    let mut overlay = Overlay::default();
    overlay.lay(ONE, &[key(1)], seen(true), vec![shift(0, -1)]);
    assert_eq!(shown(&overlay), 2);
    overlay.take_back(ONE);
    assert_eq!(shown(&overlay), 3);
    overlay.lay(TWO, &[key(1)], seen(true), vec![shift(0, -1)]);
    overlay.recount(&account(), &mailbox("inbox"));
    assert_eq!(shown(&overlay), 3);
    assert_eq!(overlay.settle(TWO), []);
}
