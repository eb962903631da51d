//! What the keyboard's commands do, and which messages they are for.

use leptos::prelude::*;
use postern_shared::mailbox::Role;
use postern_shared::message::{MessageKey, MessageSummary};

use super::actions::Target;
use super::conversing::Reach;
use super::drafts::answer::Kind;
use super::drafts::mailto::Mailto;
use super::messages::Opened;
use super::shortcuts::Command;
use super::windows::RowKey;
use super::{Prompt, Stores, base_path};
use crate::browser::{device, page};
use crate::routes::{Route, key_path};

/// Below this width one pane is shown at a time.
pub const ONE_PANE: f64 = 700.0;

impl Stores {
    /// The messages that an action is for: the selected ones, else the open one, else the cursor's.
    #[must_use]
    pub fn targets(self) -> Vec<Target> {
        if self.selection.any() {
            let selected = self.selection.keys(|| self.windows.loaded());

            return selected.iter().filter_map(|key| self.windows.get(key)).collect();
        }
        self.focused().into_iter().collect()
    }

    /// The open message, else the one that the cursor stands on.
    #[must_use]
    pub fn focused(self) -> Option<Target> {
        match self.location.route() {
            Route::Message(key) => self.summary(&key),
            _ => self.windows.at(self.cursor()),
        }
    }

    /// The row that the keyboard stands on: it stays with its message when others come or go.
    #[must_use]
    pub fn cursor(self) -> usize {
        let held = self.selection.held().and_then(|key| self.windows.index_of(&key));
        let last = self.windows.count().0.saturating_sub(1);
        held.unwrap_or_else(|| self.selection.cursor()).min(last)
    }

    /// Moves the keyboard's row.
    pub fn stand(self, index: usize) {
        let held = untrack(|| self.windows.at(index)).map(|row| row.key.clone());
        self.selection.stand(index, held);
    }

    /// A message's row from the lists, else from the message as it was opened.
    #[must_use]
    pub fn summary(self, key: &MessageKey) -> Option<Target> {
        let listed = self.windows.get(key);
        listed.or_else(|| self.summary_apart(key)).map(|row| self.windows.laid(row))
    }

    /// A message's row from what was opened of it or of its thread.
    fn summary_apart(self, key: &MessageKey) -> Option<Target> {
        if let Some(Opened::Ready(message)) = self.messages.get(key) {
            return Some(message.summary.clone().into());
        }
        self.threads.get(key)?.into_iter().find(|row| row.key == *key)
    }

    /// Does what a key asks for; see [`Stores::perform`].
    pub(super) fn perform_now(self, command: Command) {
        if untrack(|| self.perform_on_everything(command) || self.perform_in_outbox(command)) {
            return;
        }
        untrack(|| match command {
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Open => self.open_at(self.cursor()),
            Command::Back => self.location.close_message(),
            Command::Select => self.toggle_at(self.cursor()),
            Command::SelectAll => self.select_all(),
            Command::Archive => self.leave_with(move |targets| self.actions.archive(targets)),
            Command::Trash => self.leave_with(move |targets| self.actions.trash(targets)),
            Command::Junk if self.in_role(Role::Junk) => {
                self.leave_with(move |targets| self.actions.unjunk(targets));
            }
            Command::Junk => self.leave_with(move |targets| self.actions.junk(targets)),
            Command::Star => {
                let targets = self.targets();
                let on = !targets.iter().all(|row| self.flagged(row));
                let reach = if on { Reach::Row } else { Reach::Thread };
                self.reach(targets, reach, move |targets| self.actions.star(targets, on));
            }
            Command::Seen => self.mark(Reach::Thread, true),
            Command::Unseen => self.mark(Reach::Row, false),
            Command::Move => self.ask(Prompt::Move),
            Command::Tag => self.ask(Prompt::Tags),
            Command::Reply => self.answer(Kind::Reply),
            Command::ReplyAll => self.answer(Kind::ReplyAll),
            Command::Forward => self.answer(Kind::Forward),
            Command::Compose => self.compose(),
            Command::Search => page::focus("[type=search]"),
            Command::GoInbox => self.go_role(Role::Inbox),
            Command::GoSent => self.go_role(Role::Sent),
            Command::GoDrafts => self.go_role(Role::Drafts),
            Command::Undo => self.actions.undo_last(),
            Command::Converse => self.converse(!self.conversing()),
            Command::Help => self.prompt.set(Some(Prompt::Shortcuts)),
        });
    }

    /// Asks something about the targets, if there are any.
    fn ask(self, prompt: Prompt) {
        if !self.targets().is_empty() {
            self.prompt.set(Some(prompt));
        }
    }

    fn mark(self, reach: Reach, seen: bool) {
        self.reach(self.targets(), reach, move |targets| self.actions.mark_seen(targets, seen));
    }

    /// Opens the message in a row.
    pub fn open_at(self, index: usize) {
        if let Some(row) = untrack(|| self.windows.at(index)) {
            self.selection.stand(index, Some(row.key.clone()));
            self.open(row.key.clone());
        }
    }

    /// Opens a message, a draft to be written on; from one to the next the history does not grow.
    pub fn open(self, key: MessageKey) {
        if untrack(|| self.in_role(Role::Drafts)) {
            return self.write_on(key);
        }
        // Asked for now rather than when the view follows: a frame earlier.
        self.messages.open(&key);
        let route = Route::Message(key);
        match untrack(|| self.location.route()) {
            Route::Message(_) => self.location.replace(route),
            _ => self.location.go(route),
        }
    }

    /// Selects or deselects the message in a row.
    pub fn toggle_at(self, index: usize) {
        if let Some(row) = untrack(|| self.windows.at(index)) {
            self.selection.toggle(row.key.clone(), index);
        }
    }

    /// Grows the selection up to a row.
    pub fn extend_to(self, index: usize) {
        self.selection.extend(index, |at| match untrack(|| self.windows.key_at(at)) {
            RowKey::Message(key) => Some(key),
            RowKey::Hole(_) => None,
        });
    }

    /// Acts on the targets, which leave the list; an open one makes room for the next.
    pub fn leave_with(self, act: impl FnOnce(&[Target]) + 'static) {
        let targets = untrack(|| self.targets());
        if targets.is_empty() {
            return;
        }
        let next = untrack(|| self.after(&targets));
        self.reach(targets, Reach::Mailbox, act);
        self.selection.clear();
        match next {
            Some(Some(key)) => self.open(key),
            Some(None) => self.location.close_message(),
            None => {}
        }
    }

    /// Where to go once the targets are gone: none where the open message stays.
    fn after(self, targets: &[Target]) -> Option<Option<MessageKey>> {
        let gone = |key: &MessageKey| targets.iter().any(|row| row.key == *key);
        let Route::Message(open) = self.location.route() else { return None };
        if !targets.iter().any(|row| row.key == open || self.is_open(&row.key)) {
            return None;
        }
        if Self::is_narrow() {
            return Some(None);
        }
        let at = self.row_of(&open)?;
        let staying = |index: usize| match self.windows.key_at(index) {
            RowKey::Message(key) if !gone(&key) => Some(key),
            _ => None,
        };
        let (rows, _) = self.windows.count();
        let later = (at + 1..rows.min(at + 1 + targets.len())).find_map(staying);
        Some(later.or_else(|| (0..at).rev().take(targets.len()).find_map(staying)))
    }

    fn step(self, by: isize) {
        let open = match self.location.route() {
            Route::Message(key) => self.row_of(&key),
            _ => None,
        };
        let (rows, _) = self.windows.count();
        let cursor = self.cursor();
        let wanted = match open {
            Some(index) => index.saturating_add_signed(by),
            // Nothing is open: the first step opens what the cursor stands on.
            None if by > 0 => cursor,
            None => cursor.saturating_sub(1),
        };
        if wanted < rows && open != Some(wanted) {
            self.selection.clear();
            self.open_at(wanted);
        }
    }

    /// Whether the list in sight is the mailbox of a role.
    #[must_use]
    pub fn in_role(self, role: Role) -> bool {
        match self.location.list() {
            Some(Route::Mailbox(account, mailbox)) => {
                self.mailboxes.by_role(&account, role).is_some_and(|found| found.id == mailbox)
            }
            Some(Route::All) => role == Role::Inbox,
            _ => false,
        }
    }

    fn go_role(self, role: Role) {
        let first = self.accounts.all().with_untracked(|all| all.first().cloned());
        let account = match self.location.list() {
            Some(Route::Mailbox(account, _)) => Some(account),
            _ => first.map(|first| first.id),
        };
        let found = account.and_then(|account| self.mailboxes.by_role(&account, role));
        if let Some(mailbox) = found {
            self.location.go(Route::Mailbox(mailbox.account, mailbox.id));
        }
    }

    /// Opens an empty draft.
    pub fn compose(self) {
        self.show_draft(self.drafts.compose());
    }

    /// Opens a draft with what a link asks for.
    pub fn compose_to(self, wanted: Mailto) {
        self.show_draft(self.drafts.compose_to(wanted));
    }

    /// Opens an answer to the open message, or to the one that the cursor stands on.
    pub fn answer(self, kind: Kind) {
        if let Some(row) = untrack(|| self.focused()) {
            self.answer_to(&row, kind);
        }
    }

    /// Opens an answer to the mailing list that a message came through.
    pub fn answer_list(self, row: &MessageSummary, list: &str) {
        self.show_draft(self.drafts.answer_list(row, list));
    }

    /// Opens a draft that passes a message on as a file.
    pub fn forward_whole(self, row: &MessageSummary) {
        self.show_draft(self.drafts.forward_whole(row));
    }

    /// Opens an answer to a message.
    pub fn answer_to(self, row: &Target, kind: Kind) {
        self.show_draft(self.drafts.answer(row, kind));
    }

    /// Whether the page is as narrow as a phone's: one thing fills it.
    #[must_use]
    pub fn is_narrow() -> bool {
        device::width() < ONE_PANE
    }

    /// On a phone a draft takes the whole page, and the way back leads to where one was.
    pub fn show_draft(self, id: Option<u32>) {
        if let Some(id) = id.filter(|_| Self::is_narrow()) {
            self.location.go(Route::Compose(id.to_string()));
        }
    }

    /// A draft closed: on a phone its page goes with it.
    pub fn leave_draft(self, id: u32) {
        if untrack(|| self.location.route()) == Route::Compose(id.to_string()) {
            crate::browser::history::back();
        }
    }

    /// Where a part of a message is downloaded from; `source` is the whole message.
    #[must_use]
    pub fn blob_url(self, key: &MessageKey, section: &str) -> String {
        format!("{}api/blob/{}/{section}", base_path(), key_path(key))
    }

    /// Where a message's body is, as the user wants to see it in the page's theme.
    #[must_use]
    pub fn body_url(self, key: &MessageKey) -> String {
        let (token, look) = self.messages.face(key);
        let images = if look.images { ".images" } else { "" };
        let theme = if self.preferences.dark() && !look.lit { "dark" } else { "light" };
        // Another address makes the browser ask again.
        let turn = look.turn.to_string();
        let turn = if look.turn == 0 { String::new() } else { ["&turn=", &turn].concat() };
        [&base_path(), "api/body/", &token, images, "?theme=", theme, &turn].concat()
    }

    /// Downloads a whole message.
    pub fn download_source(self, key: &MessageKey) {
        page::download(&self.blob_url(key, "source"));
    }

    /// Loads the page anew.
    pub fn reload(self) {
        page::reload();
    }

    /// Prints the open message.
    pub fn print(self) {
        page::print();
    }

    /// Does what a notice's button offers.
    pub fn accept(self, offer: super::toasts::Offer) {
        use super::toasts::Offer;
        match offer {
            Offer::Undo(id) => self.actions.undo(id),
            Offer::RestoreDraft(id) => {
                self.drafts.restore(id);
                self.show_draft(Some(id));
            }
            Offer::TakeBack(id) => self.edit_submission(&id),
            Offer::Outbox => self.location.go(Route::Outbox),
            Offer::Reload => page::reload(),
        }
    }
}
