//! Acting on everything in a list at once: the bridge is told the list and not each message.

use leptos::prelude::*;
use postern_shared::account::AccountId;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::{Mailbox, MailboxId, Role};
use postern_shared::window::Scope;

use super::actions::{Everything, Verb};
use super::shortcuts::Command;
use super::{Prompt, Stores};
use crate::i18n::{Key, text};

impl Stores {
    /// Selects all that is loaded; asked for again, everything in the list.
    pub(super) fn select_all(self) {
        let loaded = self.windows.loaded();
        let again = !loaded.is_empty() && loaded.iter().all(|key| self.selection.has(key));
        if again && self.selectable().is_some() {
            self.selection.select_everything();
        } else {
            self.selection.set(loaded);
        }
    }

    /// How many messages there are to select, where there are more than are selected and the
    /// number is the truth.
    #[must_use]
    pub fn selectable(self) -> Option<usize> {
        let (total, exact) = self.windows.count();
        (exact && self.selection.count(total) < total).then_some(total)
    }

    /// Where everything in the list is selected, does to all of it what a command asks for; false
    /// where that is not so, or the command is not for messages.
    pub(super) fn perform_on_everything(self, command: Command) -> bool {
        let Some(everything) = self.everything() else { return false };
        let role = match command {
            Command::Archive => Role::Archive,
            Command::Trash => Role::Trash,
            Command::Junk if self.in_role(Role::Junk) => Role::Inbox,
            Command::Junk => Role::Junk,
            Command::Seen => return self.flag_everything(everything, Flag::Seen, true),
            Command::Unseen => return self.flag_everything(everything, Flag::Seen, false),
            Command::Star => {
                let on = !self.targets().iter().all(|row| self.flagged(row));
                return self.flag_everything(everything, Flag::Flagged, on);
            }
            _ => return false,
        };
        if role == Role::Trash && self.in_role(Role::Trash) {
            // For ever, and for so many: that is asked in its own place.
            self.prompt.set(Some(Prompt::Mailbox));
            return true;
        }
        let said = match (command, role) {
            (Command::Archive, _) => Key::ActionArchived,
            (Command::Trash, _) => Key::ActionTrashed,
            (_, Role::Inbox) => Key::ActionUnjunked,
            _ => Key::ActionJunked,
        };
        match self.mailboxes.by_role(&everything.account, role) {
            Some(to) => self.move_everything(everything, to.id, said, ""),
            None => self.toasts.complain(text(Key::ActionNoMailbox)),
        }
        true
    }

    /// Moves what an action is for into a mailbox, of whichever account; `name` is what the notice
    /// calls it.
    pub fn move_to(self, mailbox: &Mailbox, name: &str) {
        if self.relocate_everything(&mailbox.id, name) {
            return;
        }
        let (to, name) = ((mailbox.account.clone(), mailbox.id.clone()), name.to_owned());
        self.leave_with(move |targets| self.actions.relocate(targets, &to, &name));
    }

    /// Moves everything that is selected into a mailbox; false where that is not everything.
    fn relocate_everything(self, to: &MailboxId, name: &str) -> bool {
        let everything = untrack(|| self.everything());
        let is_everything = everything.is_some();
        if let Some(everything) = everything {
            self.move_everything(everything, to.clone(), Key::ActionMoved, name);
        }
        is_everything
    }

    /// Sets or clears a flag of all where everything is selected; false where that is not so.
    pub(super) fn flag_all(self, flag: Flag, on: bool) -> bool {
        self.everything().is_some_and(|everything| self.flag_everything(everything, flag, on))
    }

    /// The list in sight, where everything in it is selected.
    fn everything(self) -> Option<Everything> {
        let except = self.selection.everything_but()?;
        let view = self.windows.view()?;
        let loaded = self.selection.keys(|| self.windows.loaded());
        let account: AccountId = match &view.scope {
            Scope::Mailbox(account, _) => account.clone(),
            _ => loaded.first()?.account.clone(),
        };
        Some(Everything { account, view, except, loaded })
    }

    fn flag_everything(self, everything: Everything, flag: Flag, on: bool) -> bool {
        let said = match (&flag, on) {
            (Flag::Seen, true) => Key::ActionSeenDone,
            (Flag::Seen, false) => Key::ActionUnseenDone,
            (Flag::Flagged, true) => Key::ActionFlagged,
            (Flag::Flagged, false) => Key::ActionUnflagged,
            (_, true) => Key::ActionTagged,
            (_, false) => Key::ActionUntagged,
        };
        let (add, remove) = if on { (vec![flag], vec![]) } else { (vec![], vec![flag]) };
        let verb = Verb::Flags(FlagChange { add, remove });
        self.actions.perform_on(everything, verb, (said, String::new()));
        self.selection.clear();
        true
    }

    fn move_everything(self, everything: Everything, to: MailboxId, said: Key, name: &str) {
        self.actions.perform_on(everything, Verb::Move(to), (said, name.to_owned()));
        self.selection.clear();
        self.location.close_message();
    }
}
