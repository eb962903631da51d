//! The frame of the page: header, banner, and the panes at their three widths.

mod banner;
mod header;
mod panes;

use leptos::prelude::*;
use leptos::{ev, html};
use panes::Panes;

pub use banner::Status;
pub use panes::{Arrangement, PaneSizes};

use crate::i18n::{Key, t};
use banner::Banner;
use header::Header;

/// Which pane is in front where only one has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    List,
    Message,
}

/// What the shell shows.
#[derive(Clone, Copy)]
pub struct ShellModel {
    /// The address that is signed in.
    pub address: Signal<String>,
    pub status: Signal<Status>,
    pub front: Signal<Front>,
    pub arrangement: Signal<Arrangement>,
    pub sizes: Signal<PaneSizes>,
}

/// What the shell's controls do.
#[derive(Clone, Copy)]
pub struct ShellVerbs {
    pub compose: Callback<()>,
    pub settings: Callback<()>,
    pub sign_out: Callback<()>,
    /// The banner's button: try again, or reload, whichever the status offers.
    pub mend: Callback<()>,
    pub resize: Callback<PaneSizes>,
}

/// The shell around the three panes.
#[component]
pub fn Shell(
    model: ShellModel,
    verbs: ShellVerbs,
    /// The mailbox tree.
    #[prop(into)]
    tree: ViewFn,
    /// The message list.
    #[prop(into)]
    list: ViewFn,
    /// The message.
    #[prop(into)]
    message: ViewFn,
) -> impl IntoView {
    let drawer = RwSignal::new(false);
    let node = NodeRef::<html::Div>::new();
    // A drawer makes no sense once the window is wide enough for the tree.
    let resized = window_event_listener(ev::resize, move |_| drawer.set(false));
    on_cleanup(move || resized.remove());
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        let grid = node
            .get_untracked()
            .and_then(|node| node.query_selector(".shell-list [tabindex='0']").ok().flatten());
        if let Some(grid) = grid {
            use leptos::wasm_bindgen::JsCast;
            // Focus on something that cannot take it is no harm.
            let _ = grid.unchecked_into::<leptos::web_sys::HtmlElement>().focus();
        }
    };
    view! {
        <div node_ref=node class="shell">
            <a class="shell-skip" href="#messages" on:click=skip>{t(Key::ShellSkip)}</a>
            <Header model verbs drawer />
            <Banner status=model.status on_press=verbs.mend />
            <Panes model on_resize=verbs.resize drawer tree list message />
        </div>
    }
}
