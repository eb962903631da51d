//! The composer: one non-modal dialog a draft, a whole page each on a phone.

pub(in crate::views) mod editor;
mod fields;
mod files;
mod footer;
mod kept;
mod recipients;
mod schedule;
mod sending;
mod signing;
mod suggestions;
mod templates;
mod text;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Blob, HtmlElement};

use crate::i18n::{Key, t, text, text_with};
use crate::routes::Route;
use crate::state::attaching::Bytes;
use crate::state::drafts::answer::Kind;
use crate::state::drafts::pictures::Picture;
use crate::state::drafts::{Composing, DraftSignal, Unready};
use crate::state::seen::seen;
use crate::state::uploads::{Standing, standing};
use crate::state::{Stores, stores};
use crate::ui::button::IconButton;
use crate::ui::dom;
use crate::ui::icon::Icon;

use editor::wire::{Order, Pressed};
use editor::{Editor, described};
use fields::{Identity, Subject};
use files::Files;
use footer::{Deeds, Footer};
use kept::Kept;
use recipients::{Dragged, Field, Recipients};
use sending::{SecondLook, second_look};
use text::Text;

/// Every open draft.
#[component]
pub fn Composers() -> impl IntoView {
    let stores = stores();
    let open = stores.drafts.open();
    let draft = move |id: u32| {
        let draft = untrack(|| stores.drafts.get(id));
        draft.map(|draft| view! { <Composer id draft /> })
    };
    let top = move || seen().map(|(top, _)| pixels(top));
    let height = move || seen().map(|(_, height)| pixels(height));
    view! {
        <div class="composers" style:--seen-top=top style:--seen-height=height>
            <For each=move || open.get() key=|id| *id children=draft />
        </div>
    }
}

fn pixels(count: f64) -> String {
    // A screen's measure is far below what fits.
    [&(count.round() as i32).to_string(), "px"].concat()
}

/// What is being written, shared by the parts of one composer.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// Held, because what frames and timers call finds no context.
    stores: Stores,
    id: u32,
    draft: RwSignal<Composing>,
    /// The editor, while it is written as rich text.
    editor: Editor,
    /// The field of plain text.
    plain: NodeRef<html::Textarea>,
    /// Whether the user has changed between rich and plain text here.
    switched: RwSignal<bool>,
    /// The recipient that is being dragged.
    dragged: RwSignal<Option<Dragged>>,
    /// Pictures on their way to the bridge.
    sending: RwSignal<u32>,
}

impl Desk {
    fn new(id: u32, draft: DraftSignal) -> Self {
        Self {
            stores: stores(),
            id,
            draft: RwSignal::from(draft),
            editor: Editor::new(),
            plain: NodeRef::new(),
            switched: RwSignal::new(false),
            dragged: RwSignal::new(None),
            sending: RwSignal::new(0),
        }
    }

    fn edit(self, change: impl FnOnce(&mut Composing)) {
        self.stores.drafts.edit(self.id, change);
    }

    /// Only pictures stand in a text: every other file travels beside it.
    fn attach(self, file: Bytes) {
        self.stores.attach(self.id, vec![file]);
    }

    /// Lets a picture travel along that stands in the text already.
    fn enclose(self, cid: String, file: &Blob) {
        let stores = self.stores;
        let (name, kind) = described(file);
        self.editor.is_shown(&cid);
        self.sending.update(|count| *count += 1);
        let picture = Picture { cid: cid.clone(), name, kind, bytes: file.clone() };
        stores.drafts.enclose(self.id, picture, move |well| {
            self.sending.try_update(|count| *count -= 1);
            if !well {
                self.editor.order(&Order::Lose { cid: &cid });
                stores.toasts.complain(text(Key::ComposePictureFailed));
            }
        });
    }
}

/// A page that becomes as narrow as a phone's keeps showing what is being written.
fn follow_width(id: u32, folded: RwSignal<bool>) {
    let stores = stores();
    let wide = StoredValue::new(!Stores::is_narrow());
    let resized = window_event_listener(ev::resize, move |_| {
        let narrow = Stores::is_narrow();
        let narrowed = narrow && wide.get_value();
        wide.set_value(!narrow);
        let writes = untrack(|| matches!(stores.location.route(), Route::Compose(_)));
        if narrowed && !writes && !folded.get_untracked() {
            stores.show_draft(Some(id));
        }
    });
    on_cleanup(move || resized.remove());
}

#[component]
fn Composer(id: u32, draft: DraftSignal) -> impl IntoView {
    let stores = stores();
    let desk = Desk::new(id, draft);
    let node = NodeRef::<html::Dialog>::new();
    let folded = RwSignal::new(false);
    let problem = RwSignal::new(String::new());
    let title = Memo::new(move |_| desk.draft.with(title));
    show(node, desk);
    follow_width(id, folded);
    Effect::new(move |_| {
        desk.draft.track();
        problem.set(String::new());
    });
    let complain = move |unready: &Unready| {
        folded.set(false);
        problem.set(sentence(unready));
    };
    let waits = RwSignal::new(None);
    let hand_in = move |at| match stores.send_draft(id, at) {
        Ok(()) => stores.leave_draft(id),
        Err(Unready::Uploading) => waits.set(Some(at)),
        Err(unready) => complain(&unready),
    };
    let (doubts, planned) = (RwSignal::new(Vec::new()), StoredValue::new(None));
    // What cannot be sent is said first; what could be better is asked about then.
    let look = move |at| match desk.draft.with_untracked(|draft| draft.ready().map(drop)) {
        Err(unready) => complain(&unready),
        Ok(()) => match second_look(desk) {
            found if found.is_empty() => hand_in(at),
            found => {
                folded.set(false);
                planned.set_value(at);
                doubts.set(found);
            }
        },
    };
    let send = Callback::new(move |at| {
        commit_typed(node);
        desk.editor.settled(desk, move || match desk.sending.get_untracked() {
            0 => look(at),
            _ => waits.set(Some(at)),
        });
    });
    // It goes as soon as its files are there; where one cannot be had, the user is told.
    let standing = Memo::new(move |_| desk.draft.with(|draft| standing(&draft.attachments)));
    Effect::new(move |_| {
        let there = desk.sending.get() == 0 && standing.get() != Standing::Moving;
        if let (Some(at), true) = (waits.get(), there) {
            waits.set(None);
            untrack(|| look(at));
        }
    });
    Effect::new(move |_| match desk.editor.pressed.get() {
        Some(Pressed::Send) => {
            desk.editor.pressed.set(None);
            send.run(None);
        }
        Some(Pressed::Leave) => {
            desk.editor.pressed.set(None);
            leave_editor(node);
        }
        _ => {}
    });
    let discard = Callback::new(move |()| {
        stores.drafts.discard(id);
        stores.leave_draft(id);
    });
    let shut = move || {
        commit_typed(node);
        desk.editor.settled(desk, move || {
            stores.drafts.shut(id);
            stores.leave_draft(id);
        });
    };
    let key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        // A question that is asked has keys of its own.
        _ if dom::closest(&event, ".dialog").is_some() => {}
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            send.run(None);
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
            on:dragover=|event| files::dragged(&event)
            on:drop=move |event| files::dropped(desk, &event)
            on:paste=move |event| files::pasted(desk, &event)
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
            <Text desk />
            <Files desk />
            <p class="composer-problem" role="alert">{problem}</p>
            <Kept id />
            <SecondLook found=doubts on_send=move |()| hand_in(planned.get_value()) />
            <Footer desk deeds=Deeds { send, discard, waits } />
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

/// Escape leads out of the editor, to the head of its composer.
fn leave_editor(node: NodeRef<html::Dialog>) {
    let head = node.get_untracked().and_then(|dialog| dialog.query_selector("button").ok()?);
    if let Some(head) = head {
        // A button of the page takes the focus.
        let _ = head.unchecked_into::<HtmlElement>().focus();
    }
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
        Unready::Uploading => text(Key::ComposeWaits),
        Unready::NotUploaded(name) => text_with(Key::ComposeUploadMissing, &[("name", name)]),
    }
}
