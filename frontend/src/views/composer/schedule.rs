//! "Schedule send": times that are offered, or a day and an hour, in the user's own zone.

use leptos::ev;
use leptos::prelude::*;

use crate::i18n::{Key, moment, t, text, text_with};
use crate::state::schedule::{Preset, date_field, local, moment_of, now, presets, typed, zone};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dialog::Dialog;
use crate::ui::dom;

/// The dialog; `send` hears when the message is to go.
#[component]
pub fn Schedule(open: RwSignal<bool>, send: Callback<Option<i64>>) -> impl IntoView {
    let choose = Callback::new(move |millis: f64| {
        open.set(false);
        // Truncation is meant: nobody sends to the millisecond.
        send.run(Some((millis / 1000.0) as i64));
    });
    // What is pressed in here is none of the composer's keys.
    view! {
        <div class="schedule" on:keydown=|event| event.stop_propagation()>
            <Dialog
                open=open.into()
                on_close=move |()| open.set(false)
                title=t(Key::ComposeSchedule)
                close_label=t(Key::ShellClose)
            >
                <Times choose />
            </Dialog>
        </div>
    }
}

#[component]
fn Times(choose: Callback<f64>) -> impl IntoView {
    let offered = presets(local(now()));
    let preset = move |preset: Preset| {
        let millis = moment_of(preset.at);
        view! {
            <li>
                <button
                    type="button"
                    class="schedule-preset"
                    on:click=move |_| choose.run(millis)
                >
                    <span>{t(preset.name)}</span>
                    <span class="schedule-when">{move || moment(millis)}</span>
                </button>
            </li>
        }
    };
    view! {
        <ul class="schedule-presets">{offered.into_iter().map(preset).collect_view()}</ul>
        <Typed choose />
        <p class="schedule-note">{move || text_with(Key::ComposeScheduleZone, &[("zone", &zone())])}</p>
        <p class="schedule-note">{t(Key::ComposeScheduleSealed)}</p>
    }
}

/// A day and an hour of one's own.
#[component]
fn Typed(choose: Callback<f64>) -> impl IntoView {
    let today = date_field(local(now()));
    let (date, time) = (RwSignal::new(today.clone()), RwSignal::new(String::new()));
    let (date_id, time_id) = (dom::unique_id("schedule"), dom::unique_id("schedule"));
    let wanted = move || typed(&date.read(), &time.read()).map(moment_of);
    // What has passed while the dialog is open is told from what lies ahead when it counts.
    let ahead = move |millis: f64| millis > now();
    let said = move || match wanted() {
        Some(millis) if ahead(millis) => {
            text_with(Key::OutboxScheduled, &[("when", &moment(millis))])
        }
        Some(_) => text(Key::ComposeSchedulePast),
        None => String::new(),
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(millis) = untrack(wanted).filter(|millis| ahead(*millis)) {
            choose.run(millis);
        }
    };
    let ready = Signal::derive(move || wanted().is_none_or(|millis| !ahead(millis)));
    view! {
        <form class="schedule-form" on:submit=submit>
            <div class="field">
                <label class="field-label" for=date_id.clone()>{t(Key::ComposeScheduleDate)}</label>
                <input
                    class="field-input"
                    type="date"
                    id=date_id
                    min=today
                    prop:value=date
                    on:input=move |event| date.set(event_target_value(&event))
                />
            </div>
            <div class="field">
                <label class="field-label" for=time_id.clone()>{t(Key::ComposeScheduleTime)}</label>
                <input
                    class="field-input"
                    type="time"
                    id=time_id
                    prop:value=time
                    on:input=move |event| time.set(event_target_value(&event))
                />
            </div>
            <p class="schedule-said" role="status">{said}</p>
            <Button
                label=t(Key::ComposeScheduleSet)
                kind=ButtonKind::Primary
                disabled=ready
                on_press=move |()| {
                    if let Some(millis) = untrack(wanted).filter(|millis| ahead(*millis)) {
                        choose.run(millis);
                    }
                }
            />
        </form>
    }
}
