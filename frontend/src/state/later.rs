//! What the page does once its first screen stands: commands, drafts, submissions, moved messages,
//! and news that only later screens show.
//!
//! All of it lies in a module of its own, which the functions at the end load.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use postern_shared::event::{Aside, Event};
use postern_shared::message::{MessageKey, MessageSummary};

use super::Stores;
use super::collecting;
use super::parts::Region;
use super::session::SessionState;
use super::shortcuts::Command;
use crate::browser::notices;
use crate::i18n::{Key, text, text_with};
use crate::link::LinkState;
use crate::routes::Route;

impl Stores {
    /// Does what a key asks for.
    pub fn perform(self, command: Command) {
        spawn_local(async move { self.note(perform(self, command).await) });
    }

    /// Something happened that only later parts show.
    pub(super) fn hear_later(self, event: Event) {
        spawn_local(async move { self.note(hear(self, event).await) });
    }

    fn hear_now(self, event: Event) {
        match event {
            Event::MailArrived(rows) => self.arrived(&rows),
            Event::ServerAlert(_, words) => {
                self.toasts.keep(text_with(Key::ShellServerSays, &[("text", &words)]), None, None);
            }
            event => match event.aside() {
                Some(Aside::SubmissionChanged(submission)) => self.submissions.change(submission),
                Some(Aside::SubmissionGone(submission)) => self.submissions.drop_one(&submission),
                Some(Aside::CollectingChanged(account, now)) => collecting::learn(account, now),
                Some(Aside::TransferChanged(transfer)) => self.transfer_changed(transfer),
                None => {}
            },
        }
    }

    fn arrived(self, rows: &[MessageSummary]) {
        let Some(newest) = rows.last() else { return };
        let sender = newest.envelope.from.first().map(|from| from.shown().to_owned());
        let sender = sender.unwrap_or_else(|| text(Key::ListNoSender));
        let subject = &newest.envelope.subject;
        let values = [("sender", sender.as_str()), ("subject", subject)];
        self.toasts.announce(text_with(Key::ListArrived, &values));
        notices::notify(&sender, subject, &newest.key.mailbox.0);
    }

    /// Begins to follow what only later screens show.
    pub fn follow_later(self) {
        self.follow_drafts();
        self.follow_submissions();
        self.follow_moves();
        self.follow_searches();
        self.follow_tags();
        self.follow_previews();
        self.follow_collecting();
        self.follow_transfers();
    }

    /// Opens a message of Drafts to be written on.
    pub fn write_on(self, key: MessageKey) {
        spawn_local(async move { self.note(write_on(self, key).await) });
    }

    fn write_on_now(self, key: MessageKey) {
        self.drafts.open_stored(key, move |id| {
            let named = matches!(untrack(|| self.location.route()), Route::Compose(_));
            match named {
                true => self.location.replace(Route::Compose(id.to_string())),
                false => self.show_draft(Some(id)),
            }
        });
    }

    /// A part that could not be loaded shows in the page's status, with a way to try again.
    fn note(self, outcome: Result<(), SplitLoaderError>) {
        if outcome.is_err() {
            self.parts.end(Region::Layers, None);
        }
    }

    fn follow_drafts(self) {
        let state = self.session.state();
        Effect::new(move |_| {
            if let SessionState::SignedIn(who) = state.get() {
                self.drafts.load(&who.address);
            }
        });
        self.drafts.follow_sweeps();
        let link = self.link.state();
        Effect::new(move |_| {
            if link.get() == LinkState::Open {
                self.drafts.hurry();
                // A copied address of a message of Drafts.
                if let Route::Compose(named) = untrack(|| self.location.route())
                    && let Some(key) = draft_key(&named)
                {
                    self.write_on_now(key);
                }
            }
        });
    }

    /// Asks anew whenever the link is open again: what happened meanwhile is not told.
    fn follow_submissions(self) {
        let state = self.link.state();
        Effect::new(move |_| {
            if state.get() == LinkState::Open {
                self.load_submissions();
            }
        });
    }

    /// Whatever names a message follows when it moves.
    fn follow_moves(self) {
        let moved = self.actions.moved();
        Effect::new(move |_| {
            let moved = moved.get();
            self.drafts.rekey(&moved);
            self.selection.forget(&moved);
            let Route::Message(key) = untrack(|| self.location.route()) else { return };
            let to = moved.into_iter().find(|moved| moved.from == key).and_then(|moved| moved.to);
            if let Some(to) = to {
                self.location.replace(Route::Message(to));
            }
        });
    }
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn perform(stores: Stores, command: Command) -> Result<(), SplitLoaderError> {
    stores.perform_now(command);
    Ok(())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn write_on(stores: Stores, key: MessageKey) -> Result<(), SplitLoaderError> {
    stores.write_on_now(key);
    Ok(())
}

/// A message's key as `/compose/` takes it: its token.
fn draft_key(named: &str) -> Option<MessageKey> {
    match Route::parse(&["mail/", &named.replace('.', "/")].concat()) {
        Route::Message(key) => Some(key),
        _ => None,
    }
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn hear(stores: Stores, event: Event) -> Result<(), SplitLoaderError> {
    stores.hear_now(event);
    Ok(())
}
