//! Every mutation goes through here: shown at once, queued, sent in order, taken back on failure.

mod everything;
mod mailboxes;
mod plan;
mod queue;
#[cfg(test)]
mod tests;
mod verbs;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::Reply;
use postern_shared::api::messages::Outcome;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::frame::decode_body;
use postern_shared::mailbox::{Mailbox, MailboxId, Role};
use postern_shared::message::{MessageKey, Moved};

use super::mailboxes::Mailboxes;
use super::messages::Messages;
use super::threads::Threads;
use super::toasts::{Toasts, UndoId};
use super::windows::Windows;
use crate::browser::random;
use crate::i18n::{Key, error_text, text, text_with};
use crate::link::Link;

use plan::{Plan, inverse};
use queue::{Queue, rekey};

pub use everything::Everything;
pub use mailboxes::Change;
pub use plan::Target;
pub use queue::{Action, Verb};

/// Most things that can be undone.
const MOST_UNDOS: usize = 20;

/// How one action is undone.
type Back = Vec<(Verb, Vec<MessageKey>)>;

/// One thing that the user did: the actions it became, and how each is undone.
struct Undo {
    id: UndoId,
    steps: Vec<(ActionId, Back)>,
}

/// What the user is told of an action.
enum Tell {
    /// Nothing, not even of a failure: nobody asked for it.
    Nothing,
    /// Of a failure only; it can be undone by the undo key.
    Failure,
    /// What was done, with a way to undo it.
    All(String),
}

/// What is to happen once an action is through or has failed.
type After = Box<dyn FnOnce(Result<Reply, CallError>)>;

#[derive(Default)]
struct Desk {
    queue: Queue,
    undos: Vec<Undo>,
    undone: u64,
    after: Vec<(ActionId, After)>,
    quiet: Vec<ActionId>,
}

/// The mutations, as views know them.
#[derive(Clone, Copy)]
pub struct Actions {
    desk: StoredValue<Desk, LocalStorage>,
    link: Link,
    mailboxes: Mailboxes,
    windows: Windows,
    messages: Messages,
    threads: Threads,
    toasts: Toasts,
    moved: RwSignal<Vec<Moved>>,
}

/// The stores that actions touch.
#[derive(Clone, Copy)]
pub struct Touched {
    /// Counts and roles.
    pub mailboxes: Mailboxes,
    /// Rows.
    pub windows: Windows,
    /// Opened messages.
    pub messages: Messages,
    /// Opened threads.
    pub threads: Threads,
    /// Notices.
    pub toasts: Toasts,
}

impl Actions {
    /// No mutation yet.
    #[must_use]
    pub fn new(link: Link, touched: Touched) -> Self {
        let Touched { mailboxes, windows, messages, threads, toasts } = touched;
        let desk = StoredValue::new_local(Desk::default());
        let moved = RwSignal::new(Vec::new());
        Self { desk, link, mailboxes, windows, messages, threads, toasts, moved }
    }

    /// The messages that moved last, for whoever holds keys of them.
    #[must_use]
    pub fn moved(self) -> Signal<Vec<Moved>> {
        self.moved.into()
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.desk.set_value(Desk::default());
    }

    /// Undoes what was done last.
    pub fn undo_last(self) {
        if let Some(id) = self.desk.with_value(|desk| desk.undos.last().map(|undo| undo.id)) {
            self.toasts.dismiss_undo(id);
            self.undo(id);
        }
    }

    /// Undoes one thing.
    pub fn undo(self, id: UndoId) {
        let found = self.desk.try_update_value(|desk| {
            let at = desk.undos.iter().position(|undo| undo.id == id)?;
            Some(desk.undos.remove(at))
        });
        let Some(undo) = found.flatten() else { return };
        for (action, back) in undo.steps {
            let withdrawn =
                self.desk.try_update_value(|desk| desk.queue.withdraw(action)).flatten();
            if withdrawn.is_some() {
                self.windows.overlay().update(|overlay| overlay.take_back(action));
                continue;
            }
            for (verb, keys) in back {
                self.enqueue(undo_plan(verb, keys), false);
            }
        }
        self.toasts.say(text(Key::ActionUndone));
    }

    /// Does what is planned, and offers to undo it under one notice.
    fn perform(self, plans: Vec<Plan>, tell: Tell) {
        if plans.is_empty() {
            return;
        }
        let quiet = matches!(tell, Tell::Nothing);
        let step = |plan: Plan| {
            let back = inverse(&plan);
            (self.enqueue(plan, quiet), back)
        };
        let steps: Vec<_> = plans.into_iter().map(step).collect();
        let final_ = steps.iter().all(|(_, back)| back.is_empty());
        match tell {
            Tell::Nothing => {}
            Tell::All(said) if final_ => self.toasts.say(said),
            Tell::Failure => {
                self.remember(steps);
            }
            Tell::All(said) => {
                if let Some(id) = self.remember(steps) {
                    self.toasts.offer_undo(said, id);
                }
            }
        }
    }

    fn remember(self, steps: Vec<(ActionId, Back)>) -> Option<UndoId> {
        self.desk.try_update_value(|desk| {
            desk.undone += 1;
            let id = UndoId(desk.undone);
            desk.undos.push(Undo { id, steps });
            let over = desk.undos.len().saturating_sub(MOST_UNDOS);
            desk.undos.drain(..over);
            id
        })
    }

    fn enqueue(self, plan: Plan, quiet: bool) -> ActionId {
        let id = ActionId(random::bytes());
        let Plan { verb, keys, laying, shifts } = plan;
        if let Some(laying) = laying {
            self.windows.overlay().update(|overlay| overlay.lay(id, &keys, laying, shifts));
        }
        self.desk.update_value(|desk| {
            desk.queue.push(Action { id, verb, keys });
            if quiet {
                desk.quiet.push(id);
            }
        });
        self.send();
        id
    }

    /// Queues a mutation without messages; `after` hears what came of it.
    fn submit_verb(self, verb: Verb, after: After) {
        let id = ActionId(random::bytes());
        self.submit_action(Action { id, verb, keys: Vec::new() }, after);
    }

    fn submit_action(self, action: Action, after: After) {
        self.desk.update_value(|desk| {
            desk.after.push((action.id, after));
            desk.queue.push(action);
        });
        self.send();
    }

    fn send(self) {
        while let Some(action) = self.desk.try_update_value(|desk| desk.queue.next()).flatten() {
            let waiter = self.link.ask(action.request());
            spawn_local(async move {
                let reply = waiter.await.and_then(|reply| {
                    decode_body(&reply).map_err(|_| CallError::new(ErrorCode::Internal))
                });
                self.conclude(action.id, reply);
                self.send();
            });
        }
    }

    fn conclude(self, id: ActionId, outcome: Result<Reply, CallError>) {
        let found = self.desk.try_update_value(|desk| {
            let action = desk.queue.finish(id)?;
            let quiet = desk.quiet.contains(&id);
            desk.quiet.retain(|known| *known != id);
            let after = desk.after.iter().position(|(known, _)| *known == id);
            Some((action, quiet, after.map(|at| desk.after.swap_remove(at).1)))
        });
        let Some((action, quiet, after)) = found.flatten() else { return };
        match (&outcome, after) {
            (_, Some(after)) => after(outcome),
            (Ok(reply), None) => self.confirm(&action, reply),
            (Err(error), None) => {
                self.windows.overlay().update(|overlay| overlay.take_back(id));
                // The session's end is said elsewhere, and reading on is no reason to complain.
                if error.code == ErrorCode::NotSignedIn {
                    return;
                }
                self.windows.refresh();
                if !quiet {
                    self.complain(error);
                }
            }
        }
    }

    fn confirm(self, action: &Action, reply: &Reply) {
        if let Verb::Flags(change) = &action.verb {
            self.windows.commit(&action.keys, change);
            self.messages.commit(&action.keys, change);
            self.threads.commit(&action.keys, change);
        }
        if let Reply::MoveMessages(outcome) = reply {
            self.rekey(&outcome.moved);
        }
        if let Some(failure) = failure_of(reply) {
            // Some of it was done: what is there now says which.
            self.windows.overlay().update(|overlay| overlay.take_back(action.id));
            self.windows.refresh();
            return self.complain(failure);
        }
        let shifts = self.windows.overlay().try_update(|overlay| overlay.settle(action.id));
        self.mailboxes.shift(&shifts.unwrap_or_default());
        self.windows.sweep();
    }

    /// Messages have new keys: whatever names them follows.
    fn rekey(self, moved: &[Moved]) {
        let emptied = self.desk.try_update_value(|desk| {
            for (_, back) in desk.undos.iter_mut().flat_map(|undo| &mut undo.steps) {
                back.iter_mut().for_each(|(_, keys)| rekey(keys, moved));
                // What the bridge takes back names no message.
                let whole = |verb: &Verb| matches!(verb, Verb::TakeBack(_));
                back.retain(|(verb, keys)| whole(verb) || !keys.is_empty());
            }
            desk.queue.rekey(moved)
        });
        for id in emptied.unwrap_or_default() {
            self.windows.overlay().update(|overlay| overlay.take_back(id));
            self.complain(&CallError::new(ErrorCode::NonExistent));
        }
        self.messages.rekey(moved);
        self.threads.rekey(moved);
        self.moved.set(moved.to_vec());
    }

    fn complain(self, error: &CallError) {
        let reason = error_text(error);
        self.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
    }

    /// The mailbox of a role in an account.
    fn role(self, account: &AccountId, role: Role) -> Option<MailboxId> {
        self.mailboxes.by_role(account, role).map(|mailbox: Mailbox| mailbox.id)
    }
}

/// Why a mutation ended before its end.
fn failure_of(reply: &Reply) -> Option<&CallError> {
    outcome_of(reply)?.failure.as_ref()
}

/// What became of a mutation of messages.
fn outcome_of(reply: &Reply) -> Option<&Outcome> {
    match reply {
        Reply::ChangeFlags(outcome)
        | Reply::MoveMessages(outcome)
        | Reply::ExpungeMessages(outcome)
        | Reply::EmptyMailbox(outcome)
        | Reply::UndoAction(outcome)
        | Reply::MarkAllSeen(outcome) => Some(outcome),
        _ => None,
    }
}

/// An undoing shows at once where it changes flags; moved rows come back by themselves.
fn undo_plan(verb: Verb, keys: Vec<MessageKey>) -> Plan {
    use super::overlay::Laying;
    let laying = match &verb {
        Verb::Flags(change) => Some(Laying::Flags(change.clone())),
        _ => None,
    };
    Plan { verb, keys, laying, shifts: Vec::new() }
}
