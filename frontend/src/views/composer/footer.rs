//! The composer's last row: send, schedule, attach, what is seldom changed, discard.

use leptos::prelude::*;

use super::Desk;
use super::files::Attach;
use super::schedule::Schedule;
use super::templates::Templates;
use super::text::Mode;
use crate::i18n::{Key, t};
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::icon::Icon;
use crate::ui::menu::{Menu, MenuCheck, MenuFace, MenuItem};

/// What the row does.
#[derive(Clone, Copy)]
pub struct Deeds {
    /// Hands the draft in: at a time (seconds since 1970), or now.
    pub send: Callback<Option<i64>>,
    pub discard: Callback<()>,
    /// Whether it goes as soon as its files are uploaded.
    pub waits: RwSignal<Option<Option<i64>>>,
}

#[component]
pub fn Footer(desk: Desk, deeds: Deeds) -> impl IntoView {
    let scheduling = RwSignal::new(false);
    let Deeds { send, discard, waits } = deeds;
    let waiting = move || {
        waits.with(Option::is_some).then(|| {
            view! {
                <div class="composer-waits" role="status">
                    <p>{t(Key::ComposeWaits)}</p>
                    <Button
                        label=t(Key::ComposeWaitsNot)
                        kind=ButtonKind::Quiet
                        on_press=move |()| waits.set(None)
                    />
                </div>
            }
        })
    };
    view! {
        {waiting}
        <div class="composer-footer">
            <Button
                label=t(Key::ComposeSend)
                icon=Icon::Send
                kind=ButtonKind::Primary
                on_press=move |()| send.run(None)
            />
            <IconButton
                label=t(Key::ComposeSchedule)
                icon=Icon::Calendar
                on_press=move |()| scheduling.set(true)
            />
            <Attach desk />
            <Mode desk />
            <Options desk />
            <span class="composer-gap"></span>
            <IconButton
                label=t(Key::ComposeDiscard)
                icon=Icon::Trash
                on_press=move |()| discard.run(())
            />
        </div>
        <Schedule open=scheduling send />
    }
}

/// What is seldom changed.
#[component]
fn Options(desk: Desk) -> impl IntoView {
    let choosing = RwSignal::new(false);
    let ask_read = Signal::derive(move || desk.draft.with(|draft| draft.options.ask_read));
    let ask_delivered =
        Signal::derive(move || desk.draft.with(|draft| draft.options.ask_delivered));
    let turn_read = move |()| desk.edit(|draft| draft.options.ask_read = !draft.options.ask_read);
    let turn_delivered =
        move |()| desk.edit(|draft| draft.options.ask_delivered = !draft.options.ask_delivered);
    view! {
        <Menu label=t(Key::ComposeOptions) face=MenuFace::Icon(Icon::More)>
            <MenuItem label=t(Key::ComposeTemplate) on_choose=move |()| choosing.set(true) />
            <MenuCheck label=t(Key::ComposeAskRead) checked=ask_read on_choose=turn_read />
            <MenuCheck
                label=t(Key::ComposeAskDelivered)
                checked=ask_delivered
                on_choose=turn_delivered
            />
        </Menu>
        <Templates desk open=choosing />
    }
}
