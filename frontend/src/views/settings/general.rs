//! The page "General": the language.

use super::Choices;
use crate::i18n::{Key, Locale, t, text};
use crate::ui::field::{Choice, Select};
use leptos::prelude::*;

#[component]
pub fn General(choices: Signal<Choices>, on_choose: Callback<Choices>) -> impl IntoView {
    let languages = Signal::derive(|| {
        let own = Choice { value: "", label: text(Key::SettingsLanguageSystem) };
        let spoken = Locale::all()
            .map(|locale| Choice { value: locale.tag(), label: locale.name().to_owned() });
        std::iter::once(own).chain(spoken).collect()
    });
    let change = move |language| on_choose.run(Choices { language, ..choices.get_untracked() });
    view! {
        <Select
            label=t(Key::SettingsLanguage)
            hint=t(Key::SettingsLanguageHint)
            choices=languages
            value=Signal::derive(move || choices.get().language)
            on_change=change
        />
    }
}
