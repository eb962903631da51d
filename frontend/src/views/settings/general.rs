//! The page "General": the language, how long sending can be undone, and how mail is written.

use super::Choices;
use super::writing::HowToWrite;
use crate::i18n::{Key, Locale, t, text, text_count};
use crate::ui::field::{Choice, Select};
use leptos::prelude::*;

/// Seconds that are offered.
const HOLDS: [(&str, u32); 6] =
    [("0", 0), ("5", 5), ("10", 10), ("20", 20), ("30", 30), ("60", 60)];

#[component]
pub fn General(
    choices: Signal<Choices>,
    hold: Signal<u32>,
    on_choose: Callback<Choices>,
) -> impl IntoView {
    let languages = Signal::derive(|| {
        let own = Choice { value: "", label: text(Key::SettingsLanguageSystem) };
        let spoken = Locale::all()
            .map(|locale| Choice { value: locale.tag(), label: locale.name().to_owned() });
        std::iter::once(own).chain(spoken).collect()
    });
    let holds = Signal::derive(move || {
        let default = text_count(Key::SettingsUndoDefault, hold.get().into(), &[]);
        let offered = HOLDS.map(|(value, seconds)| Choice { value, label: length(seconds) });
        std::iter::once(Choice { value: "", label: default }).chain(offered).collect()
    });
    let now = move || choices.get_untracked();
    view! {
        <Select
            label=t(Key::SettingsLanguage)
            hint=t(Key::SettingsLanguageHint)
            choices=languages
            value=Signal::derive(move || choices.get().language)
            on_change=move |language| on_choose.run(Choices { language, ..now() })
        />
        <Select
            label=t(Key::SettingsUndo)
            hint=t(Key::SettingsUndoHint)
            choices=holds
            value=Signal::derive(move || chosen(choices.get().undo_seconds))
            on_change=move |value: String| {
                let undo_seconds = value.parse().ok();
                on_choose.run(Choices { undo_seconds, ..now() });
            }
        />
        <HowToWrite />
    }
}

fn length(seconds: u32) -> String {
    match seconds {
        0 => text(Key::SettingsUndoOff),
        _ => text_count(Key::SettingsUndoSeconds, seconds.into(), &[]),
    }
}

fn chosen(seconds: Option<u32>) -> String {
    seconds.map(|seconds| seconds.to_string()).unwrap_or_default()
}
