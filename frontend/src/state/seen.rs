//! What an on-screen keyboard leaves of the page.
//!
//! Not among `Stores`: all of it belongs to parts that come later.

use leptos::prelude::*;

use crate::browser::seen;

thread_local! {
    static SEEN: ArcRwSignal<Option<(f64, f64)>> = {
        let signal = ArcRwSignal::new(None);
        let told = signal.clone();
        seen::follow(move |seen| told.set(seen));
        signal
    };
}

/// Where what is seen of the page begins, and how high it is, in CSS pixels; none where nobody
/// knows.
#[must_use]
pub fn seen() -> Option<(f64, f64)> {
    SEEN.with(|seen| seen.get())
}
