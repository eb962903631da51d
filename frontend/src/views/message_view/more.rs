//! "More actions" of a message: as a file, as it was sent, in another charset, on light paper.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::message::{MessageKey, RemoteImages};

use super::answering::Answering;
use super::notes::{self, decide};
use super::print::Printed;
use super::source::{Source, title};
use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::messages::Opened;
use crate::state::source::Shown;
use crate::state::{Stores, stores};
use crate::ui::dialog::Dialog;
use crate::ui::field::{Choice, Select};
use crate::ui::icon::Icon;
use crate::ui::menu::{Menu, MenuFace, MenuItem, MenuSeparator};

/// Charsets that mail is written in, besides the one it says: most used first.
const CHARSETS: [&str; 22] = [
    "utf-8",
    "windows-1252",
    "iso-8859-2",
    "windows-1250",
    "windows-1251",
    "koi8-r",
    "koi8-u",
    "gb18030",
    "big5",
    "shift_jis",
    "iso-2022-jp",
    "euc-jp",
    "euc-kr",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "windows-874",
    "iso-8859-15",
    "macintosh",
];

/// The dialog that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Source(Shown),
    Charset,
}

/// The menu of a message, and the dialogs that it opens. `children` are items of their own.
#[component]
pub fn More(
    key: Signal<Option<MessageKey>>,
    #[prop(optional)] children: Option<ChildrenFn>,
) -> impl IntoView {
    let asked = RwSignal::new(None::<Asked>);
    let printed = RwSignal::new(None::<MessageKey>);
    let children = StoredValue::new(children);
    let open = move |test: fn(Asked) -> bool| Signal::derive(move || asked.get().is_some_and(test));
    let shown = move || match asked.get() {
        Some(Asked::Source(shown)) => shown,
        _ => Shown::All,
    };
    view! {
        <Menu label=t(Key::MessageMore) face=MenuFace::Icon(Icon::More)>
            {move || children.with_value(|children| children.as_ref().map(|draw| view! {
                {draw()}
                <MenuSeparator />
            }))}
            <Answering key />
            <MenuSeparator />
            <Looks key asked />
            <MenuSeparator />
            <Files key asked printed />
        </Menu>
        {move || printed.get().map(|key| view! {
            <Printed key on_done=move |()| printed.set(None) />
        })}
        <Dialog
            open=open(|asked| matches!(asked, Asked::Source(_)))
            on_close=move |()| asked.set(None)
            title=Signal::derive(move || text(title(shown())))
            close_label=t(Key::ShellClose)
        >
            {move || key.get_untracked().map(|key| view! { <Source key shown=shown() /> })}
        </Dialog>
        <Dialog
            open=open(|asked| asked == Asked::Charset)
            on_close=move |()| asked.set(None)
            title=t(Key::MessageCharset)
            close_label=t(Key::ShellClose)
        >
            {move || key.get_untracked().map(|key| view! { <Charsets key /> })}
        </Dialog>
    }
}

/// What can be done with a message as a file.
#[component]
fn Files(
    key: Signal<Option<MessageKey>>,
    asked: RwSignal<Option<Asked>>,
    printed: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    let stores = stores();
    let download = move |()| {
        if let Some(key) = key.get_untracked() {
            stores.download_source(&key);
        }
    };
    let ask = move |what| move |()| asked.set(Some(Asked::Source(what)));
    view! {
        <MenuItem label=t(Key::MessageSource) icon=Icon::Source on_choose=ask(Shown::All) />
        <MenuItem label=t(Key::MessageHeaders) icon=Icon::Source on_choose=ask(Shown::Headers) />
        <MenuItem
            label=t(Key::MessagePrint)
            icon=Icon::Print
            on_choose=move |()| printed.set(key.get_untracked())
        />
        <MenuItem label=t(Key::MessageDownload) icon=Icon::Download on_choose=download />
    }
}

/// How a message can be seen otherwise.
#[component]
fn Looks(key: Signal<Option<MessageKey>>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let stores = stores();
    let look = move || key.get().map(|key| stores.messages.face(&key).1).unwrap_or_default();
    let paper = move || text(if look().lit { Key::MessageDark } else { Key::MessageLight });
    let turn = move |()| {
        if let Some(key) = key.get_untracked() {
            stores.messages.look(&key, |look| look.lit = !look.lit);
        }
    };
    let shows = move || {
        let images = key.get().is_some_and(|key| images(stores, &key) == RemoteImages::Shown);
        look().images || images
    };
    let hide = move |()| {
        if let Some(key) = key.get_untracked() {
            keep_out(stores, &key);
        }
    };
    view! {
        {move || shows().then(|| view! {
            <MenuItem label=t(Key::MessageImagesStop) icon=Icon::ImageOff on_choose=hide />
        })}
        {move || stores.preferences.dark().then(|| view! {
            <MenuItem label=Signal::derive(paper) icon=Icon::Palette on_choose=turn />
        })}
        <MenuItem
            label=t(Key::MessageCharset)
            icon=Icon::Keyboard
            on_choose=move |()| asked.set(Some(Asked::Charset))
        />
    }
}

fn images(stores: Stores, key: &MessageKey) -> RemoteImages {
    match stores.messages.get(key) {
        Some(Opened::Ready(message)) => notes::insight(&message).remote.images,
        _ => RemoteImages::Off,
    }
}

/// Takes back whatever lets this message's images be shown.
fn keep_out(stores: Stores, key: &MessageKey) {
    stores.messages.look(key, |look| look.images = false);
    if untrack(|| images(stores, key)) != RemoteImages::Shown {
        return;
    }
    let summary = untrack(|| stores.summary(key));
    let from = summary.and_then(|row| row.envelope.from.first().map(|from| from.email.clone()));
    decide(stores, from.into_iter().map(Some).chain([None]).collect(), false);
}

/// In which charset the text is read.
#[component]
fn Charsets(key: MessageKey) -> impl IntoView {
    let stores = stores();
    let own = key.clone();
    // The name of the body tells what was chosen.
    let chosen = move || {
        let token = stores.messages.face(&own).0;
        token.split('.').nth(3).unwrap_or_default().to_owned()
    };
    let used = match untrack(|| stores.messages.get(&key)) {
        Some(Opened::Ready(message)) => notes::insight(&message),
        _ => Default::default(),
    };
    let said = match used.charset_guessed {
        true => text_with(Key::MessageCharsetGuessed, &[("charset", &used.charset)]),
        false => text_with(Key::MessageCharsetUsed, &[("charset", &used.charset)]),
    };
    let said = if used.charset.is_empty() { String::new() } else { said };
    let choices = Signal::derive(move || {
        let own = Choice { value: "", label: text(Key::MessageCharsetOwn) };
        let named = CHARSETS.map(|value| Choice { value, label: value.to_owned() });
        [own].into_iter().chain(named).collect::<Vec<_>>()
    });
    let choose = move |charset: String| {
        let key = key.clone();
        spawn_local(async move {
            if let Err(error) = stores.messages.reread(&key, charset).await {
                let reason = error_text(&error);
                stores.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
            }
        });
    };
    view! {
        <Select
            label=t(Key::MessageCharset)
            choices
            value=Signal::derive(chosen)
            on_change=choose
            hint=Signal::stored(said)
        />
    }
}
