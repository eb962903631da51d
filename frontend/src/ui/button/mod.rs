//! Buttons: with a text, or with an icon alone.

use super::icon::{Icon, icon as draw};
use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// Bordered.
    #[default]
    Plain,
    /// Text only, until it is pointed at.
    Quiet,
    /// Destroys something.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button is-primary",
            Self::Plain => "button",
            Self::Quiet => "button is-quiet",
            Self::Danger => "button is-danger",
        }
    }
}

/// A button with a text and, if wanted, an icon before it.
#[component]
pub fn Button(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] icon: Option<Icon>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="button" class=kind.class() disabled=disabled on:click=move |_| on_press.run(())>
            {icon.map(draw)}
            <span class="button-text">{label}</span>
        </button>
    }
}

/// The button that sends the form around it.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: Signal<String>,
    /// Shown as working and deaf to presses.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="submit" class="button is-primary is-wide" aria-disabled=move || busy.get().then_some("true")>
            <span class="button-text">{label}</span>
        </button>
    }
}

/// A button that shows an icon alone; its label is its name and its tooltip.
#[component]
pub fn IconButton(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] icon: Signal<Icon>,
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// False keeps it out of the Tab order, for rows that are one tab stop.
    #[prop(optional, into)]
    tab_stop: Option<bool>,
    /// Given: the button stays down while this is on.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
) -> impl IntoView {
    let pressed = move || pressed.map(|on| if on.get() { "true" } else { "false" });
    view! {
        <button
            type="button"
            class="button is-icon"
            aria-label=label
            aria-pressed=pressed
            data-tooltip=label
            disabled=disabled
            tabindex=tab_stop.is_some_and(|stop| !stop).then_some("-1")
            on:click=move |_| on_press.run(())
        >
            {move || draw(icon.get())}
        </button>
    }
}
