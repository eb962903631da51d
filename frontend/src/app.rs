//! The page: every store is provided here, and the route decides which screen is shown.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use leptos::prelude::*;

use crate::routes::Route;
use crate::state::list::Phase;
use crate::state::parts::{Region, Stage};
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
    let drawn = mail_is_drawn(stores, screen);
    view! {
        {move || match screen.get() {
            Screen::SignIn => view! { <SignInScreen /> }.into_any(),
            Screen::Settings => view! { <Deferred region=Region::Settings /> }.into_any(),
            Screen::Blank | Screen::Mail => ().into_any(),
        }}
        {move || drawn.get().then(|| view! {
            <div class="page-mail" inert=move || screen.get() != Screen::Mail><MailScreen /></div>
        })}
        <Deferred region=Region::Layers />
    }
}

/// Whether the mail screen is drawn. It is so out of sight too while somebody types a password, to
/// stand the moment that is accepted; not after a sign-out: what one user did to it is nobody
/// else's business, so the next one gets another.
fn mail_is_drawn(stores: Stores, screen: Memo<Screen>) -> Memo<bool> {
    let later = stores.parts.stage(Region::Layers);
    let used = AtomicBool::new(false);
    Memo::new(move |_| match screen.get() {
        Screen::Mail => {
            used.store(true, Relaxed);
            true
        }
        Screen::SignIn => !used.load(Relaxed) && matches!(later.get(), Stage::Ready(_)),
        Screen::Blank | Screen::Settings => false,
    })
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
