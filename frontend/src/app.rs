//! The page: every store is provided here, and the route decides which screen is shown.

use leptos::prelude::*;

use crate::routes::Route;
use crate::state::list::Phase;
use crate::state::parts::Region;
use crate::state::session::SessionState;
use crate::state::{LinkState, Stores};
use crate::views::pieces::deferred::{Deferred, fetch};
use crate::views::pieces::keys;
use crate::views::pieces::mail::MailScreen;
use crate::views::pieces::sign_in::SignInScreen;

/// What fills the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screen {
    /// It is not known yet whether somebody is signed in.
    Blank,
    SignIn,
    Mail,
    Settings,
}

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let stores = Stores::new();
    provide_context(stores);
    stores.start();
    keys::listen(stores);
    let state = stores.session.state();
    let expected = stores.session.expected();
    let screen = Memo::new(move |_| match (state.get(), stores.location.route()) {
        (SessionState::SignedOut, _) => Screen::SignIn,
        (SessionState::Unknown, _) if !expected => Screen::Blank,
        (_, Route::Settings(_)) => Screen::Settings,
        _ => Screen::Mail,
    });
    fetch_later(stores, screen);
    view! {
        {move || match screen.get() {
            Screen::Blank => ().into_any(),
            Screen::SignIn => view! { <SignInScreen /> }.into_any(),
            Screen::Mail => view! { <MailScreen /> }.into_any(),
            Screen::Settings => view! { <Deferred region=Region::Settings /> }.into_any(),
        }}
        <Deferred region=Region::Layers />
    }
}

/// Loads the rest of the page once its first screen stands, or as soon as it is asked for; where
/// that failed, again when the link is back.
fn fetch_later(stores: Stores, screen: Memo<Screen>) {
    let link = stores.link.state();
    Effect::new(move |_| {
        let lost = matches!(link.get(), LinkState::Reconnecting { .. });
        let rows = stores.windows.phase() != Phase::Loading;
        let list = matches!(stores.location.route(), Route::Mailbox(..) | Route::Home | Route::All);
        let stands = match screen.get() {
            Screen::Blank => false,
            Screen::Mail => rows || lost || !list,
            Screen::SignIn | Screen::Settings => true,
        };
        if stands {
            fetch(stores, Region::Layers);
        }
    });
}
