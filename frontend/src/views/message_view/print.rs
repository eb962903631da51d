//! One message on paper: who and when in full, and its whole body, on light paper whatever the page
//! looks like. It is laid out out of sight at the width of paper, printed, and gone.

use leptos::ev::Custom;
use leptos::html;
use leptos::portal::Portal;
use leptos::prelude::*;
use postern_shared::message::MessageKey;

use super::frames::{SANDBOX, body_height, fit};
use super::header::{Details, Summary, subject};
use crate::i18n::{Key, t};
use crate::state::stores;
use crate::ui::placement::px;

/// Prints a message; `on_done` once that is over.
#[component]
pub fn Printed(key: MessageKey, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let stores = stores();
    let url = stores.print_url(&key);
    let summary: Summary = Memo::new(move |_| stores.summary(&key));
    let node = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(0.0);
    let after = window_event_listener(Custom::<leptos::ev::Event>::new("afterprint"), move |_| {
        on_done.run(());
    });
    on_cleanup(move || after.remove());
    let loaded = move |_| {
        let document = node
            .get_untracked()
            .and_then(|frame| Some((frame.content_document()?, frame.client_width())));
        if let Some((document, width)) = document {
            let zoom = fit(&document, width);
            height.set(body_height(&document, zoom));
        }
        // The height counts once it is laid out.
        request_animation_frame(move || request_animation_frame(move || stores.print()));
    };
    let shown = StoredValue::new(url);
    view! {
        <Portal>
            <section class="print" aria-hidden="true">
                <h1 class="print-subject" dir="auto">{move || subject(summary)}</h1>
                <Details summary />
                <iframe
                    node_ref=node
                    class="print-body"
                    title=t(Key::MessagePrint)
                    tabindex="-1"
                    sandbox=SANDBOX
                    src=shown.get_value()
                    style:block-size=move || px(height.get())
                    on:load=loaded
                ></iframe>
            </section>
        </Portal>
    }
}
