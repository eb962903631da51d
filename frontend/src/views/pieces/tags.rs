//! The dialog "Tags": which of them the messages have, and making new ones.

use leptos::ev;
use leptos::prelude::*;

use crate::i18n::{Key, number, t, text_with};
use crate::state::stores;
use crate::state::tags::{HUES, Tag};
use crate::ui::button::{IconButton, SubmitButton};
use crate::ui::field::{Checkbox, TextField};
use crate::ui::icon::Icon;

/// Every tag with a box to check, and a form for another.
#[component]
pub fn Tags() -> impl IntoView {
    let stores = stores();
    let tags = Memo::new(move |_| stores.preferences.all().with(|all| all.tags.clone()));
    let entry = |tag: Tag| view! { <Entry tag /> };
    let none = move || tags.with(Vec::is_empty);
    view! {
        {move || none().then(|| view! { <p class="settings-note">{t(Key::TagNone)}</p> })}
        <ul class="message-list-tags">{move || tags.get().into_iter().map(entry).collect_view()}</ul>
        <NewTag />
    }
}

#[component]
fn Entry(tag: Tag) -> impl IntoView {
    let stores = stores();
    let (own, chip, named) = (StoredValue::new(tag.clone()), tag.class(), tag.name.clone());
    let checked = Memo::new(move |_| {
        let has = |tag: &Tag| {
            let targets = stores.targets();
            !targets.is_empty() && targets.iter().all(|row| row.flags.has(&tag.keyword))
        };
        own.with_value(has)
    });
    let label = move |key: Key| {
        let name = named.clone();
        Signal::derive(move || text_with(key, &[("name", &name)]))
    };
    view! {
        <li>
            <Checkbox
                label=Signal::stored(tag.name.clone())
                checked
                on_change=move |on| own.with_value(|tag| stores.tag(tag, on))
            />
            <button
                type="button"
                class=format!("button {chip}")
                aria-label=label(Key::TagRecolour)
                data-tooltip=label(Key::TagRecolour)
                on:click=move |_| own.with_value(|tag| stores.recolour(&tag.keyword))
            >
                {tag.name}
            </button>
            <IconButton
                label=label(Key::TagShow)
                icon=Icon::Search
                on_press=move |()| {
                    stores.prompt.set(None);
                    own.with_value(|tag| stores.show_tagged(tag));
                }
            />
        </li>
    }
}

#[component]
fn NewTag() -> impl IntoView {
    let stores = stores();
    let (name, hue) = (RwSignal::new(String::new()), RwSignal::new(0_u32));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if name.with_untracked(|name| !name.trim().is_empty()) {
            let tag = stores.make_tag(&name.get_untracked(), hue.get_untracked());
            stores.tag(&tag, true);
            name.set(String::new());
            hue.update(|hue| *hue = (*hue + 1) % HUES);
        }
    };
    let colour = move |at: u32| {
        let label = move || text_with(Key::TagHue, &[("number", &number(u64::from(at) + 1))]);
        view! {
            <input
                type="radio"
                name="hue"
                class=format!("message-list-hue tag is-hue-{at}")
                aria-label=label
                prop:checked=move || hue.get() == at
                on:change=move |_| hue.set(at)
            />
        }
    };
    view! {
        <form class="mailbox-form" on:submit=submit>
            <TextField label=t(Key::TagNew) value=name />
            <fieldset class="message-list-hues" aria-label=t(Key::TagColour)>
                {(0..HUES).map(colour).collect_view()}
            </fieldset>
            <SubmitButton label=t(Key::TagCreate) busy=Signal::stored(false) />
        </form>
    }
}
