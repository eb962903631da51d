//! The settings screen, joined to the preferences of this device.

use leptos::prelude::*;

use crate::routes::{Route, SettingsPage};
use crate::state::preferences::{Density, Named, ReadingPane, Theme};
use crate::state::session::SessionState;
use crate::state::{Stores, base_path, stores};
use crate::views::settings::{Choices, Settings, SettingsModel, SettingsVerbs};

/// The settings.
#[component]
pub fn SettingsScreen() -> impl IntoView {
    let stores = stores();
    let page = Signal::derive(move || match stores.location.route() {
        Route::Settings(page) => page,
        _ => SettingsPage::General,
    });
    let preferred = stores.preferences.all();
    let choices = Signal::derive(move || {
        let preferred = preferred.get();
        Choices {
            language: preferred.language,
            theme: preferred.theme.slug().to_owned(),
            density: preferred.density.slug().to_owned(),
            reading_pane: preferred.reading_pane.slug().to_owned(),
            shortcuts: !preferred.shortcuts_off,
            threads: preferred.threads,
            undo_seconds: preferred.undo_seconds,
            previews: !preferred.previews_off,
            all_mailboxes: preferred.all_mailboxes,
            swipes: [preferred.swipe_forward, preferred.swipe_backward],
        }
    });
    let (accounts, address) = (stores.accounts.all(), address(stores));
    let limits = stores.limits;
    let hold = Signal::derive(move || {
        limits.with(|limits| limits.as_ref().map_or(0, |limits| limits.undo_seconds))
    });
    let model = SettingsModel { page, choices, accounts, address, hold };
    let verbs = SettingsVerbs {
        open: Callback::new(move |page| stores.location.go(Route::Settings(page))),
        back: Callback::new(move |()| stores.location.go_to_list()),
        choose: Callback::new(move |choices| choose(stores, choices)),
        sign_out: Callback::new(move |()| stores.sign_out()),
        href: Callback::new(|page| base_path() + &Route::Settings(page).path()),
    };
    view! { <Settings model verbs /> }
}

/// The address that is signed in.
pub fn address(stores: Stores) -> Signal<String> {
    let state = stores.session.state();
    Signal::derive(move || match state.get() {
        SessionState::SignedIn(who) => who.address,
        _ => String::new(),
    })
}

fn choose(stores: Stores, choices: Choices) {
    if choices.threads != untrack(|| stores.conversing()) {
        stores.converse(choices.threads);
    }
    stores.preferences.change(|preferred| {
        preferred.language = choices.language;
        preferred.theme = Theme::from_slug(&choices.theme);
        preferred.density = Density::from_slug(&choices.density);
        preferred.reading_pane = ReadingPane::from_slug(&choices.reading_pane);
        preferred.undo_seconds = choices.undo_seconds;
        preferred.shortcuts_off = !choices.shortcuts;
        preferred.previews_off = !choices.previews;
        preferred.all_mailboxes = choices.all_mailboxes;
        [preferred.swipe_forward, preferred.swipe_backward] = choices.swipes;
    });
}
