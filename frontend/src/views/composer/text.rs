//! The text of a draft: rich in the editor's frame, or plain in a field of the page's own.

use leptos::prelude::*;

use super::Desk;
use super::editor::RichText;
use crate::i18n::{Key, t, text};
use crate::state::drafts::writing::{Quoting, Writing};
use crate::ui::button::{Button, ButtonKind};
use crate::views::pieces::question::Question;

impl Desk {
    /// Goes on without formatting; what is written stays as text.
    pub fn write_plain(self) {
        self.switched.set(true);
        self.edit(|draft| draft.html = None);
        Writing::change(|writing| writing.rich = false);
    }

    /// Goes on with formatting.
    pub fn write_rich(self) {
        self.switched.set(true);
        let signature = self.signature();
        self.edit(|draft| draft.html = Some(signature.rich(&draft.text)));
        Writing::change(|writing| writing.rich = true);
    }
}

/// The text as it is written now.
#[component]
pub fn Text(desk: Desk) -> impl IntoView {
    let is_rich = Memo::new(move |_| desk.draft.with(|draft| draft.html.is_some()));
    view! {
        {move || match is_rich.get() {
            true => view! { <RichText desk /> }.into_any(),
            false => view! { <Plain desk /> }.into_any(),
        }}
    }
}

/// Changes between the two; asks where formatting would be lost.
#[component]
pub fn Mode(desk: Desk) -> impl IntoView {
    let asks = RwSignal::new(false);
    let is_rich = Memo::new(move |_| desk.draft.with(|draft| draft.html.is_some()));
    let label = Signal::derive(move || {
        text(if is_rich.get() { Key::ComposePlain } else { Key::ComposeRich })
    });
    let press = move |()| {
        if !is_rich.get_untracked() {
            return desk.write_rich();
        }
        desk.editor.settled(desk, move || match desk.editor.formatted.get_untracked() {
            true => asks.set(true),
            false => desk.write_plain(),
        });
    };
    let agree = move |()| {
        asks.set(false);
        desk.write_plain();
    };
    view! {
        <Button label kind=ButtonKind::Quiet on_press=press />
        <Question
            open=asks
            title=t(Key::ComposePlainAsk)
            answers=[Key::ComposePlainKeep, Key::ComposePlainDo]
            kind=ButtonKind::Primary
            on_leave=move |()| asks.set(false)
            on_agree=agree
        >
            <p>{t(Key::ComposePlainLoses)}</p>
        </Question>
    }
}

/// Plain text, with what is answered around it.
#[component]
fn Plain(desk: Desk) -> impl IntoView {
    let node = desk.plain;
    let value = Memo::new(move |_| desk.draft.with(|draft| draft.text.clone()));
    let loading = move || desk.draft.with(|draft| draft.loading);
    // What arrives around it must not move the caret out of what is being typed.
    Effect::new(move |_| {
        let (Some(area), text) = (node.get(), value.get()) else { return };
        if area.value() == text {
            return;
        }
        let typed = area.value().is_empty();
        let (start, end) = (area.selection_start().ok(), area.selection_end().ok());
        area.set_value(&text);
        let begin = beginning(&text);
        let caret = |at: Option<Option<u32>>| if typed { begin } else { at.flatten().unwrap_or(0) };
        // Setting a selection in a textarea cannot fail.
        let _ = area.set_selection_range(caret(start), caret(end));
        if begin == 0 {
            area.set_scroll_top(0);
        }
    });
    Effect::new(move |_| {
        if let Some(area) = node.get().filter(|_| desk.switched.get_untracked()) {
            let _ = area.focus();
        }
    });
    let input = move |event| {
        let text = event_target_value(&event);
        desk.edit(|draft| draft.text = text);
    };
    view! {
        <textarea
            node_ref=node
            class="composer-text"
            dir="auto"
            aria-label=t(Key::ComposeText)
            aria-multiline="true"
            aria-busy=move || loading().then_some("true")
            on:input=input
        ></textarea>
    }
}

/// Where writing begins, in UTF-16 units: below a quotation that stands above.
fn beginning(text: &str) -> u32 {
    if Writing::kept().quoting != Quoting::Above {
        return 0;
    }
    let quoted = text.match_indices("\n>").last().map(|(at, _)| at + 1);
    let end = quoted.and_then(|at| text[at..].find('\n').map(|end| at + end + 2));
    let before = end.and_then(|end| text.get(..end)).unwrap_or_default();
    u32::try_from(before.encode_utf16().count()).unwrap_or(0)
}
