//! The tools of rich text: one stop for Tab, arrow keys between them (ARIA APG, Toolbar).

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, HtmlInputElement};
use leptos::{ev, web_sys};

use super::super::Desk;
use super::focus;
use super::wire::{Order, Pressed};
use crate::i18n::{Key, t, text};
use crate::ui::dom;

/// A tool: how the editor names it, its text, the key that does the same, its drawing.
pub type Tool = (&'static str, Key, &'static str, &'static str);

/// What is on or off.
pub const TOGGLES: [Tool; 7] = [
    ("bold", Key::ComposeBold, "Ctrl+B", "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z"),
    ("italic", Key::ComposeItalic, "Ctrl+I", "M19 5h-8M13 19H5M15 5 9 19"),
    ("underline", Key::ComposeUnderline, "Ctrl+U", "M7 4v7a5 5 0 0 0 10 0V4M5 20h14"),
    (
        "strike",
        Key::ComposeStrike,
        "Ctrl+Shift+7",
        "M16 5H9.5a3 3 0 0 0-2.6 4.5M5 12h14M14 12a3.5 3.5 0 0 1 0 7H7",
    ),
    (
        "bullets",
        Key::ComposeBullets,
        "Ctrl+Shift+8",
        "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
    ),
    (
        "numbers",
        Key::ComposeNumbers,
        "Ctrl+Shift+9",
        "M10 6h10M10 12h10M10 18h10M4 5l1.5-1v5M4 15.5c0-2 3-2 3 0 0 1-3 2.5-3 3.5h3",
    ),
    ("quote", Key::ComposeQuote, "Ctrl+]", "M4 5v14M9 7h11M9 12h11M9 17h7"),
];
const LINK: &str = "M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.600l-1 1M14 10a4.500 4.500 0 0 0-6.400 0l-3 3A4.500 4.500 0 0 0 11 19.400l1-1";
const PICTURE: &str = "M4 5h16v14H4zM4 16l5-5 5 5M13 15l3-3 4 4M9 9h.01";
const DEEDS: [Tool; 3] = [
    (
        "clear",
        Key::ComposeClear,
        "Ctrl+\\",
        "M5 7V5h14v2M12 5 9.500 19M6 19h7M16 15l4 4M20 15l-4 4",
    ),
    ("undo", Key::ComposeUndo, "Ctrl+Z", "M9 14 4 9l5-5M4 9h10a5 5 0 0 1 0 10h-3"),
    ("redo", Key::ComposeRedo, "Ctrl+Y", "M15 14l5-5-5-5M20 9H10a5 5 0 0 0 0 10h3"),
];
/// Sizes that can be chosen, in pixels; none for the usual.
const SIZES: [(Key, &str); 4] = [
    (Key::ComposeSizeSmall, "12px"),
    (Key::ComposeSizeNormal, ""),
    (Key::ComposeSizeLarge, "18px"),
    (Key::ComposeSizeHuge, "24px"),
];

/// All tools, and the field for a link's address while it is wanted.
#[component]
pub fn Toolbar(desk: Desk, node: NodeRef<html::Iframe>) -> impl IntoView {
    let editor = desk.editor;
    let linking = RwSignal::new(false);
    Effect::new(move |_| {
        if editor.pressed.get() == Some(Pressed::Link) {
            editor.pressed.set(None);
            linking.set(true);
        }
    });
    let format = move |name: &'static str| {
        editor.order(&Order::Format { name, value: "" });
        back(desk, node);
    };
    let toggle = move |(name, label, keys, drawing): Tool| {
        let on = Memo::new(move |_| editor.look.with(|look| look.on.contains(&name)));
        view! {
            <ToolButton label keys drawing pressed=on on_press=move |()| format(name) />
        }
    };
    let deed = move |(name, label, keys, drawing): Tool| {
        view! { <ToolButton label keys drawing on_press=move |()| format(name) /> }
    };
    let linked = Memo::new(move |_| editor.look.with(|look| !look.link.is_empty()));
    view! {
        {move || linking.get().then(|| view! { <LinkField desk node linking /> })}
        <div
            class="composer-tools"
            role="toolbar"
            aria-label=t(Key::ComposeTools)
            on:keydown=|event| step(&event)
            on:mousedown=|event| keep_focus(&event)
        >
            {TOGGLES.map(toggle).collect_view()}
            <ToolButton
                label=Key::ComposeLink
                keys="Ctrl+K"
                drawing=LINK
                pressed=linked
                on_press=move |()| linking.set(true)
            />
            <PictureButton desk node />
            <Sizes desk node />
            <input
                type="color"
                class="composer-colour"
                tabindex="-1"
                aria-label=t(Key::ComposeColour)
                title=move || text(Key::ComposeColour)
                on:change=move |event| {
                    let value = event_target_value(&event);
                    editor.order(&Order::Format { name: "colour", value: &value });
                    back(desk, node);
                }
            />
            {DEEDS.map(deed).collect_view()}
        </div>
    }
}

/// Goes on writing.
fn back(desk: Desk, node: NodeRef<html::Iframe>) {
    focus(node);
    desk.editor.order(&Order::Focus);
}

/// One of them, named with its keys.
#[component]
pub fn ToolButton(
    label: Key,
    keys: &'static str,
    drawing: &'static str,
    #[prop(optional, into)] pressed: Option<Memo<bool>>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    let title = move || [&text(label), " (", keys, ")"].concat();
    let first = label == Key::ComposeBold;
    view! {
        <button
            type="button"
            class="composer-tool"
            tabindex=if first { "0" } else { "-1" }
            aria-label=t(label)
            title=title
            aria-pressed=move || pressed.map(|on| if on.get() { "true" } else { "false" })
            on:click=move |_| on_press.run(())
        >
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                <path d=drawing />
            </svg>
        </button>
    }
}

#[component]
fn Sizes(desk: Desk, node: NodeRef<html::Iframe>) -> impl IntoView {
    let editor = desk.editor;
    let size = Memo::new(move |_| editor.look.with(|look| look.size.clone()));
    let option = move |(label, value): (Key, &'static str)| {
        let chosen = move || size.with(|size| size == value);
        view! { <option value=value prop:selected=chosen>{t(label)}</option> }
    };
    view! {
        <select
            class="composer-size"
            tabindex="-1"
            aria-label=t(Key::ComposeSize)
            on:change=move |event| {
                let value = event_target_value(&event);
                editor.order(&Order::Format { name: "size", value: &value });
                back(desk, node);
            }
        >
            {SIZES.map(option).collect_view()}
        </select>
    }
}

/// Puts pictures from the device into the text.
#[component]
fn PictureButton(desk: Desk, node: NodeRef<html::Iframe>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let choose = move |()| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    let chosen = move |_| {
        let Some(field) = field.get_untracked() else { return };
        let files = field.files();
        for at in 0..files.as_ref().map_or(0, web_sys::FileList::length) {
            if let Some(file) = files.as_ref().and_then(|files| files.item(at)) {
                desk.editor.order(&Order::Add { name: &file.name(), file: &file });
            }
        }
        field.set_value("");
        back(desk, node);
    };
    view! {
        <ToolButton label=Key::ComposePicture keys="" drawing=PICTURE on_press=choose />
        <input
            node_ref=field
            type="file"
            accept="image/png,image/jpeg,image/gif,image/webp"
            multiple
            hidden
            on:change=chosen
        />
    }
}

/// Where a link leads.
#[component]
fn LinkField(desk: Desk, node: NodeRef<html::Iframe>, linking: RwSignal<bool>) -> impl IntoView {
    let editor = desk.editor;
    let field = NodeRef::<html::Input>::new();
    let before = editor.look.with_untracked(|look| look.link.clone());
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.select();
            let _ = field.focus();
        }
    });
    let done = move || {
        linking.set(false);
        back(desk, node);
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        editor.order(&Order::Format { name: "link", value: &address(&typed) });
        done();
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            done();
        }
    };
    view! {
        <form class="composer-link" on:submit=submit on:keydown=key>
            <input
                node_ref=field
                class="composer-link-field"
                type="text"
                inputmode="url"
                autocomplete="off"
                spellcheck="false"
                dir="ltr"
                value=before
                aria-label=t(Key::ComposeLinkAddress)
                placeholder="https://"
            />
            <button type="submit" class="button">{t(Key::ComposeLinkSet)}</button>
        </form>
    }
}

/// An address as a link has it; empty where there is none.
fn address(typed: &str) -> String {
    let typed = typed.trim();
    let scheme = typed.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        _ if typed.is_empty() => String::new(),
        Some("http" | "https" | "mailto" | "tel") => typed.to_owned(),
        _ if typed.contains('@') && !typed.contains('/') => ["mailto:", typed].concat(),
        _ => ["https://", typed].concat(),
    }
}

/// Arrow keys, Home and End move between the tools.
pub fn step(event: &ev::KeyboardEvent) {
    let Some(bar) = event.current_target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let all = dom::all(&bar, "button,select,.composer-colour");
    let Some(at) = dom::focused().and_then(|now| all.iter().position(|it| *it == now)) else {
        return;
    };
    let is_select = all[at].tag_name() == "SELECT";
    let rtl = bar.closest("[dir=rtl]").ok().flatten().is_some();
    let (next, last) = (at + 1, all.len() - 1);
    let to = match event.key().as_str() {
        "ArrowRight" if !rtl => next.min(last),
        "ArrowLeft" if rtl => next.min(last),
        "ArrowLeft" | "ArrowRight" => at.saturating_sub(1),
        "Home" if !is_select => 0,
        "End" if !is_select => last,
        _ => return,
    };
    event.prevent_default();
    for tool in &all {
        tool.set_tab_index(-1);
    }
    all[to].set_tab_index(0);
    dom::focus(&all[to]);
}

/// A press on a tool leaves the caret where it is.
pub fn keep_focus(event: &ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let own = target.is_some_and(|it| {
        it.dyn_ref::<HtmlInputElement>().is_some() || it.closest("select").ok().flatten().is_some()
    });
    if !own {
        event.prevent_default();
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn what_is_typed_becomes_an_address_that_leads_somewhere() {
        let check = |typed: &str, expect: &str| assert_eq!(address(typed), expect);
        check("example.test/a", "https://example.test/a");
        check(" https://example.test ", "https://example.test");
        check("ann@example.test", "mailto:ann@example.test");
        check("javascript:alert(1)", "https://javascript:alert(1)");
        check("", "");
    }
}
