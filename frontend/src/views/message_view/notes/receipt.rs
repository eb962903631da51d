//! The receipt that a message asks for: sent by choice only, and said where it would go astray.

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::insight::ReceiptRequest;

use super::{About, Note, Tone};
use crate::i18n::{Key, t, text, text_with};
use crate::state::drafts::recipients::written;
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::Icon;

/// What is asked for, and a button for each answer; nothing once it was decided.
#[component]
pub fn Asked(about: Arc<About>) -> impl IntoView {
    let stores = stores();
    let request = about.insight.receipt.clone();
    let key = about.key.clone();
    let open = Memo::new(move |_| stores.asks_for_receipt(&key));
    move || {
        let request = request.as_ref().filter(|_| open.get())?;
        let (tone, said) = said(request, about.insight.list.is_some());
        let (key, subject) = (about.key.clone(), about.subject.clone());
        let ignored = key.clone();
        let send = move |()| stores.answer_receipt(key.clone(), Some(&subject));
        let ignore = move |()| stores.answer_receipt(ignored.clone(), None);
        Some(view! {
            <Note tone shape=Icon::Mail said>
                <Button label=t(Key::MessageReceiptSend) kind=ButtonKind::Quiet on_press=send />
                <Button label=t(Key::MessageReceiptIgnore) kind=ButtonKind::Quiet on_press=ignore />
            </Note>
        })
    }
}

fn said(request: &ReceiptRequest, listed: bool) -> (Tone, String) {
    let to = written(&request.to);
    let values = [("address", to.as_str())];
    match (request.elsewhere, listed) {
        (_, true) => (Tone::Caution, text_with(Key::MessageReceiptList, &values)),
        (true, false) => (Tone::Caution, text_with(Key::MessageReceiptElsewhere, &values)),
        (false, false) => (Tone::Plain, text(Key::MessageReceiptAsked)),
    }
}
