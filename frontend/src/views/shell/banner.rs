//! Says in the header when something between page and mail is not as it should be: space that
//! is there anyway, so that nothing jumps.

use crate::i18n::{Key, t, text, text_with};
use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;

/// How page, bridge and mail server stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Nothing to say.
    #[default]
    Fine,
    /// The link to the bridge is down and being built again.
    Reconnecting,
    /// The device has no network.
    Offline,
    /// The bridge cannot reach the mail server.
    Unreachable,
    /// The same of one account of several: its name.
    OneUnreachable(String),
    /// The mail server refused the stored password.
    NeedsSignIn,
    /// The password of one account of several is needed: its name.
    OneNeedsPassword(String),
    /// A newer build of the page waits.
    NewVersion,
    /// A part of the page could not be loaded.
    Incomplete,
}

impl Status {
    /// Icon, text and, where there is something to do, the button's text.
    fn face(&self) -> Option<(Icon, String, Option<Key>)> {
        let (shape, key, action) = match self {
            Self::Fine => return None,
            Self::Reconnecting => (Icon::Refresh, Key::ShellReconnecting, None),
            Self::Offline => (Icon::Offline, Key::ShellOffline, None),
            Self::Unreachable => (Icon::Warning, Key::ShellUnreachable, Some(Key::ShellRetry)),
            Self::OneUnreachable(_) => {
                (Icon::Warning, Key::ShellOneUnreachable, Some(Key::ShellRetry))
            }
            Self::NeedsSignIn => (Icon::Warning, Key::ShellNeedsSignIn, Some(Key::LoginSubmit)),
            Self::OneNeedsPassword(_) => {
                (Icon::Warning, Key::ShellOneNeedsPassword, Some(Key::LoginSubmit))
            }
            Self::Incomplete => (Icon::Warning, Key::ShellIncomplete, Some(Key::ShellRetry)),
            Self::NewVersion => (Icon::Download, Key::ShellNewVersion, Some(Key::ShellReload)),
        };
        let words = match self {
            Self::OneUnreachable(name) | Self::OneNeedsPassword(name) => {
                text_with(key, &[("name", name)])
            }
            _ => text(key),
        };
        Some((shape, words, action))
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Unreachable
            | Self::OneUnreachable(_)
            | Self::NeedsSignIn
            | Self::OneNeedsPassword(_) => "shell-banner is-urgent",
            Self::NewVersion => "shell-banner is-news",
            _ => "shell-banner",
        }
    }
}

#[component]
pub fn Banner(status: Signal<Status>, on_press: Callback<()>) -> impl IntoView {
    let strip = move || {
        let status = status.get();
        status.face().map(|(shape, words, action)| {
            let button = action.map(|key| {
                view! {
                    <button type="button" class="shell-banner-action" on:click=move |_| on_press.run(())>
                        {t(key)}
                    </button>
                }
            });
            view! {
                <div class=status.class()>
                    {icon(shape)} <span class="shell-banner-text">{words}</span> {button}
                </div>
            }
        })
    };
    view! { <div class="shell-status" role="status">{strip}</div> }
}
