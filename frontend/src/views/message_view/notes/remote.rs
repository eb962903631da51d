//! What a message wants from elsewhere: images to be shown or not, trackers, links that pretend.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::address::Address;
use postern_shared::message::{RemoteContent, RemoteImages};
use postern_shared::trust::Standing;

use super::{About, Note, Tone};
use crate::i18n::{Key, error_text, t, text, text_count, text_with};
use crate::state::{Stores, stores};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::Icon;

/// Most hosts that are named.
const MOST_HOSTS: usize = 3;

/// What is said of it; nothing where it wants nothing.
#[component]
pub fn Remote(about: Arc<About>) -> impl IntoView {
    let content = &about.insight.remote;
    view! {
        <Images about=about.clone() />
        {trackers(content).map(|said| view! {
            <Note tone=Tone::Plain shape=Icon::Shield said />
        })}
        {links(content).map(|said| view! { <Note tone=Tone::Danger said /> })}
    }
}

/// The images that are kept out, and whose are to be shown.
#[component]
fn Images(about: Arc<About>) -> impl IntoView {
    let stores = stores();
    let RemoteContent { count, images, .. } = about.insight.remote;
    let key = about.key.clone();
    let hidden = Memo::new(move |_| !stores.messages.face(&key).1.images);
    let blocked = count > 0 && images != RemoteImages::Shown;
    let view = move || {
        let about = about.clone();
        (blocked && hidden.get()).then(|| {
            let said = text_count(Key::MessageImagesBlocked, count.into(), &[]);
            let offered = images == RemoteImages::Blocked;
            let said = match why_not_always(&about).filter(|_| offered) {
                Some(reason) => [said, reason].join(" "),
                None => said,
            };
            view! {
                <Note tone=Tone::Plain shape=Icon::ImageOff said>
                    {offered.then(|| view! { <Choices about /> })}
                </Note>
            }
        })
    };
    view! { {view} }
}

/// Why a sender's images cannot always be shown: anybody may write its name.
fn why_not_always(about: &About) -> Option<String> {
    sender(&about.insight.trust.standing, &about.from)
        .is_none()
        .then(|| text(Key::MessageImagesUnsure))
}

/// The sender, where it is certain that it is the sender.
fn sender(standing: &Standing, from: &Address) -> Option<String> {
    matches!(standing, Standing::Confirmed(_)).then(|| from.email.clone())
}

#[component]
fn Choices(about: Arc<About>) -> impl IntoView {
    let stores = stores();
    let key = about.key.clone();
    let show = move |()| stores.messages.look(&key, |look| look.images = true);
    let sender = sender(&about.insight.trust.standing, &about.from);
    let always = sender.map(|sender| {
        let label = text_with(Key::MessageImagesSender, &[("sender", &sender)]);
        let press = move |()| decide(stores, vec![Some(sender.clone())], true);
        view! { <Button label=Signal::stored(label) kind=ButtonKind::Quiet on_press=press /> }
    });
    view! {
        <span class="note-buttons">
            <Button label=t(Key::MessageImagesShow) on_press=show />
            {always}
            <Button
                label=t(Key::MessageImagesAlways)
                kind=ButtonKind::Quiet
                on_press=move |()| decide(stores, vec![None], true)
            />
        </span>
    }
}

/// Decides about senders' images, or everybody's (none); says so where that fails.
pub fn decide(stores: Stores, senders: Vec<Option<String>>, allowed: bool) {
    spawn_local(async move {
        if let Err(error) = stores.messages.allow_images(senders, allowed).await {
            let reason = error_text(&error);
            stores.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
        }
    });
}

fn trackers(content: &RemoteContent) -> Option<String> {
    let hosts = hosts(content.trackers.iter().map(|one| one.host.as_str()))?;
    let count = content.trackers.len() as u64;
    Some(text_count(Key::MessageTrackers, count, &[("hosts", &hosts)]))
}

/// Names where links lead that say something else.
fn links(content: &RemoteContent) -> Option<String> {
    let hosts = hosts(content.cautions.iter().map(|one| one.host.as_str()))?;
    let count = content.cautions.len() as u64;
    Some(text_count(Key::MessageLinksOdd, count, &[("hosts", &hosts)]))
}

/// The first few hosts, each once; none where there is none.
fn hosts<'a>(all: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut named: Vec<&str> = Vec::new();
    let mut more = false;
    for host in all {
        if !named.contains(&host) {
            more = named.len() >= MOST_HOSTS;
            if more {
                break;
            }
            named.push(host);
        }
    }
    let end = if more { ", …" } else { "" };
    (!named.is_empty()).then(|| [&named.join(", "), end].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hosts_are_named_once() {
        let check = |all: &[&str], expect: Option<&str>| {
            assert_eq!(hosts(all.iter().copied()).as_deref(), expect);
        };
        check(&[], None);
        check(&["a.test", "b.test", "a.test"], Some("a.test, b.test"));
        check(&["a", "b", "c", "c"], Some("a, b, c"));
        check(&["a", "b", "c", "d"], Some("a, b, c, …"));
    }

    #[test]
    fn always_is_offered_for_a_sender_that_is_certain() {
        let check = |standing: Standing, expect: Option<&str>| {
            let from = Address { name: String::new(), email: "a@x.test".into() };
            assert_eq!(sender(&standing, &from).as_deref(), expect);
        };
        check(Standing::Confirmed("x.test".into()), Some("a@x.test"));
        check(Standing::Unconfirmed, None);
        check(Standing::Unknown, None);
        check(Standing::Failed, None);
    }
}
