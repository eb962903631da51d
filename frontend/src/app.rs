//! The page: every store is provided here, and the route decides which screen is shown.

use leptos::prelude::*;

use crate::routes::Route;
use crate::state::Stores;
use crate::state::session::SessionState;
use crate::ui::tooltip::TooltipLayer;
use crate::views::composer::Composers;
use crate::views::pieces::keys;
use crate::views::pieces::mail::MailScreen;
use crate::views::pieces::notices::Notices;
use crate::views::pieces::preferences::SettingsScreen;
use crate::views::pieces::prompts::Prompts;
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
    let inside = move || matches!(screen.get(), Screen::Mail | Screen::Settings);
    view! {
        {move || match screen.get() {
            Screen::Blank => ().into_any(),
            Screen::SignIn => view! { <SignInScreen /> }.into_any(),
            Screen::Mail => view! { <MailScreen /> }.into_any(),
            Screen::Settings => view! { <SettingsScreen /> }.into_any(),
        }}
        {move || inside().then(|| view! { <Composers /> <Prompts /> })}
        <Notices />
        <TooltipLayer />
    }
}
