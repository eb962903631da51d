//! What the user decides about a kept draft: to open it, to close it, and whose version counts.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::api::drafts::OpenDraft;
use postern_shared::message::MessageKey;

use super::keeping::fresh_id;
use super::standing::{Said, Standing};
use super::{Composing, Drafts};
use crate::browser::timer::now;
use crate::i18n::{Key, error_text, text_with};

impl Drafts {
    /// Opens a message of Drafts; one that is open already stays as it is. `opened` is told its
    /// number.
    pub fn open_stored(self, key: MessageKey, opened: impl FnOnce(u32) + 'static) {
        let same = |draft: &Composing| draft.options.stored.as_ref() == Some(&key);
        let open = self.open.get_untracked();
        if let Some((id, _)) = open.iter().find(|(_, draft)| draft.with_untracked(same)) {
            self.show(*id);
            return opened(*id);
        }
        spawn_local(async move {
            match self.link.call(OpenDraft { key }).await {
                Ok(draft) => {
                    let id = self.fresh_id();
                    self.put(Composing::from_draft(id, draft));
                    opened(id);
                }
                Err(error) => {
                    let reason = error_text(&error);
                    let said = text_with(Key::ComposeOpenFailed, &[("reason", &reason)]);
                    self.needed.toasts.complain(said);
                }
            }
        });
    }

    /// Keeps this version in the place of the one that another device made.
    pub fn keep_mine(self, id: u32) {
        let theirs = match self.standing(id).with_untracked(Standing::said) {
            Said::Changed(theirs) => Some(theirs),
            _ => None,
        };
        self.decide(id, move |draft| draft.options.stored = theirs);
    }

    /// Keeps both versions.
    pub fn keep_both(self, id: u32) {
        if let Some(draft) = untrack(|| self.get(id)) {
            self.forget_on_device(&draft.get_untracked());
        }
        self.standing(id).update(|it| it.mine.clear());
        self.decide(id, |draft| {
            draft.options.stored = None;
            draft.options.message_id = fresh_id(draft);
        });
    }

    /// Takes the other device's version, in the place of this one.
    pub fn take_theirs(self, id: u32, opened: impl FnOnce(u32) + 'static) {
        let said = self.standing(id).with_untracked(Standing::said);
        let Some(draft) = untrack(|| self.get(id)) else { return };
        let Said::Changed(theirs) = said else { return };
        self.open_stored(theirs, move |fresh| {
            self.forget_on_device(&draft.get_untracked());
            self.close(id);
            opened(fresh);
        });
    }

    fn decide(self, id: u32, change: impl FnOnce(&mut Composing)) {
        let Some(draft) = untrack(|| self.get(id)) else { return };
        draft.update(change);
        self.standing(id).update(|it| it.decided(now()));
        self.keep();
        self.arm();
    }

    /// Closes a draft without throwing it away: it goes from here once the store has it.
    pub fn shut(self, id: u32) {
        let Some(draft) = untrack(|| self.get(id)) else { return };
        let standing = self.standing(id);
        let unsaved = standing.with_untracked(|it| !it.is_in_store());
        if !unsaved || !draft.with_untracked(|draft| draft.touched) {
            self.forget_on_device(&draft.get_untracked());
            return self.close(id);
        }
        self.hidden.update(|hidden| hidden.push(id));
        standing.update(|it| it.hurry(now()));
        self.keep();
        self.arm();
    }

    /// Shows a draft that was closed and could not be saved, or is wanted again.
    pub(super) fn show(self, id: u32) {
        self.hidden.update(|hidden| hidden.retain(|known| *known != id));
    }
}
