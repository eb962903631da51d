//! The page "Appearance": theme, density, reading pane; all kept on this device.

use super::Choices;
use crate::i18n::{Key, t, text};
use crate::ui::field::{Choice, RadioGroup};
use leptos::prelude::*;

const THEMES: [(&str, Key); 3] = [
    ("system", Key::SettingsThemeSystem),
    ("light", Key::SettingsThemeLight),
    ("dark", Key::SettingsThemeDark),
];
const DENSITIES: [(&str, Key); 2] =
    [("comfortable", Key::SettingsDensityComfortable), ("compact", Key::SettingsDensityCompact)];
const READING_PANES: [(&str, Key); 3] = [
    ("right", Key::SettingsReadingRight),
    ("below", Key::SettingsReadingBelow),
    ("off", Key::SettingsReadingOff),
];

#[component]
pub fn Appearance(choices: Signal<Choices>, on_choose: Callback<Choices>) -> impl IntoView {
    let offer = |named: &'static [(&'static str, Key)]| {
        Signal::derive(move || {
            named.iter().map(|(value, key)| Choice { value, label: text(*key) }).collect()
        })
    };
    let now = move || choices.get_untracked();
    view! {
        <RadioGroup
            label=t(Key::SettingsTheme)
            choices=offer(&THEMES)
            value=Signal::derive(move || choices.get().theme)
            on_change=move |theme| on_choose.run(Choices { theme, ..now() })
        />
        <RadioGroup
            label=t(Key::SettingsDensity)
            choices=offer(&DENSITIES)
            value=Signal::derive(move || choices.get().density)
            on_change=move |density| on_choose.run(Choices { density, ..now() })
        />
        <RadioGroup
            label=t(Key::SettingsReadingPane)
            choices=offer(&READING_PANES)
            value=Signal::derive(move || choices.get().reading_pane)
            on_change=move |reading_pane| on_choose.run(Choices { reading_pane, ..now() })
        />
        <p class="settings-note">{t(Key::SettingsDeviceHint)}</p>
    }
}
