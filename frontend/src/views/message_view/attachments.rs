//! The list "Attachments": what can be looked at and downloaded of the open message.

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::attachment::{Attachment, unnamed};
use postern_shared::insight::Danger;
use postern_shared::message::{Message, MessageKey};

use super::notes::insight;
use super::viewer::Viewer;
use crate::i18n::{Key, file_size, t, text, text_with};
use crate::state::stores;
use crate::ui::icon::{Icon, icon};

/// The files of a message; its flags are no part of it, so that a file stays open when they change.
#[derive(Debug, Clone, PartialEq)]
pub struct Attached {
    /// The message.
    pub key: MessageKey,
    /// Its files, in their order.
    pub files: Vec<Attachment>,
    /// Those that are not to be opened lightly, by section.
    pub dangers: Vec<(String, Danger)>,
}

impl Attached {
    fn of(message: &Message) -> Self {
        let files = message.attachments.iter().filter(|file| !file.inline);
        Self {
            key: message.summary.key.clone(),
            files: files.cloned().collect(),
            dangers: insight(message).dangers,
        }
    }

    /// Why a file is not to be opened lightly.
    pub fn danger(&self, file: &Attachment) -> Option<Danger> {
        let found = self.dangers.iter().find(|(section, _)| *section == file.section);
        found.map(|(_, danger)| *danger)
    }
}

/// One line a file, and the viewer that shows them; nothing is fetched before somebody asks.
#[component]
pub fn Attachments(message: Memo<Option<Arc<Message>>>) -> impl IntoView {
    let attached = Memo::new(move |_| {
        message.with(|message| message.as_ref().map(|message| Arc::new(Attached::of(message))))
    });
    let at = RwSignal::new(None::<usize>);
    move || {
        let attached = attached.get().filter(|attached| !attached.files.is_empty())?;
        let all = (attached.files.len() > 1).then(|| attached.key.clone());
        Some(view! {
            <div class="message-view-attached">
                <FileList attached=attached.clone() on_open=move |index| at.set(Some(index)) />
                {all.map(|all| view! { <All key=all /> })}
            </div>
            <Viewer attached at />
        })
    }
}

/// The files by name, with what is to be minded of each.
#[component]
pub fn FileList(
    attached: Arc<Attached>,
    /// A file is to be looked at; without it they are only saved.
    #[prop(optional, into)]
    on_open: Option<Callback<usize>>,
) -> impl IntoView {
    let file = |(index, file): (usize, &Attachment)| {
        let open = on_open.map(|on_open| Callback::new(move |()| on_open.run(index)));
        let (key, danger) = (attached.key.clone(), attached.danger(file));
        view! { <File key file=file.clone() danger open /> }
    };
    let files = attached.files.iter().enumerate().map(file).collect_view();
    view! {
        <ul class="message-view-files" role="list" aria-label=t(Key::MessageAttachments)>{files}</ul>
    }
}

/// All of them in one archive.
#[component]
fn All(key: MessageKey) -> impl IntoView {
    let href = stores().blob_url(&key, "zip");
    view! {
        <a class="message-view-all" href=href download="">
            {icon(Icon::Download)}
            <span>{t(Key::MessageAttachmentsAll)}</span>
        </a>
    }
}

#[component]
fn File(
    key: MessageKey,
    file: Attachment,
    danger: Option<Danger>,
    open: Option<Callback<()>>,
) -> impl IntoView {
    let name = shown_name(&file);
    let told = danger.map(|danger| text(danger_key(danger)));
    // What is read must contain what is seen: name, size and what is to be minded.
    let label = {
        let (name, told, size) = (name.clone(), told.clone(), file.size);
        move || {
            let open = text_with(Key::ViewerOpen, &[("name", &name)]);
            [Some(open), Some(file_size(size)), told.clone()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        }
    };
    let class = match danger {
        Some(Danger::Disguised) => "message-view-file is-danger",
        Some(_) => "message-view-file is-caution",
        None => "message-view-file",
    };
    let size = file.size;
    let seen = view! {
        {icon(if danger.is_some() { Icon::Warning } else { Icon::Attach })}
        <span class="message-view-named">
            <span class="message-view-filename" dir="auto">{name}</span>
            " "
            <span class="message-view-filesize">{move || file_size(size)}</span>
            {told.map(|told| view! { " " <span class="message-view-told">{told}</span> })}
        </span>
    };
    let seen = match open {
        Some(open) => view! {
            <button
                type="button"
                class="message-view-open"
                aria-label=label
                on:click=move |_| open.run(())
            >
                {seen}
            </button>
        }
        .into_any(),
        None => view! { <span class="message-view-open">{seen}</span> }.into_any(),
    };
    view! { <li class=class>{seen} <Save key file /></li> }
}

/// The link that saves a file.
#[component]
pub fn Save(key: MessageKey, file: Attachment) -> impl IntoView {
    let href = stores().blob_url(&key, &file.section);
    let (name, size) = (shown_name(&file), file.size);
    let label = move || {
        let download = text_with(Key::MessageAttachmentDownload, &[("name", &name)]);
        [download, file_size(size)].join(" ")
    };
    view! {
        <a
            class="message-view-save"
            href=href
            download=file.name
            aria-label=label
            data-tooltip=t(Key::MessageAttachmentSave)
        >
            {icon(Icon::Download)}
        </a>
    }
}

/// A file's name; one that the bridge made is told in the user's language.
pub fn shown_name(file: &Attachment) -> String {
    let key = match file.name.as_str() {
        unnamed::DELIVERY => Key::MessageFileDelivery,
        unnamed::RECEIPT => Key::MessageFileReceipt,
        unnamed::COMPLAINT => Key::MessageFileComplaint,
        unnamed::HEADERS => Key::MessageFileHeaders,
        unnamed::PGP_MESSAGE => Key::MessageFileEncrypted,
        unnamed::PGP_VERSION => Key::MessageFileVersion,
        unnamed::SMIME_MESSAGE => Key::MessageFileSecured,
        unnamed::PGP_SIGNATURE | unnamed::SMIME_SIGNATURE => Key::MessageFileSignature,
        unnamed::EVENT => Key::MessageFileEvent,
        unnamed::CONTACT => Key::MessageFileContact,
        unnamed::MESSAGE => Key::MessageFileMessage,
        _ => return file.name.clone(),
    };
    let extension = file.name.rsplit_once('.').map(|(_, extension)| extension);
    [text(key), extension.unwrap_or_default().to_owned()].join(".")
}

/// What is to be minded of a file, in a few words.
fn danger_key(danger: Danger) -> Key {
    match danger {
        Danger::Program => Key::MessageDangerProgram,
        Danger::Disguised => Key::MessageDangerDisguised,
        Danger::Macros => Key::MessageDangerMacros,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::learn_rest;

    #[test]
    fn names_that_the_bridge_made_are_told_in_the_users_language() {
        learn_rest();
        let check = |name: &str, expect: &str| {
            let file = Attachment {
                section: "2".into(),
                name: name.into(),
                content_type: "text/plain".into(),
                size: 1,
                inline: false,
            };
            assert_eq!(shown_name(&file), expect);
        };
        check(unnamed::PGP_MESSAGE, "encrypted message.asc");
        check(unnamed::SMIME_SIGNATURE, "signature.p7s");
        check("报告.txt", "报告.txt");
    }
}
