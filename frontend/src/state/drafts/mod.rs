//! Drafts being written: they survive a lost link, a failed sending, and the tab that they are in.

pub mod answer;
mod composing;
mod deciding;
mod keeping;
mod kept;
pub mod mailto;
mod opening;
pub mod pictures;
mod quoting;
pub mod recipients;
mod record;
mod returning;
pub mod rich;
pub mod signing;
mod standing;
pub mod warnings;
pub mod writing;

use leptos::prelude::*;
use postern_shared::error::CallError;
use postern_shared::message::Moved;
use postern_shared::submission::{Plan, SubmissionId};

use super::accounts::Accounts;
use super::actions::Actions;
use super::messages::Messages;
use super::submissions::{HANDING_IN, Submissions};
use super::toasts::{Offer, Toasts};
use crate::browser::timer::{self, Timer};
use crate::browser::{page, storage};
use crate::i18n::{Key, error_text, text, text_with};
use crate::link::Link;

pub use composing::{Composing, Unready};
use keeping::Keeping;
pub use standing::Said;

/// Where a tab keeps its open drafts.
const NAME: &str = "drafts";
/// Milliseconds after which what was typed is kept, whether typing goes on or not.
const PAUSE_MS: u32 = 400;
/// Most drafts remembered after they were handed in or discarded.
const MOST_PARKED: usize = 10;

/// One draft's own signal, so that typing in one touches no other.
pub type DraftSignal = ArcRwSignal<Composing>;

/// The stores that drafts need.
#[derive(Clone, Copy)]
pub struct Needed {
    /// Identities.
    pub accounts: Accounts,
    /// Sending.
    pub actions: Actions,
    /// Originals.
    pub messages: Messages,
    /// What becomes of what was sent.
    pub submissions: Submissions,
    /// Notices.
    pub toasts: Toasts,
}

#[derive(Default)]
struct Parked {
    /// Discarded, or handed in under an id.
    drafts: Vec<(Composing, Option<SubmissionId>)>,
    /// Handed in, but not accepted yet: a reload of the tab must not lose them.
    handed: Vec<Composing>,
    timer: Option<Timer>,
    user: String,
    last_id: u32,
}

/// The drafts, as views know them.
#[derive(Clone, Copy)]
pub struct Drafts {
    open: RwSignal<Vec<(u32, DraftSignal)>>,
    /// Open ones that the user has closed: they go once the store has them.
    hidden: RwSignal<Vec<u32>>,
    parked: StoredValue<Parked, LocalStorage>,
    keeping: StoredValue<Keeping, LocalStorage>,
    /// Counts how often everything was to be forgotten.
    swept: RwSignal<u32>,
    needed: Needed,
    link: Link,
}

impl Drafts {
    /// None open.
    #[must_use]
    pub fn new(link: Link, needed: Needed) -> Self {
        let parked = StoredValue::new_local(Parked::default());
        let keeping = StoredValue::new_local(Keeping::default());
        let (open, hidden) = (RwSignal::new(Vec::new()), RwSignal::new(Vec::new()));
        Self { open, hidden, parked, keeping, swept: RwSignal::new(0), needed, link }
    }

    /// The open drafts, oldest first.
    #[must_use]
    pub fn open(self) -> Signal<Vec<u32>> {
        Signal::derive(move || {
            let hidden = self.hidden.get();
            let ids = |open: &Vec<(u32, DraftSignal)>| {
                open.iter().map(|(id, _)| *id).filter(|id| !hidden.contains(id)).collect()
            };
            self.open.with(ids)
        })
    }

    /// An open draft.
    #[must_use]
    pub fn get(self, id: u32) -> Option<DraftSignal> {
        let find =
            |open: &Vec<(u32, DraftSignal)>| open.iter().find(|(known, _)| *known == id).cloned();
        self.open.with(find).map(|(_, draft)| draft)
    }

    /// Brings back what this tab kept of a user's drafts.
    pub fn load(self, user: &str) {
        let kept = storage::get_tab(NAME).unwrap_or_default();
        let drafts = kept::read(user, &kept);
        let last = drafts.iter().map(|draft| draft.id).max().unwrap_or_default();
        self.parked.update_value(|parked| {
            parked.user = user.to_owned();
            parked.last_id = parked.last_id.max(last);
        });
        for draft in drafts {
            if self.open.with_untracked(|open| open.iter().all(|(id, _)| *id != draft.id)) {
                self.put_changed(draft);
            }
        }
        self.open_vault(user);
    }

    /// The user changed something.
    pub fn edit(self, id: u32, change: impl FnOnce(&mut Composing)) {
        if let Some(draft) = untrack(|| self.get(id)) {
            draft.update(|draft| {
                draft.touched = true;
                change(draft);
            });
            self.changed(id, &draft);
            self.keep_soon();
        }
    }

    /// Hands a draft in, to go when `plan` says; it closes at once and comes back where it is
    /// refused.
    ///
    /// # Errors
    /// See [`Unready`].
    pub fn send(self, id: u32, plan: Plan) -> Result<(), Unready> {
        let Some(draft) = untrack(|| self.get(id)) else { return Ok(()) };
        let draft = draft.get_untracked();
        let mut ready = draft.ready()?;
        ready.options.zone_minutes = timer::zone_minutes(timer::now());
        self.parked.update_value(|parked| parked.handed.push(draft.clone()));
        self.close(id);
        let Needed { actions, submissions, toasts, .. } = self.needed;
        submissions.hand_in();
        actions.submit(ready, plan, move |outcome| {
            toasts.settle(HANDING_IN);
            self.parked.update_value(|parked| parked.handed.retain(|known| known.id != id));
            match outcome {
                Ok(submission) => {
                    self.forget_on_device(&draft);
                    self.park(draft, Some(submission.clone()));
                    submissions.begin(&submission);
                    self.keep();
                }
                Err(error) => self.refused(draft, &error),
            }
        });
        Ok(())
    }

    /// Throws a draft away; a notice offers to bring it back where something was written.
    pub fn discard(self, id: u32) {
        let Some(draft) = untrack(|| self.get(id)) else { return };
        let draft = draft.get_untracked();
        self.close(id);
        self.forget_on_device(&draft);
        self.remove_stored(&draft.draft());
        if draft.touched || draft.options.stored.is_some() {
            self.park(draft, None);
            let said = text(Key::ComposeDiscarded);
            self.needed.toasts.show(said, Some(Offer::RestoreDraft(id)), None);
        }
    }

    /// Opens a draft again that was discarded or could not be sent.
    pub fn restore(self, id: u32) {
        let found = self.parked.try_update_value(|parked| {
            let at = parked.drafts.iter().position(|(draft, _)| draft.id == id)?;
            Some(parked.drafts.remove(at).0)
        });
        if let Some(draft) = found.flatten() {
            self.put_again(draft);
        }
    }

    /// The draft that a submission was made of.
    #[must_use]
    pub fn of_submission(self, id: &SubmissionId) -> Option<u32> {
        self.parked.with_value(|parked| {
            let made = |(_, of): &&(Composing, Option<SubmissionId>)| of.as_ref() == Some(id);
            parked.drafts.iter().find(made).map(|(draft, _)| draft.id)
        })
    }

    /// Messages have new keys.
    pub fn rekey(self, moved: &[Moved]) {
        for (_, draft) in self.open.get_untracked() {
            draft.update(|draft| draft.rekey(moved));
        }
    }

    /// Forgets everything, on this device too: another user may come.
    pub fn clear(self) {
        self.open.set(Vec::new());
        self.hidden.set(Vec::new());
        // The vault is a later part's.
        self.swept.update(|count| *count += 1);
        self.parked.set_value(Parked::default());
        storage::remove_tab(NAME);
        page::guard_unload(false);
    }

    fn put(self, draft: Composing) {
        let entry = (draft.id, ArcRwSignal::new(draft));
        self.open.update(|open| open.push(entry));
    }

    fn close(self, id: u32) {
        self.open.update(|open| open.retain(|(known, _)| *known != id));
        self.hidden.update(|hidden| hidden.retain(|known| *known != id));
        self.keep();
    }

    fn park(self, draft: Composing, of: Option<SubmissionId>) {
        self.parked.update_value(|parked| {
            parked.drafts.push((draft, of));
            let over = parked.drafts.len().saturating_sub(MOST_PARKED);
            parked.drafts.drain(..over);
        });
    }

    fn refused(self, draft: Composing, error: &CallError) {
        self.put_again(draft);
        let reason = error_text(error);
        self.needed.toasts.complain(text_with(Key::ComposeSendFailed, &[("reason", &reason)]));
    }

    fn fresh_id(self) -> u32 {
        let id = self.parked.try_update_value(|parked| {
            parked.last_id += 1;
            parked.last_id
        });
        id.unwrap_or_default()
    }

    /// Keeps the open drafts in a moment: who types on without a pause is no exception.
    fn keep_soon(self) {
        self.guard();
        if self.parked.with_value(|parked| parked.timer.is_none()) {
            let timer = Timer::after(PAUSE_MS, move || self.keep());
            self.parked.update_value(|parked| parked.timer = Some(timer));
        }
    }

    fn keep(self) {
        self.parked.update_value(|parked| parked.timer = None);
        let open = self.open.get_untracked();
        let drafts = open.iter().map(|(_, draft)| draft.get_untracked());
        let mut drafts: Vec<_> = drafts.filter(|draft| draft.touched).collect();
        drafts.extend(self.parked.with_value(|parked| parked.handed.clone()));
        self.guard();
        self.keep_on_device();
        if drafts.is_empty() {
            return storage::remove_tab(NAME);
        }
        let user = self.parked.with_value(|parked| parked.user.clone());
        storage::set_tab(NAME, &kept::write(&user, &drafts));
    }
}
