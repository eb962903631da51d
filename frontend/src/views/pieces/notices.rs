//! Notices and what is read out.

use leptos::prelude::*;

use crate::i18n::{Key, t, text};
use crate::state::stores;
use crate::state::toasts::{Notice, Offer};
use crate::ui::live_region::LiveRegions;
use crate::ui::toast::{Toast, ToastRegion};

/// The notices of the page and its live regions.
#[component]
pub fn Notices() -> impl IntoView {
    let stores = stores();
    let toasts = stores.toasts;
    let all = toasts.all();
    let shown = Signal::derive(move || all.get().into_iter().map(toast).collect::<Vec<_>>());
    view! {
        <ToastRegion
            label=t(Key::ShellNotifications)
            dismiss_label=t(Key::ShellDismiss)
            toasts=shown
            on_action=move |id| {
                if let Some(offer) = toasts.offer(id) {
                    stores.accept(offer);
                }
            }
            on_dismiss=move |id| toasts.dismiss(id)
        />
        <LiveRegions polite=toasts.polite() assertive=toasts.assertive() />
    }
}

fn toast(notice: Notice) -> Toast {
    let action = notice.offer.as_ref().map(|offer| text(label(offer)));
    Toast { id: notice.id, text: notice.text, action, stays: notice.stays }
}

fn label(offer: &Offer) -> Key {
    match offer {
        Offer::Undo(_) | Offer::RestoreDraft(_) | Offer::TakeBack(_) => Key::ActionUndo,
        Offer::Outbox => Key::OutboxOpen,
        Offer::Reload => Key::ShellReload,
    }
}
