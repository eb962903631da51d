//! The page "Appearance": theme, density, panes, rows and swipes; all kept on this device.

use super::Choices;
use crate::i18n::{Key, t, text};
use crate::state::preferences::{Named, Swipe};
use crate::ui::field::{Checkbox, Choice, RadioGroup, Select};
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

const ROWS: [(&str, Key); 2] =
    [("messages", Key::ListMessages), ("conversations", Key::ListConversations)];

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
        <RadioGroup
            label=t(Key::SettingsRows)
            choices=offer(&ROWS)
            value=Signal::derive(move || row_kind(choices.get().threads).to_owned())
            on_change=move |kind| {
                let threads = kind == row_kind(true);
                on_choose.run(Choices { threads, ..now() });
            }
        />
        <Checkbox
            label=t(Key::SettingsPreviews)
            checked=Signal::derive(move || choices.get().previews)
            on_change=move |previews| on_choose.run(Choices { previews, ..now() })
        />
        <Checkbox
            label=t(Key::MailboxShowAll)
            checked=Signal::derive(move || choices.get().all_mailboxes)
            on_change=move |all_mailboxes| on_choose.run(Choices { all_mailboxes, ..now() })
        />
        <Swipes choices on_choose />
        <p class="settings-note">{t(Key::SettingsDeviceHint)}</p>
    }
}

/// What fingers do to rows.
#[component]
fn Swipes(choices: Signal<Choices>, on_choose: Callback<Choices>) -> impl IntoView {
    let offer = Signal::derive(|| {
        let choice = |swipe: Swipe| Choice { value: swipe.slug(), label: text(swipe.key()) };
        Swipe::CHOICES.map(choice).to_vec()
    });
    let select = move |at: usize, label: Key| {
        let change = move |slug: String| {
            let mut choices = choices.get_untracked();
            choices.swipes[at] = Swipe::from_slug(&slug);
            on_choose.run(choices);
        };
        view! {
            <Select
                label=t(label)
                choices=offer
                value=Signal::derive(move || choices.get().swipes[at].slug().to_owned())
                on_change=change
            />
        }
    };
    view! { {select(0, Key::SettingsSwipeForward)} {select(1, Key::SettingsSwipeBackward)} }
}

fn row_kind(threads: bool) -> &'static str {
    if threads { "conversations" } else { "messages" }
}
