//! The list "Attachments": what can be downloaded of the open message.

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::attachment::Attachment;
use postern_shared::message::{Message, MessageKey};

use crate::i18n::{Key, file_size, t, text_with};
use crate::state::stores;
use crate::ui::icon::{Icon, icon};

/// One link a file; nothing is fetched before somebody asks.
#[component]
pub fn Attachments(message: Memo<Option<Arc<Message>>>) -> impl IntoView {
    let list = move || {
        let message = message.get()?;
        let files: Vec<_> =
            message.attachments.iter().filter(|file| !file.inline).cloned().collect();
        let key = message.summary.key.clone();
        let link = move |file: Attachment| view! { <File key=key.clone() file /> };
        (!files.is_empty()).then(|| {
            let several = files.len() > 1;
            let all = message.summary.key.clone();
            view! {
                <div class="message-view-attached">
                    <ul class="message-view-files" role="list" aria-label=t(Key::MessageAttachments)>
                        {files.into_iter().map(link).collect_view()}
                    </ul>
                    {several.then(|| view! { <All key=all /> })}
                </div>
            }
        })
    };
    view! { {list} }
}

/// All of them in one archive.
#[component]
fn All(key: MessageKey) -> impl IntoView {
    let href = stores().blob_url(&key, "zip");
    view! {
        <a class="message-view-file" href=href download="">
            {icon(Icon::Download)}
            <span>{t(Key::MessageAttachmentsAll)}</span>
        </a>
    }
}

#[component]
fn File(key: MessageKey, file: Attachment) -> impl IntoView {
    let href = stores().blob_url(&key, &file.section);
    let Attachment { name, size, .. } = file;
    let (shown, saved) = (name.clone(), name.clone());
    // What is read must contain what is seen: name and size.
    let label = move || {
        let download = text_with(Key::MessageAttachmentDownload, &[("name", &name)]);
        format!("{download} {}", file_size(size))
    };
    view! {
        <li>
            <a
                class="message-view-file"
                href=href
                download=saved
                aria-label=label
            >
                {icon(Icon::Attach)}
                <span class="message-view-filename" dir="auto">{shown}</span>
                " "
                <span class="message-view-filesize">{move || file_size(size)}</span>
                {icon(Icon::Download)}
            </a>
        </li>
    }
}
