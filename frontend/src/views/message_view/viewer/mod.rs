//! The viewer: the files of a message, one at a time, over the page.

mod document;
mod letter;
mod media;
mod opened;
mod picture;

use std::sync::Arc;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlDialogElement, HtmlElement};
use postern_shared::attachment::{Attachment, Look};
use postern_shared::message::MessageKey;

use super::attachments::{Attached, Save, shown_name};
use super::notes::{Note, danger_of};
use crate::i18n::{Key, number, t, text, text_with};
use crate::state::stores;
use crate::state::viewing::beside;
use crate::ui::button::IconButton;
use crate::ui::dom;
use crate::ui::icon::{Icon, icon};

use document::Paged;
use media::{Film, Sound};
use opened::Opened;
use picture::Picture;

/// Where the arrow keys belong to what is shown.
const OWN_ARROWS: &str = "audio,video,iframe,.viewer-scroll.is-zoomed";

/// The file that is looked at, one of those attached; none closes the viewer.
#[component]
pub fn Viewer(attached: Arc<Attached>, at: RwSignal<Option<usize>>) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = dom::unique_id("viewer-name");
    let count = attached.files.len();
    follow(node, at);
    let press = move |event: ev::KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key());
        let towards = match event.key().as_str() {
            "ArrowRight" => Some(true),
            "ArrowLeft" => Some(false),
            _ => None,
        };
        if let Some(right) = towards.filter(|_| plain && dom::closest(&event, OWN_ARROWS).is_none())
        {
            event.prevent_default();
            step(at, count, right != dom::runs_from_right());
        }
    };
    let labelled = heading.clone();
    let file = {
        let attached = attached.clone();
        Memo::new(move |_| at.get().and_then(|at| attached.files.get(at).cloned()))
    };
    let on_leave = Callback::new(move |()| {
        if let Some(dialog) = node.get_untracked() {
            focus_content(&dialog);
        }
    });
    let key = attached.key.clone();
    let content = move |file: Attachment| {
        let danger = attached.danger(&file).map(|danger| {
            let (tone, said) = danger_of(danger, &shown_name(&file));
            view! { <div class="viewer-danger"><Note tone said /></div> }
        });
        view! { {danger} <Content key=attached.key.clone() file on_leave /> }
    };
    view! {
        <dialog
            node_ref=node
            class="viewer"
            aria-labelledby=labelled
            on:keydown=press
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                at.set(None);
            }
        >
            <div class="viewer-panel">
                <Bar key file count heading at />
                <div class="viewer-content" tabindex="-1">
                    // Each file has elements of its own: a frame that stays would not load anew.
                    <For
                        each=move || file.get()
                        key=|file| file.section.clone()
                        children=content
                    />
                </div>
            </div>
        </dialog>
    }
}

/// Opens and closes the dialog, and keeps the focus in it.
fn follow(node: NodeRef<html::Dialog>, at: RwSignal<Option<usize>>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (at.get(), dialog.open()) {
            (Some(_), false) => {
                // Fails only for an element outside the document, which a mounted one is not.
                drop(dialog.show_modal());
                focus_content(&dialog);
            }
            (None, true) => dialog.close(),
            _ => {}
        }
    });
    Effect::new(move |_| {
        at.track();
        // A button that nothing is behind any longer lets the focus go.
        request_animation_frame(move || {
            let inside = dom::focused().is_some_and(|it| {
                it.closest(".viewer").ok().flatten().is_some() && !it.has_attribute("disabled")
            });
            let open = at.try_get_untracked().flatten().is_some();
            if let Some(dialog) = node.try_get_untracked().flatten().filter(|_| open && !inside) {
                focus_content(&dialog);
            }
        });
    });
}

/// What is looked at, and what can be done with it.
#[component]
fn Bar(
    key: MessageKey,
    file: Memo<Option<Attachment>>,
    count: usize,
    heading: String,
    at: RwSignal<Option<usize>>,
) -> impl IntoView {
    let name = move || file.with(|file| file.as_ref().map(shown_name).unwrap_or_default());
    let of = key.clone();
    let forward = move |()| {
        if let Some(file) = file.get_untracked() {
            at.set(None);
            stores().forward_file(&of, &file);
        }
    };
    let save = move || {
        let key = key.clone();
        file.get().map(|file| view! { <Save key file /> })
    };
    view! {
        <div class="viewer-bar">
            <h2 class="viewer-name" id=heading dir="auto">{name}</h2>
            {(count > 1).then(|| view! { <Turning count at /> })}
            {save}
            <IconButton
                label=t(Key::ViewerForward)
                icon=Icon::Forward
                on_press=forward
            />
            <IconButton
                label=t(Key::ShellClose)
                icon=Icon::Close
                on_press=move |()| at.set(None)
            />
        </div>
    }
}

/// The way to the files before and after.
#[component]
fn Turning(count: usize, at: RwSignal<Option<usize>>) -> impl IntoView {
    let index = move || at.get().unwrap_or_default();
    let told = move || {
        let values = [number(index() as u64 + 1), number(count as u64)];
        text_with(Key::ViewerPlace, &[("number", &values[0]), ("total", &values[1])])
    };
    view! {
        <span class="viewer-previous">
            <IconButton
                label=t(Key::ViewerPrevious)
                icon=Icon::ChevronEnd
                disabled=Signal::derive(move || index() == 0)
                on_press=move |()| step(at, count, false)
            />
        </span>
        <span class="viewer-place" aria-live="polite">{told}</span>
        <IconButton
            label=t(Key::ViewerNext)
            icon=Icon::ChevronEnd
            disabled=Signal::derive(move || index() + 1 >= count)
            on_press=move |()| step(at, count, true)
        />
    }
}

/// Goes to the file beside, if there is one.
fn step(at: RwSignal<Option<usize>>, count: usize, forward: bool) {
    at.update(|at| *at = at.map(|now| beside(now, count, forward).unwrap_or(now)));
}

/// A file, as it is shown.
#[component]
fn Content(
    key: MessageKey,
    file: Attachment,
    /// Escape was pressed where the page does not hear it.
    on_leave: Callback<()>,
) -> impl IntoView {
    let url = stores().blob_url(&key, &file.section) + "?inline";
    let name = shown_name(&file);
    match file.look() {
        Look::Picture => view! { <Picture url name /> }.into_any(),
        Look::Sound => view! { <Sound url name /> }.into_any(),
        Look::Film => view! { <Film url name /> }.into_any(),
        Look::Text | Look::Page | Look::Message | Look::Calendar | Look::Contact => {
            view! { <Opened key section=file.section name /> }.into_any()
        }
        Look::Pdf => view! { <Paged url name size=file.size on_leave /> }.into_any(),
        Look::Not => view! { <Unshown said=text(Key::ViewerNone) /> }.into_any(),
    }
}

/// Says why a file is not shown.
#[component]
fn Unshown(said: String) -> impl IntoView {
    view! {
        <div class="viewer-none">
            {icon(Icon::Attach)}
            <p>{said}</p>
        </div>
    }
}

/// The focus starts on what is shown, so that the arrow keys turn to the next.
fn focus_content(dialog: &HtmlDialogElement) {
    let content = dialog.query_selector(".viewer-content").ok().flatten();
    if let Some(content) = content.and_then(|it: Element| it.dyn_into::<HtmlElement>().ok()) {
        dom::focus(&content);
    }
}
