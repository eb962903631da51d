//! The frame of the page: header, banner, and the panes at their three widths.

mod banner;
mod header;
mod panes;
mod search;

use leptos::ev;
use leptos::prelude::*;
use panes::Panes;

pub use banner::Status;
pub use panes::{Arrangement, PaneSizes};

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
    /// What is being searched for; empty where nothing is.
    pub query: Signal<String>,
    pub status: Signal<Status>,
    pub front: Signal<Front>,
    pub arrangement: Signal<Arrangement>,
    pub sizes: Signal<PaneSizes>,
}

/// What the shell's controls do.
#[derive(Clone, Copy)]
pub struct ShellVerbs {
    pub compose: Callback<()>,
    /// Search for this; nothing ends the search.
    pub search: Callback<String>,
    /// The banner's button: try again, or reload, whichever the status offers.
    pub mend: Callback<()>,
    pub resize: Callback<PaneSizes>,
}

/// The shell around the three panes.
#[component]
pub fn Shell(
    model: ShellModel,
    verbs: ShellVerbs,
    /// The menu of the account.
    #[prop(into)]
    account: ViewFn,
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
    // A drawer makes no sense once the window is wide enough for the tree.
    let resized = window_event_listener(ev::resize, move |_| drawer.set(false));
    on_cleanup(move || resized.remove());
    view! {
        <div class="shell">
            <Header model verbs drawer account />
            <Panes model on_resize=verbs.resize drawer tree list message />
        </div>
    }
}
