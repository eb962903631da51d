//! "Server settings" at sign-in, where the administrator lets people type servers in.

use leptos::prelude::*;

use super::{Fields, Opener};
use crate::i18n::{Key, t};
use crate::state::servers::{Typed, fields, may_type};
use crate::state::stores;

/// The button and, once it was pressed, the fields; what they hold goes along with the sign-in.
#[component]
pub fn SignInServers() -> impl IntoView {
    let stores = stores();
    let (open, typed) = (RwSignal::new(false), Typed::new());
    Effect::new(move |_| {
        let servers = if open.get() { typed.servers() } else { None };
        let protocol = servers.as_ref().map(|servers| servers.protocol);
        stores.session.go_along(fields(protocol, servers.as_ref()));
    });
    on_cleanup(move || stores.session.go_along(String::new()));
    let incomplete = move || open.get() && typed.servers().is_none();
    may_type().then(|| {
        view! {
            <Opener open />
            {move || open.get().then(|| view! { <Fields typed /> })}
            {move || incomplete().then(|| view! {
                <p class="field-hint">{t(Key::ServersIncomplete)}</p>
            })}
        }
    })
}
