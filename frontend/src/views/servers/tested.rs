//! What a test of servers found, step by step, in words.

use leptos::prelude::*;
use postern_shared::check::{Checked, ServerChecked, Spoken, Step, StepKind};
use postern_shared::error::CallError;

use crate::i18n::{Key, error_text, t, text, text_with};
use crate::ui::icon::{Icon, icon};

/// The outcome of a test, once there is one.
#[component]
pub fn Tested(
    outcome: RwSignal<Option<Result<Checked, CallError>>>,
    /// One is on its way.
    trying: RwSignal<bool>,
) -> impl IntoView {
    let said = move || {
        outcome.with(|outcome| match outcome {
            None if trying.get() => text(Key::ServersTrying),
            None => String::new(),
            Some(Ok(Checked { good: true, .. })) => text(Key::ServersGood),
            Some(Ok(_)) => text(Key::ServersBad),
            Some(Err(error)) => error_text(error),
        })
    };
    let servers = move || {
        outcome.with(|outcome| match outcome {
            Some(Ok(checked)) => checked.servers.iter().map(server).collect_view(),
            _ => Vec::new(),
        })
    };
    let bad = move || {
        outcome.with(|outcome| match outcome {
            Some(outcome) => !outcome.as_ref().is_ok_and(|checked| checked.good),
            None => false,
        })
    };
    view! {
        <p class="settings-note" class:settings-problem=bad role="status">{said}</p>
        {servers}
    }
}

fn server(tried: &ServerChecked) -> impl IntoView + use<> {
    let protocol = match tried.protocol {
        Spoken::Imap => "IMAP",
        Spoken::Pop3 => "POP3",
        Spoken::Smtp => "SMTP",
    };
    let name = [protocol, " ", &tried.endpoint].concat();
    let (label, hashed) = (name.clone(), tried.uidl == Some(false));
    view! {
        <ul class="servers-steps" aria-label=label>
            <li><strong>{name}</strong></li>
            {tried.steps.iter().map(step).collect_view()}
            {hashed.then(|| view! { <li>{icon(Icon::Warning)} <span>{t(Key::CollectingHash)}</span></li> })}
        </ul>
    }
}

fn step(tried: &Step) -> impl IntoView + use<> {
    let what = text(match tried.kind {
        StepKind::Resolve => Key::ServersStepResolve,
        StepKind::Connect => Key::ServersStepConnect,
        StepKind::Tls => Key::ServersStepTls,
        StepKind::Greeting => Key::ServersStepGreeting,
        StepKind::Capabilities => Key::ServersStepCapabilities,
        StepKind::SignIn => Key::ServersStepSignIn,
        StepKind::Uidl => Key::ServersStepUidl,
    });
    let said = match &tried.error {
        None => text_with(Key::ServersPassed, &[("step", &what)]),
        Some(error) => {
            let reason = error_text(error);
            text_with(Key::ServersFailed, &[("step", &what), ("reason", &reason)])
        }
    };
    // What the server said to a failure is in the reason already.
    let quoted = tried.error.as_ref().is_some_and(|error| error.text == tried.seen);
    let seen = (!tried.seen.is_empty() && !quoted).then(|| tried.seen.clone());
    let shape = if tried.error.is_some() { Icon::Close } else { Icon::Check };
    view! {
        <li class:is-failed=tried.error.is_some()>
            {icon(shape)}
            <span>
                {said} " "
                {seen.map(|seen| view! { <bdi class="settings-note">{seen}</bdi> })}
            </span>
        </li>
    }
}
