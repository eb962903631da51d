//! Answering an invitation: three buttons, what was answered, and what has changed since.

use leptos::prelude::*;
use postern_shared::address::Address;
use postern_shared::calendar::{Answer, Standing};
use postern_shared::message::MessageKey;

use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::invitations::{Asked, Invitation};
use crate::state::stores;

/// Answers in the order of their buttons: what each button says, what is sent, and what it says.
const ANSWERS: [(Answer, Key, Key, Key); 3] = [
    (
        Answer::Accepted,
        Key::MessageInviteAccept,
        Key::MessageInviteSubjectAccept,
        Key::MessageInviteTextAccept,
    ),
    (
        Answer::Tentative,
        Key::MessageInviteTentative,
        Key::MessageInviteSubjectTentative,
        Key::MessageInviteTextTentative,
    ),
    (
        Answer::Declined,
        Key::MessageInviteDecline,
        Key::MessageInviteSubjectDecline,
        Key::MessageInviteTextDecline,
    ),
];

/// What stands below an event that the user was invited to.
#[component]
pub fn Answering(
    key: MessageKey,
    section: String,
    /// Its UID.
    event: String,
    title: String,
) -> impl IntoView {
    let invitation = Invitation::open(stores().link, (key, section, event));
    let asked = invitation.asked();
    let standing = Memo::new(move |_| asked.with(|asked| asked.standing.clone()));
    let failed = move || asked.with(|asked| asked.failed.clone());
    Effect::new(move |was: Option<bool>| {
        let (sending, failed) =
            asked.with(|asked| (asked.sending.is_some(), asked.failed.is_some()));
        if was == Some(true) && !sending && !failed {
            let said = standing.with_untracked(|standing| standing.as_ref().and_then(said));
            said.into_iter().for_each(|key| stores().toasts.announce(text(key)));
        }
        sending
    });
    move || {
        let standing = standing.get()?;
        let said = said(&standing);
        let title = title.clone();
        let answers = standing.attendee.is_some().then(|| {
            let Address { name, email } = standing.organizer.clone();
            // A name alone could be anybody's.
            let organizer = if name.is_empty() { email } else { format!("{name} <{email}>") };
            let to = move || text_with(Key::MessageInviteTo, &[("organizer", &organizer)]);
            view! {
                <Answers invitation standing title />
                <p class="invitation-to" dir="auto">{to}</p>
            }
        });
        (said.is_some() || answers.is_some()).then(|| {
            view! {
                <div class="invitation" role="group" aria-label=t(Key::MessageInvite)>
                    <p class="invitation-said">{said.map(t)}</p>
                    {answers}
                    {move || failed().map(|error| {
                        let sentence =
                            format!("{} {}", text(Key::MessageInviteFailed), error_text(&error));
                        view! { <p class="invitation-failed" role="alert">{sentence}</p> }
                    })}
                </div>
            }
        })
    }
}

/// What matters most of how it stands.
fn said(standing: &Standing) -> Option<Key> {
    match standing.answer {
        _ if standing.cancelled => Some(Key::MessageInviteCancelled),
        _ if standing.superseded => Some(Key::MessageInviteSuperseded),
        _ if standing.changed => Some(Key::MessageInviteChanged),
        _ if standing.attendee.is_none() => None,
        Answer::Accepted => Some(Key::MessageInviteAccepted),
        Answer::Tentative => Some(Key::MessageInviteMaybe),
        Answer::Declined => Some(Key::MessageInviteDeclined),
        Answer::NeedsAction | Answer::Delegated => None,
    }
}

#[component]
fn Answers(invitation: Invitation, standing: Standing, title: String) -> impl IntoView {
    let asked = invitation.asked();
    let sending = Memo::new(move |_| asked.with(|asked: &Asked| asked.sending));
    let who = standing.attendee.map(|who| who.shown().to_owned()).unwrap_or_default();
    let chosen = (!standing.changed).then_some(standing.answer);
    let event = if title.is_empty() { text(Key::MessageInviteUntitled) } else { title };
    let button = |(answer, label, subject, words): (Answer, Key, Key, Key)| {
        let (event, who) = (event.clone(), who.clone());
        let is_chosen = move || sending.get().or(chosen) == Some(answer);
        let press = move |_| {
            let values = [("event", event.as_str()), ("name", who.as_str())];
            invitation.answer(answer, text_with(subject, &values), text_with(words, &values));
        };
        view! {
            <button
                type="button"
                class="button"
                class:is-primary=is_chosen
                aria-pressed=move || if is_chosen() { "true" } else { "false" }
                aria-disabled=move || sending.get().map(|_| "true")
                on:click=press
            >
                <span class="button-text">{t(label)}</span>
            </button>
        }
    };
    view! { <div class="invitation-answers">{ANSWERS.map(button).into_iter().collect_view()}</div> }
}
