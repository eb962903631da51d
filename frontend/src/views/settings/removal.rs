//! Asking before something is removed that could not be brought back.

use leptos::prelude::*;

use crate::i18n::{Key, t};
use crate::ui::button::Button;
use crate::views::pieces::question::Question;

/// The question, while there is one; `on_agree` removes.
#[component]
pub fn Removal(
    open: RwSignal<bool>,
    #[prop(into)] question: Signal<String>,
    hint: Key,
    #[prop(into)] on_agree: Callback<()>,
    /// Leads to where a copy can be kept.
    #[prop(optional)]
    on_export: Option<Callback<()>>,
) -> impl IntoView {
    let closing = move |then: Callback<()>| {
        move |()| {
            open.set(false);
            then.run(());
        }
    };
    view! {
        <Question
            open
            title=question
            answers=[Key::SettingsKeep, Key::SettingsRemove]
            on_leave=move |()| open.set(false)
            on_agree=closing(on_agree)
        >
            <p>{t(hint)}</p>
            {on_export.map(|export| view! {
                <div class="settings-deeds">
                    <Button label=t(Key::MailboxExport) on_press=closing(export) />
                </div>
            })}
        </Question>
    }
}
