//! A button that opens a menu, with the keys of the ARIA Authoring Practices.

use super::{avatar::Avatar, dom, icon::Icon, icon::icon as draw, placement};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, ToggleEvent};
use leptos::{ev, html};

/// What the button of a menu looks like.
#[derive(Clone, Copy)]
pub enum MenuFace {
    /// An icon alone; the label is its name and tooltip.
    Icon(Icon),
    /// Initials in a circle; the label is its name and tooltip.
    Initials(Signal<String>),
}

const ITEMS: &str = "[role^=menuitem]:not([aria-disabled=true])";

/// The elements of a menu and whether it is open.
#[derive(Clone, Copy)]
struct MenuState {
    button: NodeRef<html::Button>,
    popup: NodeRef<html::Div>,
    open: RwSignal<bool>,
}

impl MenuState {
    fn hide(self) {
        if let Some(popup) = self.popup.get_untracked() {
            // Hiding what is hidden already is refused, and that is fine.
            let _ = popup.hide_popover();
        }
    }

    /// The items are made and the menu is placed before it shows.
    fn before_toggle(self, event: &ev::Event) {
        let (popup, button) = (self.popup.get_untracked(), self.button.get_untracked());
        if let (true, Some(popup), Some(button)) = (new_state_is_open(event), popup, button) {
            self.open.set(true);
            placement::pin(&popup, &button);
        }
    }

    /// The focus goes in when the menu shows, and back when it is gone.
    fn after_toggle(self, event: &ev::Event) {
        let (popup, button) = (self.popup.get_untracked(), self.button.get_untracked());
        let (Some(popup), Some(button)) = (popup, button) else { return };
        if new_state_is_open(event) {
            return move_focus(&popup, Step::First);
        }
        // Whoever chose an item or pressed elsewhere may have moved the focus already.
        let left = dom::focused().is_none_or(|focused| popup.contains(Some(&focused)));
        self.open.set(false);
        if left {
            dom::focus(&button);
        }
    }

    fn button_key(self, event: &ev::KeyboardEvent) {
        if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") && !self.open.get_untracked() {
            event.prevent_default();
            if let Some(popup) = self.popup.get_untracked() {
                // Showing fails only for an element outside the document.
                let _ = popup.show_popover();
            }
        }
    }

    fn menu_key(self, event: &ev::KeyboardEvent) {
        let Some(popup) = self.popup.get_untracked() else { return };
        let step = match event.key().as_str() {
            "Tab" => return self.hide(),
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            letter if letter.chars().count() == 1 && letter != " " => {
                Step::Letter(dom::lowercase(letter))
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        move_focus(&popup, step);
    }
}

/// A menu button; its items are made when it opens.
#[component]
pub fn Menu(
    #[prop(into)] label: Signal<String>,
    face: MenuFace,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// [`MenuItem`]s and [`MenuSeparator`]s.
    children: ChildrenFn,
) -> impl IntoView {
    let id = dom::unique_id("menu");
    let state =
        MenuState { button: NodeRef::new(), popup: NodeRef::new(), open: RwSignal::new(false) };
    let (class, shape) = draw_face(face);
    view! {
        <button
            node_ref=state.button
            type="button"
            class=class
            aria-label=label
            data-tooltip=label
            aria-haspopup="menu"
            aria-expanded=move || if state.open.get() { "true" } else { "false" }
            popovertarget=id.clone()
            disabled=disabled
            on:keydown=move |event| state.button_key(&event)
        >
            {shape}
        </button>
        <div
            node_ref=state.popup
            id=id
            class="menu"
            role="menu"
            aria-label=label
            popover="auto"
            on:beforetoggle=move |event| state.before_toggle(&event)
            on:toggle=move |event| state.after_toggle(&event)
            on:keydown=move |event| state.menu_key(&event)
            on:click=move |event| if dom::closest(&event, ITEMS).is_some() { state.hide() }
        >
            {move || state.open.get().then(|| children())}
        </div>
    }
}

fn draw_face(face: MenuFace) -> (&'static str, AnyView) {
    match face {
        MenuFace::Icon(icon) => ("button is-icon", draw(icon).into_any()),
        MenuFace::Initials(name) => {
            ("button is-icon is-round", view! { <Avatar name seed=name /> }.into_any())
        }
    }
}

/// One choice of a [`Menu`].
#[component]
pub fn MenuItem(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_choose: Callback<()>,
    #[prop(optional, into)] icon: Option<Icon>,
    /// Given: the item is one of several of which one is chosen.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
) -> impl IntoView {
    let state = move || checked.map(|checked| if checked.get() { "true" } else { "false" });
    view! {
        <button
            type="button"
            class="menu-item"
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            aria-checked=state
            tabindex="-1"
            on:click=move |_| on_choose.run(())
            on:pointermove=|event| if let Some(item) = dom::closest(&event, ITEMS) { dom::focus(&item) }
        >
            {icon.map(draw)}
            <span class="menu-text">{label}</span>
            {move || checked.filter(|checked| checked.get()).map(|_| draw(Icon::Check))}
        </button>
    }
}

/// One thing in a [`Menu`] that is on or off.
#[component]
pub fn MenuCheck(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_choose: Callback<()>,
) -> impl IntoView {
    let state = move || if checked.get() { "true" } else { "false" };
    view! {
        <button
            type="button"
            class="menu-item"
            role="menuitemcheckbox"
            aria-checked=state
            tabindex="-1"
            on:click=move |_| on_choose.run(())
            on:pointermove=|event| if let Some(item) = dom::closest(&event, ITEMS) { dom::focus(&item) }
        >
            <span class="menu-text">{label}</span>
            {move || checked.get().then(|| draw(Icon::Check))}
        </button>
    }
}

/// A line between groups of items.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <hr class="menu-separator" /> }
}

enum Step {
    First,
    Last,
    Next,
    Previous,
    Letter(String),
}

fn move_focus(menu: &HtmlElement, step: Step) {
    let items = dom::all(menu, ITEMS);
    let now = dom::focused().and_then(|focused| items.iter().position(|item| *item == focused));
    let count = items.len();
    let target = match step {
        Step::First => Some(0),
        Step::Last => count.checked_sub(1),
        Step::Next => Some(now.map_or(0, |now| (now + 1) % count.max(1))),
        Step::Previous => Some(now.unwrap_or(0).checked_sub(1).unwrap_or(count.saturating_sub(1))),
        Step::Letter(letter) => {
            let from = now.map_or(0, |now| now + 1);
            (from..from + count).map(|at| at % count).find(|at| starts_with(&items[*at], &letter))
        }
    };
    if let Some(item) = target.and_then(|at| items.get(at)) {
        // Menus scroll when they are long, so here the browser may scroll.
        let _ = item.focus();
    }
}

fn starts_with(item: &HtmlElement, letter: &str) -> bool {
    dom::lowercase(item.text_content().unwrap_or_default().trim()).starts_with(letter)
}

fn new_state_is_open(event: &ev::Event) -> bool {
    event.unchecked_ref::<ToggleEvent>().new_state() == "open"
}
