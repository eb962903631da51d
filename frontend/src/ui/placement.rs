//! Where a popup goes beside what it belongs to.

use leptos::prelude::*;
use leptos::web_sys::{DomRect, HtmlElement};

/// A box in viewport coordinates, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl From<DomRect> for Anchor {
    fn from(rect: DomRect) -> Self {
        Self { left: rect.left(), top: rect.top(), right: rect.right(), bottom: rect.bottom() }
    }
}

/// The insets that pin a popup to its anchor, and the height it may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// `("left" | "right", pixels)`
    pub inline: (&'static str, f64),
    /// `("top" | "bottom", pixels)`
    pub block: (&'static str, f64),
    pub max_block: f64,
}

/// Between anchor and popup, and between popup and the viewport's edge.
const GAP: f64 = 4.0;
/// A popup stays below its anchor as long as this much room is there.
const ENOUGH: f64 = 320.0;

/// Below where there is room, else on the larger side; aligned with the nearer edge.
pub fn place(anchor: Anchor, (width, height): (f64, f64)) -> Placement {
    let (above, below) = (anchor.top, height - anchor.bottom);
    let (block, room) = if below >= ENOUGH || below >= above {
        (("top", anchor.bottom + GAP), below)
    } else {
        (("bottom", height - anchor.top + GAP), above)
    };
    let inline = if anchor.left + anchor.right > width {
        ("right", (width - anchor.right).max(GAP))
    } else {
        ("left", anchor.left.max(GAP))
    };
    Placement { inline, block, max_block: (room - 2.0 * GAP).max(0.0) }
}

/// The viewport's size in CSS pixels.
pub fn viewport() -> (f64, f64) {
    let root = document().document_element().expect("a document has a root");
    (f64::from(root.client_width()), f64::from(root.client_height()))
}

/// A length in CSS.
pub fn px(length: f64) -> String {
    written(length) + "px"
}

/// A number as JavaScript writes it; the standard library's way would cost the page 10 kB.
pub fn written(number: f64) -> String {
    // Refused only for a radix that there is not.
    js_sys::Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
}

/// Pins `popup` to `anchor`.
pub fn pin(popup: &HtmlElement, anchor: &HtmlElement) {
    let placement = place(anchor.get_bounding_client_rect().into(), viewport());
    let style = popup.style();
    // Known properties with numbers in pixels cannot be refused.
    let set = |name: &str, value: &str| drop(style.set_property(name, value));
    for name in ["left", "right", "top", "bottom"] {
        set(name, "auto");
    }
    set(placement.inline.0, &px(placement.inline.1));
    set(placement.block.0, &px(placement.block.1));
    set("max-height", &px(placement.max_block));
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: (f64, f64) = (1000.0, 800.0);

    fn check(left: f64, top: f64, inline: (&'static str, f64), block: (&'static str, f64)) {
        let anchor = Anchor { left, top, right: left + 40.0, bottom: top + 40.0 };
        let placement = place(anchor, VIEW);
        assert_eq!((placement.inline, placement.block), (inline, block));
        assert!(placement.max_block > 0.0 && placement.max_block < VIEW.1);
    }

    #[test]
    fn a_popup_hangs_below_and_aligns_with_the_nearer_edge() {
        check(100.0, 100.0, ("left", 100.0), ("top", 144.0));
        check(900.0, 100.0, ("right", 60.0), ("top", 144.0));
    }

    #[test]
    fn a_popup_turns_up_where_there_is_more_room_above() {
        check(100.0, 700.0, ("left", 100.0), ("bottom", 104.0));
    }

    #[test]
    fn a_popup_never_leaves_the_viewport() {
        check(-30.0, 100.0, ("left", GAP), ("top", 144.0));
    }
}
