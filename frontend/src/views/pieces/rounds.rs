//! Rounds of collection that take more than a moment, in a corner that nothing else needs.

use leptos::prelude::*;
use postern_shared::account::AccountId;

use crate::i18n::{Key, text_with};
use crate::state::collecting::{course_of, running};
use crate::state::stores;

/// A line for each account that is being collected; it shows once that has taken a while.
#[component]
pub fn Rounds() -> impl IntoView {
    let accounts = Memo::new(|_| running());
    let line = |account: AccountId| view! { <Line account /> };
    move || {
        let accounts = accounts.get();
        (!accounts.is_empty()).then(
            || view! { <div class="rounds">{accounts.into_iter().map(line).collect_view()}</div> },
        )
    }
}

#[component]
fn Line(account: AccountId) -> impl IntoView {
    let stores = stores();
    let shown = stores.accounts.get(&account).map(|account| account.shown().to_owned());
    let shown = shown.unwrap_or_default();
    let label = text_with(Key::CollectingProgress, &[("name", &shown)]);
    let course = Memo::new(move |_| course_of(&account));
    let number = move |read: fn(u32, u32) -> u32| {
        move || course.with(|one| one.map_or(0, |one| read(one.done, one.total))).to_string()
    };
    view! {
        <div
            class="rounds-line"
            role="progressbar"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax=number(|_, total| total)
            aria-valuenow=number(|done, _| done)
        >
            <strong dir="auto">{shown}</strong>
            <span>{move || course.get().map(|course| course.said())}</span>
            <progress
                aria-hidden="true"
                max=number(|_, total| total)
                prop:value=number(|done, _| done)
            ></progress>
        </div>
    }
}
