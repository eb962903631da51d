//! Whose remote images are shown without asking, and taking that back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::error::CallError;

use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::{Stores, stores};
use crate::ui::button::{Button, ButtonKind};

/// The senders, each with a way to forget it.
#[component]
pub fn ImageSenders() -> impl IntoView {
    let stores = stores();
    let all = RwSignal::new(None::<Result<Vec<String>, CallError>>);
    load(stores, all);
    let list = move || match all.get() {
        None => view! { <p class="settings-note">{t(Key::ShellLoading)}</p> }.into_any(),
        Some(Err(error)) => view! {
            <p class="settings-note" role="alert">{error_text(&error)}</p>
            <div>
                <Button label=t(Key::ShellRetry) on_press=move |()| load(stores, all) />
            </div>
        }
        .into_any(),
        Some(Ok(senders)) if senders.is_empty() => {
            view! { <p class="settings-note">{t(Key::SettingsImagesNone)}</p> }.into_any()
        }
        Some(Ok(senders)) => view! {
            <p class="settings-note">{t(Key::SettingsImagesHint)}</p>
            <ul class="settings-senders" role="list" aria-label=t(Key::SettingsImages)>
                {senders.into_iter().map(|sender| view! { <Sender sender all /> }).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! {
        <section class="settings-section" aria-label=t(Key::SettingsImages)>
            <h3 class="settings-subtitle">{t(Key::SettingsImages)}</h3>
            {list}
        </section>
    }
}

#[component]
fn Sender(sender: String, all: RwSignal<Option<Result<Vec<String>, CallError>>>) -> impl IntoView {
    let stores = stores();
    let shown = match sender.as_str() {
        "" => text(Key::SettingsImagesEverybody),
        sender => sender.to_owned(),
    };
    let label = text_with(Key::SettingsImagesRemove, &[("sender", &shown)]);
    let forget = move |()| {
        let sender = Some(sender.clone()).filter(|sender| !sender.is_empty());
        spawn_local(async move {
            if let Err(error) = stores.messages.allow_images(vec![sender], false).await {
                let reason = error_text(&error);
                stores.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
            }
            load(stores, all);
        });
    };
    view! {
        <li>
            <span dir="auto">{shown}</span>
            <Button label=Signal::stored(label) kind=ButtonKind::Quiet on_press=forget />
        </li>
    }
}

fn load(stores: Stores, all: RwSignal<Option<Result<Vec<String>, CallError>>>) {
    spawn_local(async move {
        let come = stores.image_senders().await;
        // The settings may be closed by now.
        let _ = all.try_set(Some(come));
    });
}
