//! The iframe "Message body", and hidden ones in which the messages beside it load ahead.
//!
//! A frame that was loaded ahead is shown by a change of class: no navigation, no flash. One that
//! was not starts to load as soon as its message is wanted, beside what is asked of it by the link:
//! the bridge opens the message once for both.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Document, HtmlElement, HtmlIFrameElement, ResizeObserver};
use postern_shared::account::{Account, AccountState};
use postern_shared::message::{Message, MessageKey};

use super::quotes::{Fold, Quotes, Unfold};
use super::{Waiting, keys, links, neighbours};
use crate::i18n::{Key, t, text};
use crate::state::messages::Opened;
use crate::state::{LinkState, Stores, stores};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};
use crate::ui::placement::{px, written};

/// Smaller than this nobody reads; the rest is scrolled to.
const LEAST_ZOOM: f64 = 0.5;
/// How long a body that has loaded takes to be painted: until then nothing else is loaded.
const PAINTED: Duration = Duration::from_millis(120);
/// Frames in the document at most: in a hurry from message to message the oldest go.
const MOST_FRAMES: usize = 8;
/// What a body may do: nothing that runs.
pub const SANDBOX: &str = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// The frames of the open message and of those beside it, which load once it has been `shown`.
#[component]
pub fn Frames(
    key: Memo<Option<MessageKey>>,
    message: Memo<Option<Arc<Message>>>,
    shown: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    let stores = stores();
    let bodies = Memo::new(move |before: Option<&Vec<MessageKey>>| {
        let key = key.get();
        let ahead = key.is_some() && shown.with(|shown| *shown == key);
        let wanted = key.map(|key| wanted(stores, &key, ahead)).unwrap_or_default();
        arrange(before.map(Vec::as_slice).unwrap_or_default(), wanted, !ahead)
    });
    // The open message whose body is in its frame: until then there are lines in its place.
    let here = RwSignal::new(None::<MessageKey>);
    let waiting = move || {
        key.with(|key| key.is_some() && here.with(|here| here != key))
            || message.with(Option::is_none)
    };
    view! {
        <div class="message-view-frames">
            {move || waiting().then(|| view! { <Waiting /> })}
            <For each=move || bodies.get() key=Clone::clone let:body>
                <Frame key=body open=key here done=shown fold=Fold::Deep />
            </For>
        </div>
    }
}

/// The open message first, then, where it is time, those beside it as far as they are here.
fn wanted(stores: Stores, key: &MessageKey, ahead: bool) -> Vec<MessageKey> {
    let is_here = |key: &MessageKey| matches!(stores.messages.get(key), Some(Opened::Ready(_)));
    if !is_here(key) && stores.messages.get(key) != Some(Opened::Loading) {
        return Vec::new();
    }
    let beside = if ahead { neighbours(stores, key) } else { Vec::new() };
    std::iter::once(key.clone()).chain(beside.into_iter().filter(is_here)).collect()
}

/// Keeps the frames that stay in their order: an iframe that is moved in the document loads anew.
/// Taking one out costs the browser some 10 ms: in a `hurry` those of before wait out of sight.
fn arrange(before: &[MessageKey], wanted: Vec<MessageKey>, hurry: bool) -> Vec<MessageKey> {
    let waits = hurry && !wanted.is_empty();
    let stays = |body: &&MessageKey| waits || wanted.contains(body);
    let mut kept: Vec<MessageKey> = before.iter().filter(stays).cloned().collect();
    let fresh: Vec<MessageKey> = wanted.into_iter().filter(|body| !kept.contains(body)).collect();
    kept.extend(fresh);
    let over = kept.len().saturating_sub(MOST_FRAMES);
    kept.drain(..over);
    kept
}

/// A body: in sight while its message is the `open` one, `here` once loaded, `done` once painted.
#[component]
pub fn Frame(
    key: MessageKey,
    open: Memo<Option<MessageKey>>,
    here: RwSignal<Option<MessageKey>>,
    done: RwSignal<Option<MessageKey>>,
    fold: Fold,
) -> impl IntoView {
    let stores = stores();
    let node = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(0.0);
    let (own, of) = (key.clone(), key.clone());
    let shown = Memo::new(move |_| open.with(|open| open.as_ref() == Some(&key)));
    let quotes = Quotes::new(fold);
    let loads = RwSignal::new(0_u32);
    Effect::new(move |_| {
        // Shown, and here: time for the rest once it has been painted.
        if shown.get() && loads.get() > 0 {
            here.set(Some(own.clone()));
            let own = own.clone();
            let painted = move || drop(done.try_set(Some(own)));
            set_timeout(painted, PAINTED);
        }
    });
    let url = Memo::new(move |_| stores.body_url(&of));
    let src = url.get_untracked();
    follow(url, node);
    let failed = RwSignal::new(false);
    let again = move || show(node, &url.get_untracked());
    retry_when_back(stores, failed, again);
    let title = move || text(if shown.get() { Key::MessageBody } else { Key::MessageAhead });
    // Replaced with every load: the document before it is gone by then.
    let watch = StoredValue::new_local(None::<Watch>);
    let loaded = move |_| {
        let Some(frame) = node.get_untracked() else { return };
        // An answer that is no page, or the browser's own page about no answer at all.
        let body = frame.content_document().filter(|body| body.content_type() == "text/html");
        failed.set(body.is_none());
        loads.update(|loads| *loads += 1);
        if let Some(body) = body {
            quotes.look(&body);
            watch.set_value(Watch::start(&frame, height));
            keys::listen(stores, &body);
            links::listen(stores, &body);
        }
    };
    on_cleanup(move || drop(watch.try_update_value(Option::take)));
    view! {
        <iframe
            node_ref=node
            class="message-view-frame"
            class:is-ahead=move || !shown.get() || failed.get()
            title=title
            sandbox=SANDBOX
            src=src
            aria-hidden=move || (!shown.get()).then_some("true")
            tabindex=move || (!shown.get()).then_some("-1")
            style:block-size=move || px(height.get())
            on:load=loaded
        ></iframe>
        {move || {
            (shown.get() && failed.get()).then(|| view! { <Broken on_retry=move |()| again() /> })
        }}
        {move || (shown.get() && quotes.any()).then(|| view! { <Unfold quotes /> })}
    }
}

/// Shows another body in a frame whenever its address changes; the way back does not grow longer.
fn follow(url: Memo<String>, node: NodeRef<html::Iframe>) {
    Effect::new(move |before: Option<String>| {
        let url = url.get();
        if before.is_some_and(|before| before != url) {
            show(node, &url);
        }
        url
    });
}

fn show(node: NodeRef<html::Iframe>, url: &str) {
    let window = node.get_untracked().and_then(|frame| frame.content_window());
    if let Some(window) = window {
        // An address of ours is never malformed.
        let _ = window.location().replace(url);
    }
}

/// Says that a body did not come.
#[component]
fn Broken(#[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="message-view-notice" role="alert">
            {icon(Icon::Warning)}
            <span>{t(Key::MessageFailed)}</span>
            <Button label=t(Key::ShellRetry) kind=ButtonKind::Quiet on_press=on_retry />
        </div>
    }
}

/// A body that did not come is asked for again once link and mail server answer again.
fn retry_when_back(stores: Stores, failed: RwSignal<bool>, again: impl Fn() + 'static) {
    Effect::new(move |before: Option<bool>| {
        let online = |account: &Account| account.state == AccountState::Online;
        let accounts = stores.accounts.all().with(|all| all.iter().all(online));
        let back = accounts && stores.link.state().get() == LinkState::Open;
        if back && before == Some(false) && failed.get_untracked() {
            again();
        }
        back
    });
}

/// Follows the height of a body.
struct Watch {
    observer: ResizeObserver,
    _seen: Closure<dyn FnMut()>,
}

impl Watch {
    fn start(frame: &HtmlIFrameElement, height: RwSignal<f64>) -> Option<Self> {
        let document = frame.content_document()?;
        let root = document.document_element()?;
        let (measured, outer) = (document.clone(), frame.clone());
        let (fitted, zoom) = (Cell::new(0), Cell::new(1.0));
        let measure = move || {
            // Once a width: what it changes is reported here again.
            if fitted.replace(outer.client_width()) != outer.client_width() {
                zoom.set(fit(&measured, outer.client_width()));
            }
            height.set(body_height(&measured, zoom.get()));
        };
        measure();
        let seen = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(seen.as_ref().unchecked_ref()).ok()?;
        observer.observe(&root);
        if let Some(body) = document.body() {
            observer.observe(&body);
        }
        Some(Self { observer, _seen: seen })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Makes a body that is wider than its frame smaller, as far as it stays readable.
pub fn fit(document: &Document, width: i32) -> f64 {
    let Some(root) = document.document_element() else { return 1.0 };
    // Unchecked: the frame's elements are instances of its own classes, not of the page's.
    let root: HtmlElement = root.unchecked_into();
    // A known property with a number cannot be refused.
    let apply = |zoom: f64| drop(root.style().set_property("zoom", &written(zoom)));
    apply(1.0);
    let wide = root.scroll_width();
    if width == 0 || wide <= width {
        return 1.0;
    }
    let zoom = (f64::from(width) / f64::from(wide)).max(LEAST_ZOOM);
    apply(zoom);
    zoom
}

/// What the body takes up, also where something in it reaches beyond its own box.
pub fn body_height(document: &Document, zoom: f64) -> f64 {
    let root = document.document_element().map(|root| root.get_bounding_client_rect().height());
    let body = document.body().map(|body| f64::from(body.scroll_height()) * zoom);
    root.unwrap_or_default().max(body.unwrap_or_default()).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::account::AccountId;
    use postern_shared::mailbox::MailboxId;
    use postern_shared::uid::{Uid, UidValidity};

    fn bodies(uids: &[u32]) -> Vec<MessageKey> {
        let key = |uid: &u32| MessageKey {
            account: AccountId("a".to_owned()),
            mailbox: MailboxId("m".to_owned()),
            uid_validity: UidValidity(1),
            uid: Uid(*uid),
        };
        uids.iter().map(key).collect()
    }

    #[test]
    fn frames_keep_their_order_and_go_once_there_is_time() {
        let check = |before: &[u32], wanted: &[u32], hurry, expect: &[u32]| {
            assert!(arrange(&bodies(before), bodies(wanted), hurry) == bodies(expect));
        };
        check(&[1, 2, 3], &[3, 4], false, &[3, 4]);
        check(&[1, 2, 3], &[4], true, &[1, 2, 3, 4]);
        check(&[1, 2, 3], &[2], true, &[1, 2, 3]);
        check(&[1, 2, 3], &[], true, &[]);
        check(&[1, 2, 3, 4, 5, 6, 7, 8], &[9], true, &[2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
