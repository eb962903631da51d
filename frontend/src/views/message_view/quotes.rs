//! What a message quotes at its end of those before it: folded away until somebody asks.
//!
//! The page reaches into the body's document: that is of its own origin, and nothing runs in it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Document, Element, HtmlElement, Node};

/// What begins a quotation: the element itself, or what mail programs put around it.
const QUOTES: &str = "blockquote";

/// The quotation at the end of one body.
#[derive(Clone, Copy)]
pub struct Quotes {
    found: StoredValue<Option<HtmlElement>, LocalStorage>,
    any: RwSignal<bool>,
    shown: RwSignal<bool>,
}

impl Quotes {
    /// None found yet.
    pub fn new() -> Self {
        let (any, shown) = (RwSignal::new(false), RwSignal::new(false));
        Self { found: StoredValue::new_local(None), any, shown }
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
        let found = last_quote(document);
        self.any.set(found.is_some());
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
            if let Some(found) = found {
                // A known property with a known value cannot be refused.
                let _ = found.style().set_property_with_priority("display", display, "important");
            }
        });
    }
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
