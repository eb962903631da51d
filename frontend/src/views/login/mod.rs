//! Signing in.

use crate::i18n::{Key, t, text};
use crate::ui::button::SubmitButton;
use crate::ui::field::{Checkbox, TextField, TextKind};
use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use leptos::{ev, html};
use postern_shared::session::SignIn;

/// The sign-in form. What was typed stays until it worked.
#[component]
pub fn Login(
    /// An attempt is under way.
    busy: Signal<bool>,
    /// Why the last attempt failed, as a sentence; empty if none did.
    failure: Signal<String>,
    on_submit: Callback<SignIn>,
    /// What lets people type servers in, where they may.
    #[prop(into)]
    servers: ViewFn,
) -> impl IntoView {
    let (address, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let keep = RwSignal::new(false);
    let tried = RwSignal::new(false);
    let form = NodeRef::<html::Form>::new();
    let missing = move |value: RwSignal<String>, key| {
        Signal::derive(move || {
            let empty = tried.get() && value.with(|value| value.trim().is_empty());
            if empty { text(key) } else { String::new() }
        })
    };
    let address_error = missing(address, Key::LoginAddressMissing);
    let password_error = missing(password, Key::LoginPasswordMissing);
    focus_field(form, failure);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let sign_in = SignIn {
            address: address.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            keep: keep.get_untracked(),
        };
        let complete = !sign_in.address.is_empty() && !sign_in.password.is_empty();
        if complete && !busy.get_untracked() {
            on_submit.run(sign_in);
        }
    };
    let label = Signal::derive(move || {
        text(if busy.get() { Key::LoginSubmitting } else { Key::LoginSubmit })
    });
    view! {
        <main class="login">
            <form node_ref=form class="login-card" novalidate on:submit=submit>
                <div class="login-mark">{icon(Icon::Mark)}</div>
                <h1 class="login-heading">{t(Key::LoginHeading)}</h1>
                <p class="login-intro">{t(Key::LoginIntro)}</p>
                <Failure failure />
                <TextField
                    label=t(Key::LoginAddress)
                    value=address
                    kind=TextKind::Address
                    error=address_error
                />
                <TextField
                    label=t(Key::LoginPassword)
                    value=password
                    kind=TextKind::Password
                    error=password_error
                />
                <Checkbox
                    label=t(Key::LoginKeep)
                    hint=t(Key::LoginKeepHint)
                    checked=keep
                    on_change=move |checked| keep.set(checked)
                />
                <div class="login-servers">{servers.run()}</div>
                <SubmitButton label busy />
            </form>
        </main>
    }
}

#[component]
fn Failure(failure: Signal<String>) -> impl IntoView {
    let shown = move || {
        let sentence = failure.get();
        (!sentence.is_empty()).then(|| {
            view! { <p class="login-failure">{icon(Icon::Warning)} <span>{sentence}</span></p> }
        })
    };
    view! { <div class="login-alert" role="alert">{shown}</div> }
}

/// Focus starts on the address; after a failure it goes to the password, to be typed anew.
fn focus_field(form: NodeRef<html::Form>, failure: Signal<String>) {
    Effect::new(move |_| {
        let Some(form) = form.get() else { return };
        let field = if failure.with(String::is_empty) { 0 } else { 1 };
        let inputs = form.query_selector_all(".field-input").ok();
        if let Some(input) = inputs.and_then(|inputs| inputs.item(field)) {
            let input: HtmlInputElement = input.unchecked_into();
            // An input that went away meanwhile needs no focus.
            let _ = input.focus();
            input.select();
        }
    });
}
