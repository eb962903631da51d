//! What lies over the page: composers, dialogs, notices and tooltips.

use leptos::prelude::*;

use super::dragging::Dragging;
use super::notices::Notices;
use super::prompts::Prompts;
use super::rounds::Rounds;
use crate::state::session::SessionState;
use crate::state::stores;
use crate::ui::tooltip::TooltipLayer;
use crate::views::composer::Composers;
use crate::views::message_list::gestures::Gestures;

/// Every layer; what belongs to a user only while somebody is signed in.
#[component]
pub fn Layers() -> impl IntoView {
    let stores = stores();
    stores.follow_later();
    let state = stores.session.state();
    let inside = Memo::new(move |_| state.get() != SessionState::SignedOut);
    view! {
        {move || inside.get().then(|| view! { <Composers /> <Prompts /> <Gestures /> <Dragging /> <Rounds /> })}
        <Notices />
        <TooltipLayer />
    }
}
