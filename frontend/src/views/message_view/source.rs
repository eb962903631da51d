//! A message as it was sent, as text: all of it, or its headers.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::message::MessageKey;

use crate::i18n::{Key, t, text};
use crate::state::source::Shown;
use crate::state::{Stores, stores};
use crate::ui::button::Button;
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;

/// How far it has come.
#[derive(Clone)]
enum Stage {
    Loading,
    Here(String, bool),
    Failed,
}

/// The text.
#[component]
pub fn Source(key: MessageKey, shown: Shown) -> impl IntoView {
    let stores = stores();
    let stage = RwSignal::new(Stage::Loading);
    let load = {
        let key = key.clone();
        move || load(stores, key.clone(), shown, stage)
    };
    load();
    let retry = Callback::new(move |()| load());
    let download = Callback::new(move |()| stores.download_source(&key));
    move || match stage.get() {
        Stage::Loading => view! { <Skeleton lines=6 /> }.into_any(),
        Stage::Failed => view! {
            <div class="note" role="alert">
                {icon(Icon::Warning)}
                <span class="note-text">{t(Key::MessageFailed)}</span>
                <Button label=t(Key::ShellRetry) on_press=retry />
            </div>
        }
        .into_any(),
        Stage::Here(words, whole) => view! {
            <pre class="source" dir="ltr">{words}</pre>
            {(!whole).then(|| view! {
                <div class="note">
                    <span class="note-text">{text(Key::MessageSourceCut)}</span>
                    <Button label=t(Key::MessageDownload) icon=Icon::Download on_press=download />
                </div>
            })}
        }
        .into_any(),
    }
}

fn load(stores: Stores, key: MessageKey, shown: Shown, stage: RwSignal<Stage>) {
    stage.set(Stage::Loading);
    spawn_local(async move {
        let come = match stores.source(&key, shown).await {
            Some(text) => Stage::Here(text.words, text.whole),
            None => Stage::Failed,
        };
        // The dialog may be closed by now.
        let _ = stage.try_set(come);
    });
}

/// What it is called.
pub fn title(shown: Shown) -> Key {
    match shown {
        Shown::All => Key::MessageSource,
        Shown::Headers => Key::MessageHeaders,
    }
}
