//! The mailing list that a message came through, and the way out of it: never without being asked.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::list::{MailingList, Unsubscribe};
use postern_shared::message::MessageKey;
use postern_shared::trust::Standing;

use super::{About, Note, Tone};
use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::lists::best;
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;

/// Which list it is, where it says so, and a button to leave it.
#[component]
pub fn List(about: Arc<About>) -> impl IntoView {
    about.insight.list.clone().map(|list| {
        let said = match name(&list) {
            "" => text(Key::MessageList),
            name => text_with(Key::MessageListNamed, &[("name", name)]),
        };
        // Whoever forges mail learns by it that somebody is there.
        let forged = about.insight.trust.standing == Standing::Failed;
        let way = best(&list.unsubscribe).filter(|_| !forged).cloned();
        let key = about.key.clone();
        view! {
            <Note tone=Tone::Plain shape=Icon::Threads said>
                {way.map(|way| view! { <Leave key way list=list.clone() /> })}
            </Note>
        }
    })
}

fn name(list: &MailingList) -> &str {
    if list.name.is_empty() { &list.id } else { &list.name }
}

/// The button, and the question that it asks.
#[component]
fn Leave(key: MessageKey, way: Unsubscribe, list: MailingList) -> impl IntoView {
    let asked = RwSignal::new(false);
    view! {
        <Button
            label=t(Key::MessageListLeave)
            kind=ButtonKind::Quiet
            on_press=move |()| asked.set(true)
        />
        <Dialog
            open=asked.into()
            on_close=move |()| asked.set(false)
            title=t(Key::MessageListLeave)
            close_label=t(Key::ShellClose)
        >
            <Question key=key.clone() way=way.clone() pages=pages(&list) asked />
        </Dialog>
    }
}

/// Pages on which the list can be left by hand; the address for the post shows one as well.
fn pages(list: &MailingList) -> Vec<String> {
    let page = |way: &Unsubscribe| match way {
        Unsubscribe::Page(address) | Unsubscribe::OneClick(address) => Some(address.clone()),
        Unsubscribe::Mail { .. } => None,
    };
    list.unsubscribe.iter().filter_map(page).take(1).collect()
}

#[component]
fn Question(
    key: MessageKey,
    way: Unsubscribe,
    pages: Vec<String>,
    asked: RwSignal<bool>,
) -> impl IntoView {
    let stores = stores();
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let said = question(&way);
    let by_hand = matches!(way, Unsubscribe::Page(_));
    let leave = Callback::new(move |()| {
        let (key, way) = (key.clone(), way.clone());
        busy.set(true);
        spawn_local(async move {
            let outcome = stores.leave_list(&key, &way).await;
            // The dialog may be closed by now.
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    asked.try_set(false);
                    stores.toasts.say(text(Key::MessageListLeft));
                }
                Err(error) => {
                    let reason = error_text(&error);
                    let said = text_with(Key::MessageListNotLeft, &[("reason", &reason)]);
                    drop(failed.try_set(Some(said)));
                }
            }
        });
    });
    let page = move || {
        let shown = by_hand || failed.with(Option::is_some);
        pages.first().filter(|_| shown).cloned().map(|address| {
            view! {
                <a
                    class="button"
                    href=address
                    target="_blank"
                    rel="noopener noreferrer"
                    on:click=move |_| asked.set(false)
                >
                    <span class="button-text">{t(Key::MessageListPage)}</span>
                </a>
            }
        })
    };
    view! {
        <p class="note-question" dir="auto">{said}</p>
        {move || failed.get().map(|said| view! { <p class="note is-caution" role="alert">{said}</p> })}
        <div class="note-buttons">
            {(!by_hand).then(|| view! {
                <Button
                    label=t(Key::MessageListLeave)
                    kind=ButtonKind::Primary
                    disabled=busy
                    on_press=leave
                />
            })}
            {page}
            <Button
                label=t(Key::MessageListStay)
                kind=ButtonKind::Quiet
                on_press=move |()| asked.set(false)
            />
        </div>
    }
}

/// What would happen, in plain words.
fn question(way: &Unsubscribe) -> String {
    match way {
        Unsubscribe::OneClick(address) => {
            text_with(Key::MessageListAskClick, &[("host", host(address))])
        }
        Unsubscribe::Page(address) => {
            text_with(Key::MessageListAskPage, &[("host", host(address))])
        }
        Unsubscribe::Mail { to, .. } => text_with(Key::MessageListAskMail, &[("address", to)]),
    }
}

/// The host of a web address, without what may stand before it to deceive.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let end = |c: char| matches!(c, '/' | '?' | '#' | '\\');
    let place = rest.split(end).next().unwrap_or_default();
    place.rsplit_once('@').map_or(place, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_one_that_is_asked() {
        let check = |address, expect| assert_eq!(host(address), expect);
        check("https://list.test/leave?u=https://x.test", "list.test");
        check("https://bank.test@evil.test/", "evil.test");
        check("https://evil.test\\@bank.test/", "evil.test");
        check("https://list.test", "list.test");
    }
}
