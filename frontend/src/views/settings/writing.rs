//! How mail is written on this device: with formatting or without, and where quotations stand.

use leptos::prelude::*;

use crate::i18n::{Key, t, text};
use crate::state::drafts::writing::{Quoting, Writing};
use crate::ui::field::{Checkbox, Choice, Select};

/// The fields.
#[component]
pub fn HowToWrite() -> impl IntoView {
    let writing = RwSignal::new(Writing::kept());
    let places = Signal::derive(|| {
        let label = |quoting| match quoting {
            Quoting::Below => Key::SettingsWritingQuotingBelow,
            Quoting::Above => Key::SettingsWritingQuotingAbove,
            Quoting::None => Key::SettingsWritingQuotingNone,
        };
        let choice = |(quoting, value)| Choice { value, label: text(label(quoting)) };
        Quoting::ALL.into_iter().map(choice).collect::<Vec<_>>()
    });
    let place = move |slug: String| {
        Writing::change(|writing| writing.quoting = Quoting::from_slug(&slug));
        writing.set(Writing::kept());
    };
    let look = move |rich: bool| {
        Writing::change(|writing| writing.rich = rich);
        writing.set(Writing::kept());
    };
    view! {
        <Select
            label=t(Key::SettingsWritingQuoting)
            choices=places
            value=Signal::derive(move || writing.get().quoting.slug().to_owned())
            on_change=place
        />
        <Checkbox
            label=t(Key::SettingsWritingRich)
            checked=Signal::derive(move || writing.get().rich)
            on_change=look
        />
    }
}
