//! Files that travel along: chosen, dropped or pasted, each with how far its upload is.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{ClipboardEvent, DragEvent, HtmlInputElement};
use postern_shared::draft::Enclosed;
use postern_shared::upload::UploadId;

use super::Desk;
use crate::i18n::{Key, file_size, t, text, text_with};
use crate::state::attaching::Bytes;
use crate::state::stores;
use crate::state::uploads::{self, End, Phase, Upload};
use crate::ui::button::Button;
use crate::ui::icon::{Icon, icon};

/// The list of files; it takes their uploads up, and lets them rest when the draft is closed.
#[component]
pub fn Files(desk: Desk) -> impl IntoView {
    let stores = stores();
    let files = Memo::new(move |_| {
        let one = |(at, file): (usize, &Enclosed)| (at, file.clone());
        desk.draft.with(|draft| draft.files().map(one).collect::<Vec<_>>())
    });
    let all = move || desk.draft.with(|draft| draft.attachments.clone());
    Effect::new(move |_| {
        let all = all();
        untrack(|| stores.adopt_uploads(&all));
    });
    let account = Memo::new(move |_| desk.draft.with(|draft| draft.account.clone()));
    Effect::new(move |_| stores.learn_sizes(account.get()));
    let last = StoredValue::new(Vec::new());
    Effect::new(move |_| last.set_value(all()));
    on_cleanup(move || {
        last.try_with_value(|files| stores.rest_uploads(files));
    });
    let some = move || files.with(|files| !files.is_empty());
    view! {
        <ul class="composer-files" aria-label=t(Key::MessageAttachments) hidden=move || !some()>
            <For
                each=move || files.get()
                key=|(at, file)| (*at, file.name.clone(), file.size)
                let((at, file))
            >
                <File desk at file />
            </For>
        </ul>
    }
}

#[component]
fn File(desk: Desk, at: usize, file: Enclosed) -> impl IntoView {
    let stores = stores();
    let Enclosed { name, size, .. } = file;
    // Its id changes when the bridge is told of it.
    let id = Memo::new(move |_| {
        desk.draft.with(|draft| draft.attachments.get(at).and_then(uploads::upload_of).cloned())
    });
    let upload = Memo::new(move |_| id.get().and_then(|id| uploads::get(&id)));
    let (shown, called) = (name.clone(), name.clone());
    let label = move || text_with(Key::ComposeRemove, &[("address", &called)]);
    let remove = move |_| {
        if let Some(id) = id.get_untracked() {
            stores.drop_upload(&id);
        }
        stores.drafts.drop_attachment(desk.id, at);
    };
    view! {
        <li class="composer-file">
            <div class="composer-chip">
                {icon(Icon::Attach)}
                <span class="composer-chip-text" dir="auto">{shown}</span>
                <span class="composer-file-size">{move || file_size(size)}</span>
                <button
                    type="button"
                    class="composer-chip-remove"
                    aria-label=label
                    title=move || text(Key::ComposeDropFile)
                    on:click=remove
                >
                    {icon(Icon::Close)}
                </button>
            </div>
            <Progress upload name id />
        </li>
    }
}

/// How far an upload is; nothing once it is there.
#[component]
fn Progress(
    upload: Memo<Option<Upload>>,
    name: String,
    id: Memo<Option<UploadId>>,
) -> impl IntoView {
    let phase = Memo::new(move |_| upload.with(|upload| upload.as_ref().map(|one| one.phase)));
    let done = move || upload.with(|one| one.as_ref().map_or(0, |one| one.offset)).to_string();
    let size = upload.with_untracked(|one| one.as_ref().map_or(0, |one| one.size)).max(1);
    let called = StoredValue::new(name);
    let bar = move || {
        let label = move || text_with(Key::ComposeUploading, &[("name", &called.get_value())]);
        view! {
            <progress class="composer-progress" aria-label=label max=size.to_string() value=done>
            </progress>
        }
    };
    let ended = move |said: Key| view! { <p class="composer-file-note is-wrong">{t(said)}</p> };
    move || match phase.get()? {
        Phase::Waiting | Phase::Moving => Some(bar().into_any()),
        Phase::Resting => {
            let note = view! { <p class="composer-file-note">{t(Key::ComposeUploadResting)}</p> };
            Some(view! { {bar()} {note} }.into_any())
        }
        Phase::Ended(End::Done) => None,
        Phase::Ended(End::Lost) => {
            Some(view! { {ended(Key::ComposeUploadLost)} <Again id called /> }.into_any())
        }
        Phase::Ended(End::TooLarge) => Some(ended(Key::ComposeUploadLimit).into_any()),
        Phase::Ended(End::Full) => Some(ended(Key::ErrorOverQuota).into_any()),
        Phase::Ended(End::Refused) => Some(ended(Key::ComposeUploadRefused).into_any()),
    }
}

/// Asks for a file again whose bytes are gone.
#[component]
fn Again(id: Memo<Option<UploadId>>, called: StoredValue<String>) -> impl IntoView {
    let stores = stores();
    let take = move |files: Vec<Bytes>| {
        let (Some(id), Some(file)) = (id.get_untracked(), files.into_iter().next()) else { return };
        if !stores.supply_upload(&id, file) {
            let name = called.get_value();
            stores.toasts.complain(text_with(Key::ComposeUploadOther, &[("name", &name)]));
        }
    };
    view! { <Picker label=Key::ComposeUploadAgain several=false take=Callback::new(take) /> }
}

/// The button that lets files be chosen.
#[component]
pub fn Attach(desk: Desk) -> impl IntoView {
    let stores = stores();
    let take = move |files: Vec<Bytes>| stores.attach(desk.id, files);
    view! { <Picker label=Key::ComposeAttach several=true take=Callback::new(take) /> }
}

#[component]
fn Picker(label: Key, several: bool, take: Callback<Vec<Bytes>>) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let choose = move |()| {
        if let Some(input) = node.get_untracked() {
            input.click();
        }
    };
    let chosen = move |event: ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        take.run(Bytes::all(input.files()));
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <input node_ref=node type="file" hidden multiple=several on:change=chosen />
        <Button label=t(label) icon=Icon::Attach on_press=choose />
    }
}

/// Whether files are being dragged, rather than a text.
fn carries_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

/// Files are dragged over the composer: it takes them.
pub fn dragged(event: &DragEvent) {
    if carries_files(event) {
        event.prevent_default();
    }
}

/// Files are dropped on the composer.
pub fn dropped(desk: Desk, event: &DragEvent) {
    if carries_files(event) && !event.default_prevented() {
        event.prevent_default();
        let files = event.data_transfer().and_then(|data| data.files());
        stores().attach(desk.id, Bytes::all(files));
    }
}

/// Files are pasted; a text that comes with a picture of itself stays a text.
pub fn pasted(desk: Desk, event: &ev::Event) {
    let Some(data) = event.unchecked_ref::<ClipboardEvent>().clipboard_data() else { return };
    let texts = data
        .types()
        .iter()
        .any(|kind| kind.as_string().is_some_and(|kind| kind.starts_with("text/")));
    let files = Bytes::all(data.files());
    if !texts && !files.is_empty() && !event.default_prevented() {
        event.prevent_default();
        stores().attach(desk.id, files);
    }
}
