//! Actions on all that a view holds: shown on the rows that are loaded, undone by the bridge.

use leptos::prelude::*;
use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::Reply;
use postern_shared::api::messages::Outcome;
use postern_shared::error::CallError;
use postern_shared::flag::FlagChange;
use postern_shared::message::MessageKey;
use postern_shared::window::View;

use super::{Action, Actions, Verb, outcome_of};
use crate::browser::random;
use crate::i18n::{Key, text, text_count};
use crate::state::overlay::Laying;

/// The topic of the notice that offers to undo.
const UNDO: &str = "undo";

/// All that a view holds, loaded or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Everything {
    /// Whose.
    pub account: AccountId,
    /// The view.
    pub view: View,
    /// What of it is left out.
    pub except: Vec<MessageKey>,
    /// What of it the page knows.
    pub loaded: Vec<MessageKey>,
}

/// What an action shows at once.
struct Laid {
    loaded: Vec<MessageKey>,
    /// None where the messages leave.
    change: Option<FlagChange>,
}

impl Actions {
    /// Does something to all that a view holds, and offers to undo it once the bridge said how much
    /// that was; `said` is the notice, and the mailbox that it names.
    pub fn perform_on(self, everything: Everything, verb: Verb, said: (Key, String)) {
        let id = ActionId(random::bytes());
        let Everything { view, except, loaded, .. } = everything;
        let change = match &verb {
            Verb::Flags(change) => Some(change.clone()),
            _ => None,
        };
        let laying = change.clone().map_or(Laying::Hidden, Laying::Flags);
        self.windows.overlay().update(|overlay| overlay.lay(id, &loaded, laying, Vec::new()));
        self.toasts.show(text(Key::ActionWorking), None, Some(UNDO.to_owned()));
        let verb = Verb::OnView(Box::new(verb), view, except);
        let after = move |outcome| self.performed_on(id, &Laid { loaded, change }, said, outcome);
        self.submit_action(Action { id, verb, keys: Vec::new() }, Box::new(after));
    }

    fn performed_on(
        self,
        id: ActionId,
        laid: &Laid,
        (said, name): (Key, String),
        outcome: Result<Reply, CallError>,
    ) {
        let overlay = self.windows.overlay();
        let failure = match &outcome {
            Ok(reply) => outcome_of(reply).and_then(|outcome| outcome.failure.as_ref()),
            Err(error) => Some(error),
        };
        if let Some(failure) = failure {
            // What is there now says how much of it was done.
            overlay.update(|overlay| overlay.take_back(id));
            self.toasts.settle(UNDO);
            self.windows.refresh();
            self.complain(failure);
        }
        let Some(Outcome { done, undoable, failure: None, .. }) =
            outcome.as_ref().ok().and_then(outcome_of)
        else {
            return;
        };
        let Laid { loaded, change } = laid;
        if let Some(change) = change {
            self.windows.commit(loaded, change);
            self.messages.commit(loaded, change);
            self.threads.commit(loaded, change);
        }
        overlay.update(|overlay| drop(overlay.settle(id)));
        self.windows.sweep();
        let said = text_count(said, (*done).into(), &[("mailbox", &name)]);
        let undo = undoable.then(|| self.remember(vec![(id, vec![(Verb::TakeBack(id), vec![])])]));
        match undo.flatten() {
            Some(undo) => self.toasts.offer_undo(said, undo),
            None => self.toasts.show(said, None, Some(UNDO.to_owned())),
        }
    }
}
