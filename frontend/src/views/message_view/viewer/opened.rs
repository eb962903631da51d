//! What the bridge opens: words, pages, messages, events and people.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::message::MessageKey;
use postern_shared::part::PartContent;

use super::Unshown;
use super::letter::{Letter, Page};
use crate::i18n::{Key, error_text, t, text};
use crate::state::{Stores, stores};
use crate::ui::button::Button;
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::views::message_view::cards::CardList;

/// A part, once it is here.
#[component]
pub fn Opened(key: MessageKey, section: String, name: String) -> impl IntoView {
    let stores = stores();
    let stage = RwSignal::new(None::<Result<PartContent, CallError>>);
    let of = key.clone();
    let load = move || load(stores, (of.clone(), section.clone()), stage);
    load();
    let retry = Callback::new(move |()| load());
    move || match stage.get() {
        None => view! { <div class="viewer-page"><Skeleton lines=8 /></div> }.into_any(),
        Some(Err(error)) => view! { <Failed error on_retry=retry /> }.into_any(),
        Some(Ok(content)) => draw(content, key.clone(), name.clone()),
    }
}

fn draw(content: PartContent, key: MessageKey, name: String) -> AnyView {
    match content {
        PartContent::Text { text, whole, .. } => view! { <Words words=text whole /> }.into_any(),
        PartContent::Page(body) => view! { <Page body name /> }.into_any(),
        PartContent::Message(message) => view! { <Letter key message=*message name /> }.into_any(),
        PartContent::Cards(cards) => view! {
            <div class="viewer-page" tabindex="0"><CardList key cards /></div>
        }
        .into_any(),
    }
}

fn load(
    stores: Stores,
    (key, section): (MessageKey, String),
    stage: RwSignal<Option<Result<PartContent, CallError>>>,
) {
    stage.set(None);
    spawn_local(async move {
        let come = stores.open_part(key, section).await;
        // The viewer may show another file by now.
        let _ = stage.try_set(Some(come));
    });
}

#[component]
fn Words(words: String, whole: bool) -> impl IntoView {
    if words.trim().is_empty() {
        return view! { <Unshown said=text(Key::ViewerEmpty) /> }.into_any();
    }
    view! {
        {(!whole).then(|| view! { <p class="viewer-cut" role="note">{t(Key::ViewerCut)}</p> })}
        <pre class="viewer-words" dir="auto" tabindex="0">{words}</pre>
    }
    .into_any()
}

#[component]
fn Failed(error: CallError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    if error.code == ErrorCode::Limit {
        return view! { <Unshown said=text(Key::ViewerLarge) /> }.into_any();
    }
    let said = [text(Key::ViewerFailed), error_text(&error)].join(" ");
    view! {
        <div class="viewer-none" role="alert">
            {icon(Icon::Warning)}
            <p>{said}</p>
            <Button label=t(Key::ShellRetry) on_press=on_retry />
        </div>
    }
    .into_any()
}
