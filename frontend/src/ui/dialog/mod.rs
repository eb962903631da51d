//! A dialog on the native element: modal with a backdrop, or floating beside the page.

use super::{button::IconButton, dom, icon::Icon};
use leptos::prelude::*;
use leptos::{ev, html};

/// Whether the page behind the dialog rests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogKind {
    #[default]
    Modal,
    Floating,
}

/// A titled dialog; the focus goes back to where it was when the dialog closes.
#[component]
pub fn Dialog(
    open: Signal<bool>,
    /// Escape, the backdrop or the close button was used.
    #[prop(into)]
    on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] close_label: Signal<String>,
    #[prop(optional)] kind: DialogKind,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = dom::unique_id("dialog-title");
    let labelled = heading.clone();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open(), kind) {
            // Showing fails only for an element outside the document, which a mounted one is not.
            (true, false, DialogKind::Modal) => drop(dialog.show_modal()),
            (true, false, DialogKind::Floating) => dialog.show(),
            (false, true, _) => dialog.close(),
            _ => {}
        }
    });
    let cancel = move |event: ev::Event| {
        event.prevent_default();
        on_close.run(());
    };
    let key = move |event: ev::KeyboardEvent| {
        // The browser cancels modal dialogs by itself.
        if kind == DialogKind::Floating && event.key() == "Escape" && !event.default_prevented() {
            event.stop_propagation();
            on_close.run(());
        }
    };
    let press = move |event: ev::MouseEvent| {
        // Outside the panel lies only the dialog's own box, which is the backdrop.
        if kind == DialogKind::Modal && dom::closest(&event, ".dialog-panel").is_none() {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:is-floating=kind == DialogKind::Floating
            aria-labelledby=labelled
            on:cancel=cancel
            on:keydown=key
            on:mousedown=press
        >
            <div class="dialog-panel">
                <header class="dialog-header">
                    <h2 class="dialog-title" id=heading>{title}</h2>
                    <IconButton label=close_label icon=Icon::Close on_press=on_close />
                </header>
                <div class="dialog-body">{move || open.get().then(|| children())}</div>
            </div>
        </dialog>
    }
}
