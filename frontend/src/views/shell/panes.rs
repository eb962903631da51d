//! Tree, list and message: three panes, two with a drawer, or one at a time.

use super::{Front, ShellModel};
use crate::i18n::{Key, t};
use crate::ui::placement::px;
use crate::ui::splitter::{Limits, Line, Splitter};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos::{ev, html};

/// Where the message stands, as far as there is room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    #[default]
    Right,
    Below,
    /// The message takes the list's place.
    Single,
}

/// What the user made of the panes, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaneSizes {
    pub tree: f64,
    /// Width of the list with the message to its right.
    pub list: f64,
    /// Height of the list with the message below.
    pub list_block: f64,
}

impl Default for PaneSizes {
    fn default() -> Self {
        Self { tree: 232.0, list: 420.0, list_block: 320.0 }
    }
}

const TREE: Limits = Limits { least: 176.0, most: 400.0 };
const LIST: Limits = Limits { least: 280.0, most: 760.0 };
const LIST_BLOCK: Limits = Limits { least: 160.0, most: 700.0 };

#[component]
pub fn Panes(
    model: ShellModel,
    on_resize: Callback<PaneSizes>,
    drawer: RwSignal<bool>,
    tree: ViewFn,
    list: ViewFn,
    message: ViewFn,
) -> impl IntoView {
    let ShellModel { front, arrangement, sizes, .. } = model;
    let below = move || arrangement.get() == Arrangement::Below;
    let line = Signal::derive(move || if below() { Line::Level } else { Line::Upright });
    let list_size = Signal::derive(move || {
        sizes.with(|sizes| if below() { sizes.list_block } else { sizes.list })
    });
    let resize_tree = move |tree| on_resize.run(PaneSizes { tree, ..sizes.get_untracked() });
    let resize_list = move |size| {
        let sizes = sizes.get_untracked();
        on_resize.run(match arrangement.get_untracked() {
            Arrangement::Below => PaneSizes { list_block: size, ..sizes },
            _ => PaneSizes { list: size, ..sizes },
        });
    };
    view! {
        <div
            class="shell-panes"
            class:is-below=below
            class:is-single=move || arrangement.get() == Arrangement::Single
            class:is-message-front=move || front.get() == Front::Message
            style:--tree-size=move || px(sizes.get().tree)
            style:--list-size=move || px(list_size.get())
        >
            <nav class="shell-tree-line" aria-label=t(Key::ShellMailboxes)>
                <TreePane drawer tree />
                <Splitter
                    label=t(Key::ShellResizeTree)
                    line=Line::Upright
                    size=Signal::derive(move || sizes.get().tree)
                    limits=TREE
                    on_resize=resize_tree
                />
            </nav>
            <main class="shell-main" inert=move || drawer.get()>
                <div class="shell-list">{list.run()}</div>
                <div class="shell-list-line">
                    {move || {
                        let limits = if below() { LIST_BLOCK } else { LIST };
                        view! {
                            <Splitter
                                label=t(Key::ShellResizeList)
                                line=line
                                size=list_size
                                limits
                                on_resize=resize_list
                            />
                        }
                    }}
                </div>
                <div class="shell-message">{message.run()}</div>
            </main>
        </div>
    }
}

/// The tree, beside the list or in a drawer that Escape, a choice or the scrim closes.
#[component]
fn TreePane(drawer: RwSignal<bool>, tree: ViewFn) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |was_open: Option<bool>| {
        let open = drawer.get();
        let target = move || match (was_open, open) {
            (Some(false), true) => node.get_untracked()?.query_selector("[tabindex='0']").ok()?,
            (Some(true), false) => document().query_selector(".shell-drawer-button").ok()?,
            _ => None,
        };
        // What is about to be shown takes focus only once it is shown.
        request_animation_frame(move || {
            if let Some(target) = target() {
                // On a wide page the button is not shown and takes no focus, as it should be.
                let _ = target.unchecked_into::<HtmlElement>().focus();
            }
        });
        open
    });
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            drawer.set(false);
        }
    };
    let press = move |event: ev::MouseEvent| {
        let on = event.target().map(|target| target.unchecked_into::<HtmlElement>());
        if on.is_some_and(|on| on.closest("[aria-selected]").ok().flatten().is_some()) {
            drawer.set(false);
        }
    };
    view! {
        <div class="shell-scrim" class:is-open=drawer on:click=move |_| drawer.set(false)></div>
        <div
            node_ref=node
            class="shell-tree"
            class:is-open=drawer
            on:keydown=key
            on:click=press
        >
            {tree.run()}
        </div>
    }
}
