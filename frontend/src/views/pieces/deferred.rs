//! Regions that are drawn by parts in modules of their own, and what stands there until then.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::account::AccountMenu;
use super::layers::Layers;
use super::preferences::SettingsScreen;
use crate::i18n::{Key, learn_rest, t};
use crate::routes::Route;
use crate::state::parts::{Draw, Region, Sheet, Stage};
use crate::state::{Stores, stores};
use crate::ui::button::Button;
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::views::message_list::choices::Choices;
use crate::views::message_list::selected::Selected;
use crate::views::message_list::toolbar::Toolbar;
use crate::views::message_view::{MessageView, Nothing};
use crate::views::outbox::Outbox;
use crate::views::servers::SignInServers;

/// A region, as soon as its part is here.
#[component]
pub fn Deferred(region: Region) -> impl IntoView {
    let stores = stores();
    // The rest of the page comes by itself; see `app.rs`.
    if matches!(region, Region::Settings | Region::Outbox) {
        fetch(stores, region);
    }
    let stage = stores.parts.stage(region);
    move || match stage.get() {
        Stage::Ready(draw) => untrack(|| draw(region)),
        Stage::Failed => missing(stores, region),
        Stage::Asleep | Stage::Loading => waiting(stores, region),
    }
}

/// Loads the part of a region, unless that was done or is being done.
pub fn fetch(stores: Stores, region: Region) {
    if stores.parts.begin(region) {
        let sheet = Sheet::later();
        spawn_local(async move {
            let outcome = match region {
                Region::Settings => settings().await,
                _ => later().await,
            };
            let styled = sheet.applied().await;
            stores.parts.end(region, outcome.ok().filter(|_| styled));
        });
    }
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn later() -> Result<Draw, SplitLoaderError> {
    learn_rest();
    Ok(|region| match region {
        Region::Message => view! { <MessageView /> }.into_any(),
        Region::Account => view! { <AccountMenu /> }.into_any(),
        Region::Tools => view! { <Toolbar /> }.into_any(),
        Region::Choices => view! { <Choices /> }.into_any(),
        Region::Selected => view! { <Selected /> }.into_any(),
        Region::Servers => view! { <SignInServers /> }.into_any(),
        Region::Outbox => view! { <Outbox /> }.into_any(),
        Region::Layers | Region::Settings => view! { <Layers /> }.into_any(),
    })
}

#[wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible)]
fn settings() -> Result<Draw, SplitLoaderError> {
    learn_rest();
    Ok(|_| view! { <SettingsScreen /> }.into_any())
}

/// What stands in a region before its part is here.
fn waiting(stores: Stores, region: Region) -> AnyView {
    let open = matches!(stores.location.route(), Route::Message(_));
    match region {
        Region::Message if !open => view! {
            <section class="message-view" aria-label=t(Key::MessageRegion)>
                <div class="message-view-scroll"><Nothing /></div>
            </section>
        }
        .into_any(),
        Region::Message | Region::Outbox | Region::Settings => view! {
            <div class="deferred">
                <span class="is-hidden-visually">{t(Key::ShellLoading)}</span>
                <Skeleton lines=6 />
            </div>
        }
        .into_any(),
        // Their place is kept for them.
        _ => ().into_any(),
    }
}

/// Says that a part could not be had. Of what lies over the page, its status says so.
fn missing(stores: Stores, region: Region) -> AnyView {
    if !matches!(region, Region::Message | Region::Outbox | Region::Settings) {
        return ().into_any();
    }
    view! {
        <div class="deferred" role="alert">
            {icon(Icon::Warning)}
            <p>{t(Key::ShellIncomplete)}</p>
            <Button label=t(Key::ShellRetry) on_press=move |()| fetch(stores, region) />
        </div>
    }
    .into_any()
}
