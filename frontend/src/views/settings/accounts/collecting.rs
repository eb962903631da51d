//! How a POP3 account is collected: how it goes, and how it is to be.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::AccountId;
use postern_shared::collecting::{
    Cause, Collecting, KnownBy, MOST_DAYS, MOST_MINUTES, Policy, Removal, Stage,
};

use super::attempt;
use crate::i18n::{Key, error_text, file_size, full_date, number, t, text, text_count, text_with};
use crate::state::collecting::{Course as Done, of};
use crate::state::stores;
use crate::ui::button::{Button, SubmitButton};
use crate::ui::field::{Choice, NumberField, Select};

/// How far back the first round goes, in days.
const BACK: [(u16, &str); 5] = [(0, "0"), (7, "7"), (30, "30"), (90, "90"), (365, "365")];
/// From which size on only headers come at first, in KiB, and how that is kept in the select.
const SIZES: [(u32, &str); 5] =
    [(0, "0"), (256, "256"), (1024, "1024"), (5120, "5120"), (20_480, "20480")];

/// How an account's collection goes, and the form for how it is to be.
#[component]
pub fn CollectingForm(account: AccountId) -> impl IntoView {
    let own = account.clone();
    let now = Memo::new(move |_| of(&own));
    let here = Memo::new(move |_| now.with(Option::is_some));
    let account = StoredValue::new(account);
    move || {
        here.get().then(|| {
            let policy = now.with_untracked(|now| now.as_ref().map(|now| now.policy));
            view! {
                <section class="settings-form" aria-label=t(Key::CollectingTitle)>
                    <h3 class="settings-subtitle">{t(Key::CollectingTitle)}</h3>
                    <Course account now />
                    <PolicyForm account now policy=policy.unwrap_or_default() />
                </section>
            }
        })
    }
}

/// Why the last round of an account failed, where it did.
#[component]
pub fn Failure(account: AccountId) -> impl IntoView {
    let failed = move || match of(&account)?.stage {
        Stage::Failed(cause, _) => Some(cause_text(&cause)),
        _ => None,
    };
    move || failed().map(|reason| view! { <span class="settings-problem">{reason}</span> })
}

/// How it goes, and what can be done about that.
#[component]
fn Course(account: StoredValue<AccountId>, now: Memo<Option<Collecting>>) -> impl IntoView {
    let stores = stores();
    let read = move |read: fn(&Collecting) -> String| {
        move || now.with(|now| now.as_ref().map(read).unwrap_or_default())
    };
    let is = move |test: fn(&Stage) -> bool| {
        Signal::derive(move || now.with(|now| now.as_ref().is_some_and(|now| test(&now.stage))))
    };
    let failed = is(|stage| matches!(stage, Stage::Failed(..) | Stage::NeedsSignIn));
    let running = is(|stage| matches!(stage, Stage::Running { .. }));
    let stopped = is(|stage| matches!(stage, Stage::Stopped | Stage::NeedsSignIn));
    let refused = is(|stage| matches!(stage, Stage::NeedsSignIn));
    let hashed =
        move || now.with(|now| now.as_ref().is_some_and(|now| now.known_by == KnownBy::Hash));
    let missed = move || now.with(|now| now.as_ref().and_then(missed_text));
    let delay = move || now.with(|now| now.as_ref().map_or(0, |now| now.login_delay));
    let progress = move || {
        now.with(|now| match now.as_ref().map(|now| &now.stage) {
            Some(Stage::Running { done, total, .. }) if *total > 0 => Some((*done, *total)),
            _ => None,
        })
    };
    let collect = move |()| attempt(stores, stores.collect_now(account.get_value()));
    let stop = move |()| attempt(stores, stores.stop_collecting(account.get_value()));
    let idle = Signal::derive(move || running.get() || refused.get());
    view! {
        <p class:settings-problem=failed>{read(stage_text)}</p>
        {move || progress().map(|(done, total)| view! {
            <progress
                class="collecting-progress"
                aria-label=t(Key::CollectingTitle)
                max=total.to_string()
                value=done.to_string()
            ></progress>
        })}
        <p class="settings-note">{read(last_text)}</p>
        {move || missed().map(|missed| view! { <p class="settings-problem">{missed}</p> })}
        {move || hashed().then(|| view! {
            <p class="settings-note" role="note">{t(Key::CollectingHash)}</p>
        })}
        {move || (delay() > 0).then(|| view! {
            <p class="settings-note" role="note">
                {text_count(Key::CollectingDelay, delay().into(), &[])}
            </p>
        })}
        <div class="settings-deeds">
            <Button label=t(Key::CollectingNow) disabled=idle on_press=collect />
            <Button label=t(Key::CollectingStop) disabled=stopped on_press=stop />
        </div>
    }
}

fn stage_text(now: &Collecting) -> String {
    let wait =
        |millis: u32| text_count(Key::CollectingWaiting, u64::from(millis / 60_000) + 1, &[]);
    match &now.stage {
        Stage::Waiting(millis) => wait(*millis),
        Stage::Running { total: 0, .. } => text(Key::CollectingLooking),
        Stage::Running { done, total, octets } => {
            Done { done: *done, total: *total, octets: *octets }.said()
        }
        Stage::Stopped => text(Key::CollectingStopped),
        Stage::Failed(cause, millis) => {
            let (reason, next) = (cause_text(cause), wait(*millis));
            text_with(Key::CollectingFailed, &[("reason", &reason), ("next", &next)])
        }
        Stage::NeedsSignIn => text(Key::SettingsAccountNeedsPassword),
    }
}

fn cause_text(cause: &Cause) -> String {
    match cause {
        Cause::Error(error) => error_text(error),
        Cause::TooMany(most) => {
            text_with(Key::CollectingTooMany, &[("most", &number((*most).into()))])
        }
        Cause::TooLarge(most) => text_with(Key::CollectingTooLarge, &[("size", &file_size(*most))]),
    }
}

/// What the last round left at the server, and why.
fn missed_text(now: &Collecting) -> Option<String> {
    let missed = now.missed.as_ref()?;
    let reason = cause_text(&missed.first);
    Some(text_count(Key::CollectingMissed, missed.messages.into(), &[("reason", &reason)]))
}

fn last_text(now: &Collecting) -> String {
    match now.last_at {
        0 => text(Key::CollectingNever),
        at => text_with(Key::CollectingLast, &[("date", &full_date(at as f64 * 1000.0))]),
    }
}

/// How it is to be.
#[component]
fn PolicyForm(
    account: StoredValue<AccountId>,
    now: Memo<Option<Collecting>>,
    policy: Policy,
) -> impl IntoView {
    let stores = stores();
    let typed = RwSignal::new(policy);
    let days = RwSignal::new(match policy.removal {
        Removal::AfterDays(days) => days,
        _ => 30,
    });
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        problem.set(String::new());
        let mut policy = typed.get_untracked();
        if let Removal::AfterDays(kept) = &mut policy.removal {
            *kept = days.get_untracked();
        }
        spawn_local(async move {
            let set = stores.set_policy(account.get_value(), policy).await;
            let _ = busy.try_set(false);
            match set {
                Ok(()) => stores.toasts.say(text(Key::CollectingSaved)),
                Err(error) => drop(problem.try_set(error_text(&error))),
            }
        });
    };
    let fresh =
        move || now.with(|now| now.as_ref().is_some_and(|now| now.known_by == KnownBy::Nothing));
    let minutes = RwSignal::new(policy.every_minutes);
    Effect::new(move |_| {
        let minutes = minutes.get();
        typed.update(|typed| typed.every_minutes = minutes);
    });
    view! {
        <form class="settings-form" novalidate aria-label=t(Key::CollectingPolicy) on:submit=submit>
            <Removals typed days />
            <Number label=t(Key::CollectingEvery) value=minutes most=MOST_MINUTES />
            <Sizes typed />
            {move || fresh().then(|| view! { <Back typed /> })}
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds"><SubmitButton label=t(Key::SettingsSave) busy /></div>
        </form>
    }
}

/// When a message is removed at the server, with a warning where it is.
#[component]
fn Removals(typed: RwSignal<Policy>, days: RwSignal<u16>) -> impl IntoView {
    let choices = Signal::derive(|| {
        let choice = |(value, key)| Choice { value, label: text(key) };
        [
            ("never", Key::CollectingNeverRemoved),
            ("days", Key::CollectingAfterDays),
            ("download", Key::CollectingAfterDownload),
            ("expunged", Key::CollectingWhenExpunged),
        ]
        .map(choice)
        .to_vec()
    });
    let value = Memo::new(move |_| match typed.with(|typed| typed.removal) {
        Removal::Never => "never",
        Removal::AfterDays(_) => "days",
        Removal::AfterDownload => "download",
        Removal::WhenExpunged => "expunged",
    });
    let choose = move |value: String| {
        let removal = match &*value {
            "days" => Removal::AfterDays(days.get_untracked()),
            "download" => Removal::AfterDownload,
            "expunged" => Removal::WhenExpunged,
            _ => Removal::Never,
        };
        typed.update(|typed| typed.removal = removal);
    };
    let warning = move || match value.get() {
        "days" => Some(Key::CollectingWarnDays),
        "download" => Some(Key::CollectingWarnDownload),
        "expunged" => Some(Key::CollectingWarnExpunged),
        _ => None,
    };
    view! {
        <Select
            label=t(Key::CollectingRemoval)
            choices
            value=Signal::derive(move || value.get().to_owned())
            on_change=choose
        />
        {move || (value.get() == "days").then(|| view! {
            <Number label=t(Key::CollectingDays) value=days most=MOST_DAYS />
        })}
        {move || warning().map(|key| view! {
            <p class="settings-note collecting-warning" role="note">{t(key)}</p>
        })}
    }
}

/// How far back the first round goes.
#[component]
fn Back(typed: RwSignal<Policy>) -> impl IntoView {
    let choices = Signal::derive(|| {
        let label = |days: u16| match days {
            0 => text(Key::CollectingAll),
            days => text_count(Key::CollectingBack, days.into(), &[]),
        };
        BACK.map(|(days, value)| Choice { value, label: label(days) }).to_vec()
    });
    let value = move || typed.with(|typed| typed.first_days.to_string());
    let choose = move |value: String| {
        let days = value.parse().unwrap_or_default();
        typed.update(|typed| typed.first_days = days);
    };
    view! {
        <Select
            label=t(Key::CollectingFirst)
            choices
            value=Signal::derive(value)
            on_change=choose
        />
    }
}

/// From which size on only headers come at first.
#[component]
fn Sizes(typed: RwSignal<Policy>) -> impl IntoView {
    let choices = Signal::derive(|| {
        let label = |kib: u32| match kib {
            0 => text(Key::CollectingWhole),
            kib => text_with(Key::CollectingAbove, &[("size", &file_size(u64::from(kib) << 10))]),
        };
        SIZES.map(|(kib, value)| Choice { value, label: label(kib) }).to_vec()
    });
    let value = move || typed.with(|typed| typed.whole_up_to_kib.to_string());
    let choose = move |value: String| {
        let size = value.parse().unwrap_or_default();
        typed.update(|typed| typed.whole_up_to_kib = size);
    };
    view! {
        <Select
            label=t(Key::CollectingSizes)
            choices
            value=Signal::derive(value)
            on_change=choose
        />
    }
}

/// A whole number from 1 to `most`.
#[component]
fn Number(label: Signal<String>, value: RwSignal<u16>, most: u16) -> impl IntoView {
    let change = move |typed: String| {
        if let Ok(number) = typed.parse::<u16>() {
            value.set(number.clamp(1, most));
        }
    };
    view! {
        <NumberField
            label
            value=Signal::derive(move || value.get().to_string())
            most
            on_change=change
        />
    }
}
