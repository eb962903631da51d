//! The composer: one non-modal dialog a draft, a whole page each on a phone.

mod fields;
mod kept;
mod recipients;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use crate::i18n::{Key, t, text, text_with};
use crate::routes::Route;
use crate::state::drafts::answer::Kind;
use crate::state::drafts::{Composing, DraftSignal, Unready};
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::icon::Icon;

use fields::{Body, Files, Identity, Subject};
use kept::Kept;
use recipients::{Field, Recipients};

/// Every open draft.
#[component]
pub fn Composers() -> impl IntoView {
    let stores = stores();
    let open = stores.drafts.open();
    let draft = move |id: u32| {
        let draft = untrack(|| stores.drafts.get(id));
        draft.map(|draft| view! { <Composer id draft /> })
    };
    view! {
        <div class="composers">
            <For each=move || open.get() key=|id| *id children=draft />
        </div>
    }
}

/// What is being written, shared by the parts of one composer.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    id: u32,
    draft: RwSignal<Composing>,
}

impl Desk {
    fn edit(self, change: impl FnOnce(&mut Composing)) {
        stores().drafts.edit(self.id, change);
    }
}

#[component]
fn Composer(id: u32, draft: DraftSignal) -> impl IntoView {
    let stores = stores();
    let desk = Desk { id, draft: RwSignal::from(draft) };
    let node = NodeRef::<html::Dialog>::new();
    let folded = RwSignal::new(false);
    let problem = RwSignal::new(String::new());
    let title = Memo::new(move |_| desk.draft.with(title));
    show(node, desk);
    Effect::new(move |_| {
        desk.draft.track();
        problem.set(String::new());
    });
    let send = move || {
        commit_typed(node);
        match stores.send_draft(id, None) {
            Ok(()) => stores.leave_draft(id),
            Err(unready) => {
                folded.set(false);
                problem.set(sentence(&unready));
            }
        }
    };
    let discard = move || {
        stores.drafts.discard(id);
        stores.leave_draft(id);
    };
    let shut = move || {
        commit_typed(node);
        stores.drafts.shut(id);
        stores.leave_draft(id);
    };
    let key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            send();
        }
        "Escape" if !event.default_prevented() => {
            event.prevent_default();
            folded.set(true);
        }
        _ => {}
    };
    // On a phone only the draft that the address names fills the page.
    let in_front = move || stores.location.route() == Route::Compose(id.to_string());
    view! {
        <dialog
            node_ref=node
            class="composer"
            class:is-folded=folded
            class:is-front=in_front
            aria-label=title
            on:keydown=key
        >
            <div class="composer-header">
                <h2 class="composer-title" dir="auto">{title}</h2>
                <IconButton
                    label=Signal::derive(move || {
                        text(if folded.get() { Key::ComposeRestore } else { Key::ComposeMinimise })
                    })
                    icon=Icon::Minimise
                    on_press=move |()| folded.update(|folded| *folded = !*folded)
                />
                <IconButton
                    label=t(Key::ComposeClose)
                    icon=Icon::Close
                    on_press=move |()| shut()
                />
            </div>
            <div class="composer-fields">
                <Identity desk />
                <Recipients desk field=Field::To />
                <Recipients desk field=Field::Cc />
                <Recipients desk field=Field::Bcc />
                <Subject desk />
            </div>
            <Body desk />
            <Files desk />
            <p class="composer-problem" role="alert">{problem}</p>
            <Kept id />
            <footer class="composer-footer">
                <Button
                    label=t(Key::ComposeSend)
                    icon=Icon::Send
                    kind=ButtonKind::Primary
                    on_press=move |()| send()
                />
                <Button
                    label=t(Key::ComposeDiscard)
                    icon=Icon::Trash
                    kind=ButtonKind::Quiet
                    on_press=move |()| discard()
                />
            </footer>
        </dialog>
    }
}

/// Opens the dialog beside the page, with the focus where writing begins.
fn show(node: NodeRef<html::Dialog>, desk: Desk) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if !dialog.open() {
            dialog.show();
        }
        let answers = desk.draft.with_untracked(|draft| !draft.to.is_empty());
        let selector = if answers { ".composer-text" } else { ".composer-typed" };
        let field = dialog.query_selector(selector).ok().flatten();
        if let Some(field) = field {
            // A field that cannot take the focus leaves it where it is.
            let _ = field.unchecked_into::<HtmlElement>().focus();
        }
    });
}

/// Makes a chip of what still stands in a recipients' field: leaving it does that.
fn commit_typed(node: NodeRef<html::Dialog>) {
    let active = document().active_element();
    let inside = node.get_untracked().is_some_and(|node| node.contains(active.as_deref()));
    if let Some(active) = active.filter(|_| inside) {
        let _ = active.unchecked_into::<HtmlElement>().blur();
    }
}

/// "Reply: Lunch" once there is a subject, else what kind of draft it is.
fn title(draft: &Composing) -> String {
    let bare = draft.subject.trim();
    let subject = bare.split_once(": ").map_or(bare, |(_, subject)| subject);
    let values = [("subject", subject)];
    match draft.kind {
        Kind::New if bare.is_empty() => text(Key::ComposeNew),
        Kind::New => text_with(Key::ComposeNewSubject, &[("subject", bare)]),
        Kind::Reply | Kind::ReplyAll if bare.is_empty() => text(Key::ComposeReply),
        Kind::Reply | Kind::ReplyAll => text_with(Key::ComposeReplySubject, &values),
        Kind::Forward if bare.is_empty() => text(Key::ComposeForward),
        Kind::Forward => text_with(Key::ComposeForwardSubject, &values),
    }
}

fn sentence(unready: &Unready) -> String {
    match unready {
        Unready::NoRecipient => text(Key::ComposeRecipientMissing),
        Unready::NotAnAddress(address) => {
            text_with(Key::ComposeRecipientInvalid, &[("address", address)])
        }
    }
}
