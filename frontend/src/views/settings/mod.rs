//! The settings: one page at a time beside their navigation.

mod accounts;
mod appearance;
mod general;
mod identities;
mod images;
mod removal;
mod rich_field;
mod security;
mod shortcuts;
mod templates;
mod writing;

pub use shortcuts::ShortcutTable;

use crate::i18n::{Key, t, text};
use crate::routes::SettingsPage;
use crate::state::preferences::Swipe;
use crate::ui::button::IconButton;
use crate::ui::icon::{Icon, icon};
use leptos::ev;
use leptos::prelude::*;
use postern_shared::account::Account;

/// What the user chose for this device; values are the names in [`appearance`] and [`general`].
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// A BCP 47 tag; empty for the browser's.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `comfortable` or `compact`.
    pub density: String,
    /// `right`, `below` or `off`.
    pub reading_pane: String,
    pub shortcuts: bool,
    /// One row a conversation.
    pub threads: bool,
    /// Seconds for which sending can be undone; none for the default.
    pub undo_seconds: Option<u32>,
    /// The beginning of each message in its row.
    pub previews: bool,
    /// Mailboxes that are not subscribed to as well.
    pub all_mailboxes: bool,
    /// What swiping a row does, along the line of writing and the other way.
    pub swipes: [Swipe; 2],
}

/// What the settings show.
#[derive(Clone, Copy)]
pub struct SettingsModel {
    pub page: Signal<SettingsPage>,
    pub choices: Signal<Choices>,
    pub accounts: Signal<Vec<Account>>,
    /// The address that is signed in.
    pub address: Signal<String>,
    /// Seconds for which sending can be undone where the user chose nothing.
    pub hold: Signal<u32>,
}

/// What they do.
#[derive(Clone, Copy)]
pub struct SettingsVerbs {
    /// Leads to a page of the settings.
    pub open: Callback<SettingsPage>,
    /// Leads back to the mail.
    pub back: Callback<()>,
    pub choose: Callback<Choices>,
    pub sign_out: Callback<()>,
    /// The address of a page, for its link.
    pub href: Callback<SettingsPage, String>,
}

/// The settings region.
#[component]
pub fn Settings(model: SettingsModel, verbs: SettingsVerbs) -> impl IntoView {
    let body = move || match model.page.get() {
        SettingsPage::General => view! {
            <general::General choices=model.choices hold=model.hold on_choose=verbs.choose />
        }
        .into_any(),
        SettingsPage::Accounts => {
            view! { <accounts::Accounts accounts=model.accounts /> }.into_any()
        }
        SettingsPage::Identities => {
            view! { <identities::Identities accounts=model.accounts /> }.into_any()
        }
        SettingsPage::Templates => view! { <templates::Templates /> }.into_any(),
        SettingsPage::Appearance => {
            view! { <appearance::Appearance choices=model.choices on_choose=verbs.choose /> }
                .into_any()
        }
        SettingsPage::Shortcuts => {
            view! { <shortcuts::Shortcuts choices=model.choices on_choose=verbs.choose /> }
                .into_any()
        }
        SettingsPage::Security => {
            view! { <security::Security address=model.address on_sign_out=verbs.sign_out /> }
                .into_any()
        }
    };
    view! {
        <div class="settings">
            <header class="settings-header">
                <IconButton label=t(Key::SettingsBack) icon=Icon::Back on_press=verbs.back />
                <h1 class="settings-heading">{t(Key::SettingsHeading)}</h1>
            </header>
            <div class="settings-columns">
                <Navigation page=model.page verbs />
                <main class="settings-page">
                    <h2 class="settings-title">{move || text(title(model.page.get()))}</h2>
                    {body}
                </main>
            </div>
        </div>
    }
}

#[component]
fn Navigation(page: Signal<SettingsPage>, verbs: SettingsVerbs) -> impl IntoView {
    let link = move |target: SettingsPage| {
        let go = move |event: ev::MouseEvent| {
            // With a modifier the browser opens a tab, as with any link.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                verbs.open.run(target);
            }
        };
        let current = move || (page.get() == target).then_some("page");
        view! {
            <a
                class="settings-link"
                href=verbs.href.run(target)
                aria-current=current
                on:click=go
            >
                {icon(shape(target))} <span>{t(title(target))}</span>
            </a>
        }
    };
    view! {
        <nav class="settings-navigation" aria-label=t(Key::SettingsHeading)>
            {SettingsPage::ALL.map(link).collect_view()}
        </nav>
    }
}

fn title(page: SettingsPage) -> Key {
    match page {
        SettingsPage::General => Key::SettingsGeneral,
        SettingsPage::Accounts => Key::SettingsAccounts,
        SettingsPage::Identities => Key::SettingsIdentities,
        SettingsPage::Templates => Key::SettingsTemplates,
        SettingsPage::Appearance => Key::SettingsAppearance,
        SettingsPage::Shortcuts => Key::SettingsShortcuts,
        SettingsPage::Security => Key::SettingsSecurity,
    }
}

fn shape(page: SettingsPage) -> Icon {
    match page {
        SettingsPage::General => Icon::Settings,
        SettingsPage::Accounts => Icon::Mail,
        SettingsPage::Identities => Icon::User,
        SettingsPage::Templates => Icon::Draft,
        SettingsPage::Appearance => Icon::Palette,
        SettingsPage::Shortcuts => Icon::Keyboard,
        SettingsPage::Security => Icon::Shield,
    }
}
