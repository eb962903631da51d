//! A message inside a message, and pages: headers, and the body in a sandboxed frame.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Document, HtmlElement, KeyboardEvent};
use postern_shared::address::Address;
use postern_shared::message::MessageKey;
use postern_shared::part::PartMessage;

use crate::i18n::{Key, full_date, text, text_count, text_with};
use crate::state::drafts::recipients::written;
use crate::state::stores;
use crate::views::message_view::attachments::{Attached, FileList};
use crate::views::message_view::frames::SANDBOX;
use crate::views::message_view::links;

/// A message: who wrote it to whom, what it says, and its own files to be saved.
#[component]
pub fn Letter(key: MessageKey, message: PartMessage, name: String) -> impl IntoView {
    let PartMessage { envelope, body, attachments, dangers, blocked_images } = message;
    let all = |list: &[Address]| list.iter().map(written).collect::<Vec<_>>().join(", ");
    let date = envelope.sent_at.map(|at| full_date(at as f64 * 1000.0)).unwrap_or_default();
    let facts = [
        (Key::MessageFrom, all(&envelope.from)),
        (Key::MessageReplyTo, all(&envelope.reply_to)),
        (Key::MessageTo, all(&envelope.to)),
        (Key::MessageCc, all(&envelope.cc)),
        (Key::MessageDate, date),
    ];
    let fact = |(key, value): (Key, String)| {
        (!value.is_empty()).then(|| view! { <dt>{text(key)}</dt> <dd dir="auto">{value}</dd> })
    };
    let subject = match envelope.subject.trim() {
        "" => text(Key::ListNoSubject),
        subject => subject.to_owned(),
    };
    let images = (blocked_images > 0).then(|| {
        let said = text_count(Key::ViewerImages, blocked_images.into(), &[]);
        view! { <p class="viewer-cut" role="note">{said}</p> }
    });
    let files: Vec<_> = attachments.into_iter().filter(|file| !file.inline).collect();
    let files = (!files.is_empty()).then(|| {
        let attached = Arc::new(Attached { key, files, dangers });
        view! { <div class="message-view-attached"><FileList attached /></div> }
    });
    view! {
        <div class="viewer-letter">
            <h3 class="viewer-subject" dir="auto">{subject}</h3>
            <dl class="card-facts">{facts.map(fact).into_iter().collect_view()}</dl>
            {images}
            <Page body name />
            {files}
        </div>
    }
}

/// A document that was made safe, in a frame in which nothing runs.
#[component]
pub fn Page(body: String, name: String) -> impl IntoView {
    let stores = stores();
    let node = NodeRef::<html::Iframe>::new();
    let src = stores.part_url(&body);
    let loaded = move |_| {
        let Some(frame) = node.get_untracked() else { return };
        if let Some(body) = frame.content_document() {
            links::listen(stores, &body);
            listen(&body, frame.unchecked_into());
        }
    };
    view! {
        <iframe
            node_ref=node
            class="viewer-frame"
            title=move || text_with(Key::ViewerContents, &[("name", &name)])
            sandbox=SANDBOX
            src=src
            on:load=loaded
        ></iframe>
    }
}

/// Escape gives the focus back to the viewer; that goes, listener and all, when the frame does.
fn listen(document: &Document, frame: HtmlElement) {
    let heard = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            let content = frame.closest(".viewer-content").ok().flatten();
            if let Some(content) = content.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                crate::ui::dom::focus(&content);
            }
        }
    });
    // Adding a listener to a live document cannot fail.
    let _ = document.add_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref());
    heard.forget();
}
