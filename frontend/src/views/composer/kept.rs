//! How a draft is kept, in a line; and what is asked where another device wrote on it too.

use leptos::prelude::*;

use crate::i18n::{Key, t, text, text_with};
use crate::state::drafts::Said;
use crate::state::stores;
use crate::state::uploads::{Standing, standing};
use crate::ui::button::{Button, ButtonKind};

/// The line.
#[component]
pub fn Kept(id: u32) -> impl IntoView {
    let stores = stores();
    let said = stores.drafts.said(id);
    let draft = untrack(|| stores.drafts.get(id));
    let files = Memo::new(move |_| {
        draft.as_ref().is_none_or(|it| it.with(|it| standing(&it.attachments) == Standing::Ready))
    });
    let line = move || match said.get() {
        Said::Nothing | Said::Changed(_) | Said::Gone => String::new(),
        Said::Device => text(Key::ComposeKeptDevice),
        Said::Saved if !files.get() => text(Key::ComposeKeptWithout),
        Said::Saved => text(Key::ComposeKept),
        Said::NotSaved(reason) => text_with(Key::ComposeKeptNot, &[("reason", &reason)]),
    };
    let troubled = Memo::new(move |_| matches!(said.get(), Said::NotSaved(_)));
    let elsewhere = Memo::new(move |_| match said.get() {
        Said::Changed(_) => Some(true),
        Said::Gone => Some(false),
        _ => None,
    });
    view! {
        {move || elsewhere.get().map(|changed| view! { <Elsewhere id changed /> })}
        <p class="composer-kept" class:is-troubled=troubled>{line}</p>
    }
}

/// Another device changed the draft, or it is there no longer.
#[component]
fn Elsewhere(id: u32, changed: bool) -> impl IntoView {
    let stores = stores();
    let said = if changed { Key::ComposeKeptChanged } else { Key::ComposeKeptGone };
    let take = move |()| {
        stores.drafts.take_theirs(id, move |fresh| {
            stores.leave_draft(id);
            stores.show_draft(Some(fresh));
        });
    };
    view! {
        <div class="composer-elsewhere" role="alert">
            <p>{t(said)}</p>
            <div class="composer-elsewhere-choices">
                <Button
                    label=t(Key::ComposeKeepMine)
                    kind=ButtonKind::Quiet
                    on_press=move |()| stores.drafts.keep_mine(id)
                />
                {changed.then(|| view! {
                    <Button label=t(Key::ComposeTakeTheirs) kind=ButtonKind::Quiet on_press=take />
                    <Button
                        label=t(Key::ComposeKeepBoth)
                        kind=ButtonKind::Quiet
                        on_press=move |()| stores.drafts.keep_both(id)
                    />
                })}
            </div>
        </div>
    }
}
