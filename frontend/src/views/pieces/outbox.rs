//! The outbox: submissions that are not done with, and what can be done about each.

use leptos::prelude::*;
use postern_shared::submission::{Submission, SubmissionState};

use crate::i18n::{Key, t, text};
use crate::state::stores;
use crate::state::submissions::Submissions;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};

/// One entry a submission.
#[component]
pub fn Outbox() -> impl IntoView {
    let stores = stores();
    let all = stores.submissions.all();
    let empty = move || {
        all.with(Vec::is_empty).then(|| {
            view! { <div class="message-list-empty">{icon(Icon::Outbox)} <p>{t(Key::ListEmpty)}</p></div> }
        })
    };
    view! {
        <div class="message-list">
            <header class="message-list-header">
                <h2 class="message-list-title">{t(Key::TreeOutbox)}</h2>
            </header>
            <div class="message-list-body">
                {empty}
                <ul class="outbox" aria-label=t(Key::TreeOutbox)>
                    <For each=move || all.get() key=|one| (one.id.clone(), state_name(one)) let:one>
                        <Entry one />
                    </For>
                </ul>
            </div>
        </div>
    }
}

/// What tells two states apart, so that an entry is drawn anew when its state changes.
fn state_name(one: &Submission) -> String {
    format!("{:?}", one.state)
}

#[component]
fn Entry(one: Submission) -> impl IntoView {
    let stores = stores();
    let subject = match one.subject.trim() {
        "" => text(Key::ListNoSubject),
        subject => subject.to_owned(),
    };
    let again = matches!(
        one.state,
        SubmissionState::Retrying { .. }
            | SubmissionState::Uncertain
            | SubmissionState::Failed { .. }
    );
    let (retried, dropped) = (one.id.clone(), one.id.clone());
    let retry = move |()| stores.actions.retry_submission(retried.clone());
    let drop_it = move |()| {
        stores.actions.cancel_submission(dropped.clone());
        stores.submissions.drop_one(&dropped);
    };
    let buttons = again.then(|| {
        view! {
            <Button label=t(Key::ComposeSendAgain) on_press=retry />
            <Button label=t(Key::ComposeGiveUp) kind=ButtonKind::Danger on_press=drop_it />
        }
    });
    let sentence = move || Submissions::sentence(&one.state);
    view! {
        <li class="outbox-entry">
            <p class="outbox-subject" dir="auto">{subject}</p>
            <p class="outbox-state">{sentence}</p>
            <div class="outbox-actions">{buttons}</div>
        </li>
    }
}
