//! One submission in the outbox: to whom, what, where it stands, and what can be done.

use leptos::prelude::*;
use postern_shared::submission::{Refusal, Submission, SubmissionId, SubmissionState};

use super::Desk;
use crate::i18n::{Key, list, t, text, text_with};
use crate::state::submissions::words;
use crate::state::{Stores, stores};
use crate::ui::button::{Button, ButtonKind};

/// What can be done about a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Edit,
    SendNow,
    SendAgain,
    TryAgain,
    Arrived,
    Cancel,
}

/// What can be done, the likeliest first.
fn deeds(state: &SubmissionState) -> &'static [Deed] {
    match state {
        SubmissionState::Held { .. }
        | SubmissionState::Scheduled { .. }
        | SubmissionState::Retrying { .. } => &[Deed::Edit, Deed::SendNow, Deed::Cancel],
        SubmissionState::Failed { .. } => &[Deed::Edit, Deed::TryAgain, Deed::Cancel],
        SubmissionState::Uncertain => &[Deed::Arrived, Deed::SendAgain],
        SubmissionState::Sending | SubmissionState::Sent => &[],
    }
}

fn label(deed: Deed) -> Key {
    match deed {
        Deed::Edit => Key::OutboxEdit,
        Deed::SendNow => Key::OutboxSendNow,
        Deed::SendAgain => Key::OutboxSendAgain,
        Deed::TryAgain => Key::ComposeSendAgain,
        Deed::Arrived => Key::OutboxArrived,
        Deed::Cancel => Key::OutboxCancel,
    }
}

fn perform(stores: Stores, desk: Desk, id: &SubmissionId, deed: Deed) {
    match deed {
        Deed::Edit => stores.edit_submission(id),
        Deed::SendNow | Deed::SendAgain | Deed::TryAgain => {
            stores.actions.retry_submission(id.clone());
        }
        Deed::Arrived => stores.actions.confirm_submission(id.clone()),
        Deed::Cancel => {
            let asked = id.clone();
            stores.cancel_submission(id, move || desk.doubted.set(Some(asked)));
        }
    }
}

/// One entry; it stays in place while its state changes.
#[component]
pub(super) fn Entry(id: SubmissionId, desk: Desk) -> impl IntoView {
    let stores = stores();
    let known = id.clone();
    let one = Memo::new(move |last: Option<&Option<Submission>>| {
        // An entry on its way out keeps its last face.
        stores.submissions.get(&known).or_else(|| last.cloned().flatten())
    });
    let read = move |read: fn(&Submission) -> String| {
        move || one.with(|one| one.as_ref().map(read).unwrap_or_default())
    };
    let (own, here) = (id.clone(), id.clone());
    let first = move || {
        stores.submissions.all().with(|all| all.first().is_some_and(|first| first.id == own))
    };
    let stop = move || desk.cursor.with(|cursor| cursor.as_ref().map(|cursor| *cursor == here));
    let at_cursor = move || stop().unwrap_or_else(&first);
    let entered = id.clone();
    view! {
        <li
            class="outbox-entry"
            class:is-refused=move || one.with(|one| one.as_ref().is_some_and(refused))
            class:is-doubtful=move || one.with(|one| one.as_ref().is_some_and(doubtful))
            tabindex=move || if at_cursor() { "0" } else { "-1" }
            aria-label=read(name)
            on:focusin=move |_| desk.cursor.set(Some(entered.clone()))
        >
            <p class="outbox-people" dir="auto">{read(people)}</p>
            <p class="outbox-subject" dir="auto">{read(subject)}</p>
            {move || one.get().map(|one| view! { <Standing one /> })}
            <Deeds id one desk />
        </li>
    }
}

/// Where it stands; of one that was refused, each refusal and who has it all the same.
#[component]
fn Standing(one: Submission) -> impl IntoView {
    let accepted = words::accepted(&one);
    let accepted = (!accepted.is_empty()).then(|| {
        let said = move || text_with(Key::OutboxAccepted, &[("names", &list(&accepted))]);
        view! { <p class="outbox-quote" dir="auto">{said}</p> }
    });
    let lines: Vec<(String, Option<String>)> = match &one.state {
        SubmissionState::Failed { refused, .. } => refused.iter().map(line).collect(),
        SubmissionState::Retrying { cause, reason, .. } => {
            vec![(words::sentence(&one.state), words::quoted(*cause, 0, reason))]
        }
        state => vec![(words::sentence(state), None)],
    };
    let shown = |(said, quoted): (String, Option<String>)| {
        let quoted = quoted.map(|words| {
            view! { <p class="outbox-quote"><q dir="auto">{words}</q></p> }
        });
        view! { <p class="outbox-state" dir="auto">{said}</p> {quoted} }
    };
    view! { {lines.into_iter().map(shown).collect_view()} {accepted} }
}

fn line(refusal: &Refusal) -> (String, Option<String>) {
    let quoted = words::quoted(refusal.cause, refusal.code, &refusal.text);
    (words::refusal(refusal), quoted)
}

#[component]
fn Deeds(id: SubmissionId, one: Memo<Option<Submission>>, desk: Desk) -> impl IntoView {
    let stores = stores();
    let offered = Memo::new(move |_| {
        one.with(|one| one.as_ref().map(|one| deeds(&one.state)).unwrap_or_default())
    });
    let button = move |deed: Deed| {
        let (id, kind) = (id.clone(), kind(deed));
        let press = move |()| perform(stores, desk, &id, deed);
        view! { <Button label=t(label(deed)) kind on_press=press /> }
    };
    let buttons = move || offered.get().iter().map(|deed| button.clone()(*deed)).collect_view();
    view! { <div class="outbox-actions">{buttons}</div> }
}

fn kind(deed: Deed) -> ButtonKind {
    if deed == Deed::Cancel { ButtonKind::Quiet } else { ButtonKind::Plain }
}

fn refused(one: &Submission) -> bool {
    matches!(one.state, SubmissionState::Failed { .. })
}

fn doubtful(one: &Submission) -> bool {
    matches!(one.state, SubmissionState::Uncertain | SubmissionState::Retrying { .. })
}

fn people(one: &Submission) -> String {
    text_with(Key::ListTo, &[("names", &list(&one.recipients))])
}

fn subject(one: &Submission) -> String {
    match one.subject.trim() {
        "" => text(Key::ListNoSubject),
        subject => subject.to_owned(),
    }
}

fn name(one: &Submission) -> String {
    [subject(one), people(one), words::sentence(&one.state)].join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_done_about_what_is_being_handed_over() {
        assert_eq!(deeds(&SubmissionState::Sending), []);
    }

    #[test]
    fn what_may_have_arrived_is_settled_and_never_edited() {
        assert_eq!(deeds(&SubmissionState::Uncertain), [Deed::Arrived, Deed::SendAgain]);
    }
}
