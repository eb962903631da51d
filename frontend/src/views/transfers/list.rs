//! How each transfer of the last day goes.

use leptos::prelude::*;
use postern_shared::transfer::{Stage, Transfer, TransferId};
use postern_shared::upload::UploadId;

use crate::i18n::{Key, t, text, text_with};
use crate::state::stores;
use crate::state::transfers::{Coming, all, coming, get, over, said};
use crate::state::uploads::{self, End, Phase};
use crate::ui::button::IconButton;
use crate::ui::icon::Icon;

/// The transfers, files on their way first; nothing where there are none.
#[component]
pub fn Transfers() -> impl IntoView {
    let files = Memo::new(|_| coming());
    let ids = Memo::new(|_| all().into_iter().map(|one| one.id).collect::<Vec<_>>());
    let some = move || files.with(|files| !files.is_empty()) || ids.with(|ids| !ids.is_empty());
    let file = |one: Coming| view! { <File one /> };
    let entry = |id: TransferId| view! { <Entry id /> };
    move || {
        some().then(|| {
            view! {
                <ul class="transfers-list" role="list" aria-label=t(Key::TransferList)>
                    {move || files.get().into_iter().map(file).collect_view()}
                    {move || ids.get().into_iter().map(entry).collect_view()}
                </ul>
            }
        })
    }
}

/// A file that is being uploaded.
#[component]
fn File(one: Coming) -> impl IntoView {
    let stores = stores();
    let Coming { upload: id, name, .. } = one;
    let own = id.clone();
    let upload = Memo::new(move |_| uploads::get(&own));
    let state = move || match upload.with(|one| one.as_ref().map(|one| one.phase)) {
        Some(Phase::Resting) => text(Key::ComposeUploadResting),
        Some(Phase::Ended(End::Lost)) => text(Key::ComposeUploadLost),
        Some(Phase::Ended(End::TooLarge)) => text(Key::ComposeUploadLimit),
        Some(Phase::Ended(End::Full)) => text(Key::ErrorOverQuota),
        Some(Phase::Ended(End::Refused)) => text(Key::ComposeUploadRefused),
        _ => String::new(),
    };
    let share = move || {
        upload.with(|one| one.as_ref().map(|one| (one.offset.to_string(), one.size.max(1))))
    };
    let label = text_with(Key::ComposeUploading, &[("name", &name)]);
    let stop = text_with(Key::TransferStop, &[("name", &name)]);
    let end = move |id: UploadId| stores.drop_import(&id);
    view! {
        <li class="transfers-entry">
            <div>
                <strong dir="auto">{name}</strong>
                <progress
                    aria-label=label
                    max=move || share().map(|(_, size)| size.to_string())
                    prop:value=move || share().map(|(offset, _)| offset)
                ></progress>
                <p class="settings-problem">{state}</p>
            </div>
            <IconButton
                label=Signal::stored(stop)
                icon=Icon::Close
                on_press=move |()| end(id.clone())
            />
        </li>
    }
}

#[component]
fn Entry(id: TransferId) -> impl IntoView {
    let stores = stores();
    let own = id.clone();
    let now = Memo::new(move |_| get(&own));
    let name = now.with_untracked(|now| now.as_ref().map(|now| now.name.clone()));
    let name = name.unwrap_or_default();
    let stop = text_with(Key::TransferStop, &[("name", &name)]);
    let label = name.clone();
    let words = move || now.with(|now| now.as_ref().map(said).unwrap_or_default());
    let running = Memo::new(move |_| now.with(|now| now.as_ref().is_some_and(|now| !over(now))));
    let failed = move || {
        now.with(|now| now.as_ref().is_some_and(|now| matches!(now.stage, Stage::Failed(_))))
    };
    let share = move || {
        let share = |now: &Transfer| {
            (now.total > 0).then(|| (now.done + now.known + now.failed, now.total))
        };
        now.with(|now| now.as_ref().and_then(share))
    };
    view! {
        <li class="transfers-entry">
            <div>
                <strong dir="auto">{name}</strong>
                {move || running.get().then(|| view! {
                    <progress
                        aria-label=label.clone()
                        max=move || share().map(|(_, total)| total.to_string())
                        prop:value=move || share().map(|(done, _)| done.to_string())
                    ></progress>
                })}
                <p class="settings-note" class:settings-problem=failed>{words}</p>
            </div>
            {move || {
                let (id, stop) = (id.clone(), stop.clone());
                running.get().then(|| view! {
                    <IconButton
                        label=Signal::stored(stop)
                        icon=Icon::Close
                        on_press=move |()| stores.stop_transfer(id.clone())
                    />
                })
            }}
        </li>
    }
}
