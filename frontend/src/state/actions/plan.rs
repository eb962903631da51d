//! From what the user asks to what is sent: which messages change, how counts shift, how to undo.

use std::sync::Arc;

use postern_shared::account::AccountId;
use postern_shared::api::messages::MAX_KEYS;
use postern_shared::flag::{Flag, FlagChange, Flags};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, MessageSummary};

use super::queue::Verb;
use crate::state::overlay::{CountShift, Laying};

/// The messages an action is for, as the page knows them.
pub type Target = Arc<MessageSummary>;

/// One account's part of what the user asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What is done.
    pub verb: Verb,
    /// To which messages.
    pub keys: Vec<MessageKey>,
    /// What shows at once.
    pub laying: Option<Laying>,
    /// How the counts shift at once.
    pub shifts: Vec<CountShift>,
}

/// Sets or clears a flag where it is not so already.
pub fn flag(targets: &[Target], flag: &Flag, on: bool) -> Vec<Plan> {
    let wanting = targets.iter().filter(|row| row.flags.has(flag) != on).cloned();
    let one = vec![flag.clone()];
    let (add, remove) = if on { (one, vec![]) } else { (vec![], one) };
    let change = FlagChange { add, remove };
    let plan = |rows: &[Target]| {
        let unseen = if on { -1 } else { 1 };
        let shifts = match flag {
            Flag::Seen => rows.iter().flat_map(|row| shift(&row.key, 0, unseen)).collect(),
            _ => Vec::new(),
        };
        let laying = Some(Laying::Flags(change.clone()));
        Plan { verb: Verb::Flags(change.clone()), keys: keys(rows), laying, shifts: sum(shifts) }
    };
    chunks(wanting.collect()).iter().map(|rows| plan(rows)).collect()
}

/// Moves to where `destination` says for each message, of whichever account; those that are there
/// already stay.
pub fn relocate(
    targets: &[Target],
    destination: impl Fn(&MessageKey) -> Option<(AccountId, MailboxId)>,
) -> Vec<Plan> {
    let elsewhere =
        |row: &&Target| destination(&row.key).is_some_and(|(_, to)| to != row.key.mailbox);
    let moving: Vec<_> = targets.iter().filter(elsewhere).cloned().collect();
    let plan = |rows: &Vec<Target>| {
        let (account, to) = destination(&rows.first()?.key)?;
        let arrive = |row: &Target| {
            let (account, mailbox) = (account.clone(), to.clone());
            let key = MessageKey { account, mailbox, ..row.key.clone() };
            shift(&key, 1, unseen(&row.flags))
        };
        let leave = |row: &Target| shift(&row.key, -1, -unseen(&row.flags));
        let shifts = rows.iter().flat_map(|row| leave(row).into_iter().chain(arrive(row)));
        let shifts = sum(shifts.collect());
        let laying = Some(Laying::Hidden);
        Some(Plan { verb: Verb::Move(to), keys: keys(rows), laying, shifts })
    };
    chunks(moving).iter().filter_map(plan).collect()
}

/// Removes for ever.
pub fn expunge(targets: &[Target]) -> Vec<Plan> {
    let plan = |rows: &Vec<Target>| {
        let leave = |row: &Target| shift(&row.key, -1, -unseen(&row.flags));
        let shifts = sum(rows.iter().flat_map(leave).collect());
        Plan { verb: Verb::Expunge, keys: keys(rows), laying: Some(Laying::Hidden), shifts }
    };
    chunks(targets.to_vec()).iter().map(plan).collect()
}

/// How an action is undone: the verbs for keys as they stood before; none for what is final.
pub fn inverse(plan: &Plan) -> Vec<(Verb, Vec<MessageKey>)> {
    match &plan.verb {
        Verb::Flags(change) => {
            let back = FlagChange { add: change.remove.clone(), remove: change.add.clone() };
            vec![(Verb::Flags(back), plan.keys.clone())]
        }
        Verb::Move(_) => {
            let mut back: Vec<(Verb, Vec<MessageKey>)> = Vec::new();
            for key in &plan.keys {
                let verb = Verb::Move(key.mailbox.clone());
                match back.iter_mut().find(|(known, _)| *known == verb) {
                    Some((_, keys)) => keys.push(key.clone()),
                    None => back.push((verb, vec![key.clone()])),
                }
            }
            back
        }
        _ => Vec::new(),
    }
}

/// One account each, and no more messages than one call may name.
fn chunks(mut targets: Vec<Target>) -> Vec<Vec<Target>> {
    targets.sort_by(|a, b| a.key.account.cmp(&b.key.account));
    let accounts = targets.chunk_by(|a, b| a.key.account == b.key.account);
    accounts.flat_map(|rows| rows.chunks(MAX_KEYS)).map(<[_]>::to_vec).collect()
}

fn keys(rows: &[Target]) -> Vec<MessageKey> {
    rows.iter().map(|row| row.key.clone()).collect()
}

fn unseen(flags: &Flags) -> i64 {
    i64::from(!flags.seen())
}

fn shift(key: &MessageKey, messages: i64, unseen: i64) -> Option<CountShift> {
    let (account, mailbox) = (key.account.clone(), key.mailbox.clone());
    (messages != 0 || unseen != 0).then_some(CountShift { account, mailbox, messages, unseen })
}

fn sum(shifts: Vec<CountShift>) -> Vec<CountShift> {
    let mut summed: Vec<CountShift> = Vec::new();
    for shift in shifts {
        let same = |known: &&mut CountShift| {
            known.mailbox == shift.mailbox && known.account == shift.account
        };
        match summed.iter_mut().find(same) {
            Some(known) => {
                known.messages += shift.messages;
                known.unseen += shift.unseen;
            }
            None => summed.push(shift),
        }
    }
    summed
}
