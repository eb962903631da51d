//! Asking before something is removed that could not be brought back.

use leptos::prelude::*;

use crate::i18n::{Key, t};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dialog::Dialog;

/// The question, while there is one; `on_agree` removes.
#[component]
pub fn Removal(
    open: RwSignal<bool>,
    #[prop(into)] question: Signal<String>,
    hint: Key,
    #[prop(into)] on_agree: Callback<()>,
) -> impl IntoView {
    let agree = move |()| {
        open.set(false);
        on_agree.run(());
    };
    view! {
        <Dialog
            open=open.into()
            on_close=move |()| open.set(false)
            title=question
            close_label=t(Key::ShellClose)
        >
            <p>{t(hint)}</p>
            <div class="settings-deeds">
                <Button label=t(Key::SettingsKeep) on_press=move |()| open.set(false) />
                <Button
                    label=t(Key::SettingsRemove)
                    kind=ButtonKind::Danger
                    on_press=agree
                />
            </div>
        </Dialog>
    }
}
