//! The page "Templates": texts that are written again and again.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::template::Template;

use super::removal::Removal;
use super::rich_field::{Rich, RichField};
use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::{Stores, stores};
use crate::ui::button::{Button, IconButton, SubmitButton};
use crate::ui::field::TextField;
use crate::ui::icon::Icon;

type All = RwSignal<Option<Result<Vec<Template>, CallError>>>;

/// The page.
#[component]
pub fn Templates() -> impl IntoView {
    let stores = stores();
    let all: All = RwSignal::new(None);
    let edited = RwSignal::new(None::<Template>);
    load(stores, all);
    let done = move |()| {
        load(stores, all);
        edited.set(None);
    };
    let list = move || {
        match all.get() {
        None => view! { <p class="settings-note">{t(Key::ShellLoading)}</p> }.into_any(),
        Some(Err(error)) => view! {
            <p class="settings-note" role="alert">{error_text(&error)}</p>
            <div><Button label=t(Key::ShellRetry) on_press=move |()| load(stores, all) /></div>
        }
        .into_any(),
        Some(Ok(known)) if known.is_empty() => {
            view! { <p class="settings-note">{t(Key::SettingsTemplatesEmpty)}</p> }.into_any()
        }
        Some(Ok(known)) => view! {
            <ul class="settings-list" role="list" aria-label=t(Key::SettingsTemplates)>
                {known.into_iter().map(|one| view! { <Card template=one edited all /> }).collect_view()}
            </ul>
        }
        .into_any(),
    }
    };
    let add = move |()| edited.set(Some(Template::default()));
    move || match edited.get() {
        Some(began) => view! { <Form began on_done=done /> }.into_any(),
        None => view! {
            {list}
            <div>
                <Button label=t(Key::SettingsTemplateAdd) icon=Icon::Compose on_press=add />
            </div>
        }
        .into_any(),
    }
}

fn load(stores: Stores, all: All) {
    spawn_local(async move {
        let come = stores.templates().await;
        // The settings may be closed by now.
        let _ = all.try_set(Some(come));
    });
}

#[component]
fn Card(template: Template, edited: RwSignal<Option<Template>>, all: All) -> impl IntoView {
    let stores = stores();
    let named = |key| Signal::stored(text_with(key, &[("name", &template.name)]));
    let (edit, remove) = (named(Key::SettingsTemplateEdit), named(Key::SettingsTemplateRemove));
    let question = named(Key::SettingsTemplateRemoveAsk);
    let asks = RwSignal::new(false);
    let id = template.id.clone();
    let agree = move |()| {
        let id = id.clone();
        spawn_local(async move {
            if let Err(error) = stores.delete_template(id).await {
                let reason = error_text(&error);
                stores.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
            }
            load(stores, all);
        });
    };
    let (name, subject) = (template.name.clone(), template.subject.clone());
    view! {
        <li class="settings-item">
            <div class="settings-item-row">
                <div class="settings-item-face">
                    <strong dir="auto">{name}</strong>
                    <span class="settings-note" dir="auto">{subject}</span>
                </div>
                <span class="settings-item-deeds">
                    <IconButton
                        label=edit
                        icon=Icon::Compose
                        on_press=move |()| edited.set(Some(template.clone()))
                    />
                    <IconButton label=remove icon=Icon::Trash on_press=move |()| asks.set(true) />
                </span>
            </div>
            <Removal
                open=asks
                question
                hint=Key::SettingsTemplateRemoveHint
                on_agree=agree
            />
        </li>
    }
}

#[component]
fn Form(began: Template, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let stores = stores();
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let title = match began.id.0.is_empty() {
        true => text(Key::SettingsTemplateNew),
        false => text_with(Key::SettingsTemplateEdit, &[("name", &began.name)]),
    };
    let (name, subject) = (RwSignal::new(began.name), RwSignal::new(began.subject));
    let body = Rich::new(began.html, began.text);
    let id = StoredValue::new(began.id);
    let save = move || {
        let template = Template {
            id: id.get_value(),
            name: name.get_untracked(),
            subject: subject.get_untracked(),
            text: body.text.get_untracked(),
            html: body.html.get_untracked(),
        };
        spawn_local(async move {
            let saved = stores.save_template(template).await;
            let _ = busy.try_set(false);
            let reason = match saved {
                Ok(_) => return on_done.try_run(()).unwrap_or_default(),
                Err(CallError { code: ErrorCode::Invalid, .. }) => {
                    text(Key::SettingsTemplateNameless)
                }
                Err(error) => error_text(&error),
            };
            let _ = problem.try_set(reason);
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            problem.set(String::new());
            body.settled(save);
        }
    };
    view! {
        <form class="settings-form" novalidate aria-label=title on:submit=submit>
            <h3 class="settings-subtitle" dir="auto">{title.clone()}</h3>
            <TextField label=t(Key::SettingsTemplateName) value=name />
            <TextField label=t(Key::ComposeSubject) value=subject />
            <RichField label=t(Key::SettingsTemplateText) field=body />
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds">
                <SubmitButton label=t(Key::SettingsSave) busy />
                <Button label=t(Key::SettingsCancel) on_press=on_done />
            </div>
        </form>
    }
}
