//! What a user does with the outbox: write on, take out, send now, settle a doubt.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::api::submissions::ListSubmissions;
use postern_shared::draft::Draft;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::submission::{Plan, SubmissionId, SubmissionState};

use super::Stores;
use super::drafts::Unready;
use super::shortcuts::Command;
use super::toasts::Offer;
use super::uploads::{Standing, standing};
use crate::browser::page;
use crate::i18n::{Key, error_text, text, text_with};
use crate::routes::Route;

/// The entry of the outbox that has its tab stop.
const ENTRY: &str = ".outbox-entry[tabindex='0']";

impl Stores {
    /// In the outbox no key may reach the messages of the list that lies behind it; says whether
    /// the command ends here.
    pub(super) fn perform_in_outbox(self, command: Command) -> bool {
        let elsewhere = matches!(
            command,
            Command::Compose
                | Command::Search
                | Command::GoInbox
                | Command::GoSent
                | Command::GoDrafts
                | Command::Undo
                | Command::Help
        );
        if elsewhere || self.location.route() != Route::Outbox {
            return false;
        }
        match command {
            Command::Back => self.location.go_to_list(),
            Command::Next | Command::Previous | Command::Open => page::focus(ENTRY),
            _ => {}
        }
        true
    }

    /// Hands a draft in: to go at a time (seconds since 1970), or as soon as nobody takes it back;
    /// never without its files.
    ///
    /// # Errors
    /// See [`Unready`].
    pub fn send_draft(self, id: u32, at: Option<i64>) -> Result<(), Unready> {
        let files = untrack(|| self.drafts.get(id)).map(|draft| draft.get_untracked().attachments);
        match untrack(|| standing(&files.unwrap_or_default())) {
            Standing::Ready => {}
            Standing::Moving => return Err(Unready::Uploading),
            Standing::Stuck(name) => return Err(Unready::NotUploaded(name)),
        }
        self.drafts.send(id, at.map_or(Plan::Held(self.hold()), Plan::At))
    }

    /// Seconds for which a submission can be taken back.
    fn hold(self) -> u32 {
        let preferred = self.preferences.all().with_untracked(|preferred| preferred.undo_seconds);
        let default = || self.limits.with_untracked(|limits| limits.as_ref()?.undo_seconds.into());
        preferred.or_else(default).unwrap_or_default()
    }

    /// Asks for the submissions that are not done with.
    pub fn load_submissions(self) {
        spawn_local(async move {
            let outcome = self.link.call(ListSubmissions).await;
            self.submissions.replace(outcome);
        });
    }

    /// Takes a submission back and opens its draft in the composer.
    pub fn edit_submission(self, id: &SubmissionId) {
        // While it is held nobody has it: what the page remembers is what was written.
        let known = untrack(|| self.submissions.get(id)).map(|known| known.state);
        let held = known.is_none_or(|state| matches!(state, SubmissionState::Held { .. }));
        let remembered = if held { self.drafts.of_submission(id) } else { None };
        self.take_back(id, move |draft| {
            let opened = match remembered {
                Some(remembered) => {
                    self.drafts.restore(remembered);
                    remembered
                }
                None => self.drafts.reopen(draft),
            };
            self.show_draft(Some(opened));
        });
    }

    /// Takes a submission out of the outbox; a notice offers to open its draft again. Where it has
    /// none, `lost` is asked whether it may be given up.
    pub fn cancel_submission(self, id: &SubmissionId, lost: impl FnOnce() + 'static) {
        let gone = id.clone();
        self.actions.edit_submission(id.clone(), move |outcome| match outcome {
            Ok(draft) => {
                self.submissions.drop_one(&gone);
                let parked = self.drafts.put_away(draft);
                let said = text(Key::OutboxTakenBack);
                self.toasts.show(said, Some(Offer::RestoreDraft(parked)), None);
            }
            Err(CallError { code: ErrorCode::Unsupported, .. }) => lost(),
            Err(error) => self.too_late(&error),
        });
    }

    /// Gives up a submission that has no draft.
    pub fn give_up_submission(self, id: &SubmissionId) {
        self.actions.cancel_submission(id.clone());
        self.submissions.drop_one(id);
    }

    fn take_back(self, id: &SubmissionId, then: impl FnOnce(Draft) + 'static) {
        let gone = id.clone();
        self.actions.edit_submission(id.clone(), move |outcome| match outcome {
            Ok(draft) => {
                self.submissions.drop_one(&gone);
                then(draft);
            }
            Err(error) => self.too_late(&error),
        });
    }

    fn too_late(self, error: &CallError) {
        let reason = match error.code {
            ErrorCode::Refused => text(Key::OutboxBusy),
            _ => error_text(error),
        };
        self.toasts.complain(text_with(Key::OutboxTooLate, &[("reason", &reason)]));
    }
}
