//! What a message quotes of those before it: folded away until somebody asks. Deeper levels always
//! are; in a conversation, where what is quoted stands above, so is all at its end.
//!
//! The page reaches into the body's document: that is of its own origin, and nothing runs in it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Document, Element, HtmlElement, Node};

use crate::i18n::{Key, text};
use crate::ui::icon::{Icon, icon};

/// What begins a quotation: the element itself, or what mail programs put around it.
const QUOTES: &str = "blockquote";

/// Quotations in quotations. Not every `blockquote`: some mail programs indent by it.
const DEEP: &str = ".plain blockquote blockquote,blockquote.gmail_quote blockquote";

/// How much is folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// What is quoted in quotations.
    Deep,
    /// That, and what is quoted at the end.
    End,
}

/// The quotations of one body that are folded away.
#[derive(Clone, Copy)]
pub struct Quotes {
    fold: Fold,
    found: StoredValue<Vec<HtmlElement>, LocalStorage>,
    any: RwSignal<bool>,
    shown: RwSignal<bool>,
}

impl Quotes {
    /// None found yet.
    pub fn new(fold: Fold) -> Self {
        let (any, shown) = (RwSignal::new(false), RwSignal::new(false));
        Self { fold, found: StoredValue::new_local(Vec::new()), any, shown }
    }

    /// Whether there is something to fold.
    pub fn any(self) -> bool {
        self.any.get()
    }

    /// Whether it is unfolded.
    pub fn shown(self) -> bool {
        self.shown.get()
    }

    /// Looks for it in a body that has just loaded.
    pub fn look(self, document: &Document) {
        let mut found = deep_quotes(document);
        found.extend(last_quote(document).filter(|_| self.fold == Fold::End));
        self.any.set(!found.is_empty());
        self.found.set_value(found);
        self.draw();
    }

    /// Folds it, or unfolds it.
    pub fn toggle(self) {
        self.shown.update(|shown| *shown = !*shown);
        self.draw();
    }

    fn draw(self) {
        let display = if self.shown.get_untracked() { "" } else { "none" };
        self.found.with_value(|found| {
            for quote in found {
                // A known property with a known value cannot be refused.
                let _ = quote.style().set_property_with_priority("display", display, "important");
            }
        });
    }
}

/// Shows what is folded away, or folds it again.
#[component]
pub fn Unfold(quotes: Quotes) -> impl IntoView {
    let label =
        move || text(if quotes.shown() { Key::MessageQuotesHide } else { Key::MessageQuotesShow });
    view! {
        <button
            type="button"
            class="thread-quotes"
            aria-expanded=move || if quotes.shown() { "true" } else { "false" }
            aria-label=label
            title=label
            on:click=move |_| quotes.toggle()
        >
            {icon(Icon::More)}
        </button>
    }
}

/// The quotations of the second level.
fn deep_quotes(document: &Document) -> Vec<HtmlElement> {
    let Some(all) = document.query_selector_all(DEEP).ok() else { return Vec::new() };
    let around = |element: &Element| element.parent_element()?.closest(QUOTES).ok()?;
    // Unchecked: the frame's elements are instances of its own classes, not of the page's.
    let all = (0..all.length()).filter_map(|at| all.item(at)).map(Node::unchecked_into::<Element>);
    let second = all.filter(|it| around(it).is_some_and(|outer| around(&outer).is_none()));
    second.map(Element::unchecked_into).collect()
}

/// The outermost quotation behind which nothing follows, if something stands before it.
fn last_quote(document: &Document) -> Option<HtmlElement> {
    let body = document.body()?;
    let all = body.query_selector_all(QUOTES).ok()?;
    let last: Element = all.item(all.length().checked_sub(1)?)?.unchecked_into();
    let mut outermost = last;
    while let Some(around) = outermost.parent_element().and_then(|up| up.closest(QUOTES).ok()?) {
        outermost = around;
    }
    let alone = !says(&body, &outermost, Node::previous_sibling);
    let followed = says(&body, &outermost, Node::next_sibling);
    // Unchecked: the frame's elements are instances of its own classes, not of the page's.
    (!alone && !followed).then(|| outermost.unchecked_into())
}

/// Whether anything is said on one side of an element.
fn says(body: &HtmlElement, from: &Element, step: fn(&Node) -> Option<Node>) -> bool {
    let mut at: Node = from.clone().unchecked_into();
    while !body.is_same_node(Some(&at)) {
        let mut beside = step(&at);
        while let Some(node) = beside {
            if node.text_content().is_some_and(|text| !text.trim().is_empty()) {
                return true;
            }
            beside = step(&node);
        }
        let Some(parent) = at.parent_node() else { return false };
        at = parent;
    }
    false
}
