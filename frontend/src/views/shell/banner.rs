//! Says in the header when something between page and mail is not as it should be: space that
//! is there anyway, so that nothing jumps.

use crate::i18n::{Key, t};
use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;

/// How page, bridge and mail server stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// The mail server refused the stored password.
    NeedsSignIn,
    /// A newer build of the page waits.
    NewVersion,
    /// A part of the page could not be loaded.
    Incomplete,
}

impl Status {
    /// Icon, text and, where there is something to do, the button's text.
    fn face(self) -> Option<(Icon, Key, Option<Key>)> {
        Some(match self {
            Self::Fine => return None,
            Self::Reconnecting => (Icon::Refresh, Key::ShellReconnecting, None),
            Self::Offline => (Icon::Offline, Key::ShellOffline, None),
            Self::Unreachable => (Icon::Warning, Key::ShellUnreachable, Some(Key::ShellRetry)),
            Self::NeedsSignIn => (Icon::Warning, Key::ShellNeedsSignIn, Some(Key::LoginSubmit)),
            Self::Incomplete => (Icon::Warning, Key::ShellIncomplete, Some(Key::ShellRetry)),
            Self::NewVersion => (Icon::Download, Key::ShellNewVersion, Some(Key::ShellReload)),
        })
    }

    fn class(self) -> &'static str {
        match self {
            Self::Unreachable | Self::NeedsSignIn => "shell-banner is-urgent",
            Self::NewVersion => "shell-banner is-news",
            _ => "shell-banner",
        }
    }
}

#[component]
pub fn Banner(status: Signal<Status>, on_press: Callback<()>) -> impl IntoView {
    let strip = move || {
        let status = status.get();
        status.face().map(|(shape, key, action)| {
            let button = action.map(|key| {
                view! {
                    <button type="button" class="shell-banner-action" on:click=move |_| on_press.run(())>
                        {t(key)}
                    </button>
                }
            });
            view! {
                <div class=status.class()>
                    {icon(shape)} <span class="shell-banner-text">{t(key)}</span> {button}
                </div>
            }
        })
    };
    view! { <div class="shell-status" role="status">{strip}</div> }
}
