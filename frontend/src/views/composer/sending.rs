//! A second look before sending: everything that it finds in one quiet dialog.

use leptos::prelude::*;

use super::Desk;
use crate::i18n::{Key, number, t, text, text_with};
use crate::state::drafts::warnings::{Warning, find};
use crate::ui::button::ButtonKind;
use crate::views::pieces::question::Question;

/// What deserves a question before the draft goes.
pub fn second_look(desk: Desk) -> Vec<Warning> {
    let own = untrack(|| desk.stores.accounts.identities());
    let domain = |email: &str| email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    let own: Vec<String> =
        own.iter().filter_map(|(_, identity)| domain(&identity.from.email)).collect();
    desk.draft.with_untracked(|draft| find(draft, &own))
}

/// Asks whether to send it all the same, while `found` holds something.
#[component]
pub fn SecondLook(
    found: RwSignal<Vec<Warning>>,
    #[prop(into)] on_send: Callback<()>,
) -> impl IntoView {
    let open = Signal::derive(move || found.with(|found| !found.is_empty()));
    let back = move |()| found.set(Vec::new());
    let send = move |()| {
        found.set(Vec::new());
        on_send.run(());
    };
    let all = move || {
        let sentences = found.get();
        sentences.iter().map(|warning| view! { <li>{sentence(warning)}</li> }).collect_view()
    };
    view! {
        <Question
            open
            title=t(Key::ComposeLookTitle)
            answers=[Key::ComposeLookBack, Key::ComposeLookSend]
            kind=ButtonKind::Primary
            on_leave=back
            on_agree=send
        >
            <ul class="composer-look">{all}</ul>
        </Question>
    }
}

fn sentence(warning: &Warning) -> String {
    match warning {
        Warning::NoSubject => text(Key::ComposeLookSubject),
        Warning::NoAttachment(word) => text_with(Key::ComposeLookFile, &[("word", word)]),
        Warning::NoDomain(address) => text_with(Key::ComposeLookDomain, &[("address", address)]),
        Warning::Mistyped(address, meant) => {
            text_with(Key::ComposeLookMistyped, &[("address", address), ("domain", meant)])
        }
        Warning::Many(count) => {
            text_with(Key::ComposeLookMany, &[("count", &number(*count as u64))])
        }
        Warning::HiddenList(address) => text_with(Key::ComposeLookList, &[("address", address)]),
    }
}
