//! A modal dialog on the native element.

use super::{button::IconButton, dom, icon::Icon};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlDialogElement, HtmlElement};
use leptos::{ev, html};

/// A titled dialog; the focus goes back to where it was when the dialog closes.
#[component]
pub fn Dialog(
    open: Signal<bool>,
    /// Escape, the backdrop or the close button was used.
    #[prop(into)]
    on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] close_label: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = dom::unique_id("dialog-title");
    let labelled = heading.clone();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // Fails only for an element outside the document, which a mounted one is not.
                drop(dialog.show_modal());
                focus_content(dialog);
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let cancel = move |event: ev::Event| {
        event.prevent_default();
        on_close.run(());
    };
    let press = move |event: ev::MouseEvent| {
        // Outside the panel lies only the dialog's own box, which is the backdrop.
        if dom::closest(&event, ".dialog-panel").is_none() {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            aria-labelledby=labelled
            on:cancel=cancel
            on:mousedown=press
        >
            <div class="dialog-panel">
                <div class="dialog-header">
                    <h2 class="dialog-title" id=heading>{title}</h2>
                    <IconButton label=close_label icon=Icon::Close on_press=on_close />
                </div>
                // Where it scrolls, keys must be able to scroll it.
                <div class="dialog-body" tabindex="0">{move || open.get().then(|| children())}</div>
            </div>
        </dialog>
    }
}

/// The focus starts on what the dialog is for, not on its close button.
fn focus_content(dialog: HtmlDialogElement) {
    request_animation_frame(move || {
        let content = dialog.query_selector(".dialog-body").ok().flatten();
        let content = content.and_then(|content| content.dyn_into::<HtmlElement>().ok());
        let Some(content) = content else { return };
        dom::focus(dom::all(&content, dom::FOCUSABLE).first().unwrap_or(&content));
    });
}
