//! The other fields of a draft: From, subject and text.

use leptos::ev;
use leptos::prelude::*;

use super::Desk;
use crate::i18n::{Key, t};
use crate::state::drafts::recipients::written;
use crate::state::stores;

/// Whom the mail is from, where there is a choice.
#[component]
pub fn Identity(desk: Desk) -> impl IntoView {
    let stores = stores();
    // An answer stays with the account that its original lies in.
    let account = desk.draft.with_untracked(|draft| draft.account.clone());
    let bound = desk
        .draft
        .with_untracked(|draft| !matches!(draft.origin, postern_shared::draft::Origin::New));
    let choices = Memo::new(move |_| {
        let all = stores.accounts.identities();
        let fitting = all.into_iter().filter(|(of, _)| !bound || *of == account);
        fitting.collect::<Vec<_>>()
    });
    // Said also where an answer leaves no choice: whoever has several should see which one it is.
    let several = Memo::new(move |_| stores.accounts.identities().len() > 1);
    let chosen = move |at: usize| {
        let from = desk.draft.with(|draft| draft.from.clone());
        choices.with(|choices| choices.get(at).is_some_and(|(_, known)| known.from == from))
    };
    let change = move |event: ev::Event| {
        let at: usize = event_target_value(&event).parse().unwrap_or_default();
        let choice = choices.with_untracked(|choices| choices.get(at).cloned());
        if let Some((account, identity)) = choice {
            desk.send_as(account, &identity);
        }
    };
    let options = move || {
        let option = |(at, (_, identity)): (usize, (_, postern_shared::identity::Identity))| {
            view! {
                <option value=at.to_string() prop:selected=move || chosen(at)>
                    {written(&identity.from)}
                </option>
            }
        };
        choices.get().into_iter().enumerate().map(option).collect_view()
    };
    view! {
        {move || {
            several.get().then(|| {
                view! {
                    <div class="composer-row">
                        <span class="composer-label" aria-hidden="true">{t(Key::ComposeFrom)}</span>
                        <select class="composer-from" aria-label=t(Key::ComposeFrom) on:change=change>
                            {options}
                        </select>
                    </div>
                }
            })
        }}
    }
}

/// The subject.
#[component]
pub fn Subject(desk: Desk) -> impl IntoView {
    let value = move || desk.draft.with(|draft| draft.subject.clone());
    let input = move |event| {
        let subject = event_target_value(&event);
        desk.edit(|draft| draft.subject = subject);
    };
    view! {
        <div class="composer-row">
            <span class="composer-label" aria-hidden="true">{t(Key::ComposeSubject)}</span>
            <input
                class="composer-subject"
                type="text"
                dir="auto"
                autocomplete="off"
                aria-label=t(Key::ComposeSubject)
                prop:value=value
                on:input=input
            />
        </div>
    }
}
