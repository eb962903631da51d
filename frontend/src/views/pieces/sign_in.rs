//! The sign-in screen, joined to the session.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::session::SignIn;

use super::deferred::Deferred;
use crate::state::parts::Region;
use crate::state::stores;
use crate::views::login::Login;

/// Signing in; the page follows the session by itself once that worked.
#[component]
pub fn SignInScreen() -> impl IntoView {
    let stores = stores();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(String::new());
    let submit = move |sign_in: SignIn| {
        busy.set(true);
        failure.set(String::new());
        spawn_local(async move {
            let outcome = stores.sign_in(sign_in).await;
            // After a success this screen, and its signals with it, may be gone.
            busy.try_set(false);
            if let Err(sentence) = outcome {
                failure.try_set(sentence);
            }
        });
    };
    view! {
        <Login
            busy=busy.into()
            failure=failure.into()
            on_submit=Callback::new(submit)
            servers=|| view! { <Deferred region=Region::Servers /> }
        />
    }
}
