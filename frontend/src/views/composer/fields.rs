//! The other fields of a draft: From, subject, text, and the files that travel along.

use leptos::ev;
use leptos::prelude::*;
use postern_shared::draft::Enclosed;

use super::Desk;
use crate::i18n::{Key, file_size, t, text, text_with};
use crate::state::drafts::recipients::written;
use crate::state::stores;
use crate::ui::icon::{Icon, icon};

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
    let chosen = move |at: usize| {
        let from = desk.draft.with(|draft| draft.from.clone());
        choices.with(|choices| choices.get(at).is_some_and(|(_, known)| known.from == from))
    };
    let change = move |event: ev::Event| {
        let at: usize = event_target_value(&event).parse().unwrap_or_default();
        let choice = choices.with_untracked(|choices| choices.get(at).cloned());
        if let Some((account, identity)) = choice {
            desk.edit(|draft| (draft.account, draft.from) = (account, identity.from));
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
            (choices.with(Vec::len) > 1).then(|| {
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

/// Files that travel along.
#[component]
pub fn Files(desk: Desk) -> impl IntoView {
    let files = Memo::new(move |_| {
        let one = |(at, file): (usize, &Enclosed)| (at, file.clone());
        desk.draft.with(|draft| draft.files().map(one).collect::<Vec<_>>())
    });
    let some = move || files.with(|files| !files.is_empty());
    view! {
        <ul class="composer-files" aria-label=t(Key::MessageAttachments) hidden=move || !some()>
            <For
                each=move || files.get()
                key=|(at, file)| (*at, file.name.clone(), file.size)
                let((at, file))
            >
                <File desk at file />
            </For>
        </ul>
    }
}

#[component]
fn File(desk: Desk, at: usize, file: Enclosed) -> impl IntoView {
    let drafts = stores().drafts;
    let Enclosed { name, size, .. } = file;
    let shown = name.clone();
    let label = move || text_with(Key::ComposeRemove, &[("address", &name)]);
    view! {
        <li class="composer-chip">
            {icon(Icon::Attach)}
            <span class="composer-chip-text" dir="auto">{shown}</span>
            <span class="composer-file-size">{move || file_size(size)}</span>
            <button
                type="button"
                class="composer-chip-remove"
                aria-label=label
                title=move || text(Key::ComposeDropFile)
                on:click=move |_| drafts.drop_attachment(desk.id, at)
            >
                {icon(Icon::Close)}
            </button>
        </li>
    }
}
