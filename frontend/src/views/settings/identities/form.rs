//! An identity as it is written: addresses, signature, and where that stands.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::Account;
use postern_shared::address::Address;
use postern_shared::identity::{Identity, Placement, Standing};

use super::{Edited, reason};
use crate::i18n::{Key, t, text, text_with};
use crate::state::stores;
use crate::ui::button::{Button, SubmitButton};
use crate::ui::dom;
use crate::ui::field::{Checkbox, Choice, Select, TextField};
use crate::views::settings::rich_field::{Rich, RichField};

/// What is typed so far.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    email: RwSignal<String>,
    reply_to: RwSignal<String>,
    bcc_self: RwSignal<bool>,
    first: RwSignal<bool>,
    placement: RwSignal<Placement>,
    signature: Rich,
}

impl Typed {
    fn of(began: &Edited) -> Self {
        let Edited { identity, first, .. } = began;
        let reply_to = identity.reply_to.as_ref().map(|address| address.email.clone());
        Self {
            name: RwSignal::new(identity.from.name.clone()),
            email: RwSignal::new(identity.from.email.clone()),
            reply_to: RwSignal::new(reply_to.unwrap_or_default()),
            bcc_self: RwSignal::new(identity.bcc_self),
            first: RwSignal::new(*first),
            placement: RwSignal::new(identity.placement),
            signature: Rich::new(identity.signature_html.clone(), identity.signature.clone()),
        }
    }

    fn identity(self, of: &Identity) -> Identity {
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let reply_to = text(self.reply_to);
        // Its name is kept, where it had one.
        let kept = of.reply_to.clone().filter(|known| known.email == reply_to);
        let given = Address { name: String::new(), email: reply_to };
        Identity {
            id: of.id.clone(),
            from: Address { name: text(self.name), email: text(self.email) },
            reply_to: (!given.email.is_empty()).then(|| kept.unwrap_or(given)),
            bcc_self: self.bcc_self.get_untracked(),
            signature: self.signature.text.get_untracked(),
            signature_html: self.signature.html.get_untracked(),
            placement: self.placement.get_untracked(),
            standing: of.standing,
        }
    }
}

/// The form; `on_done` when it was saved or is not wanted.
#[component]
pub fn Form(
    began: Edited,
    accounts: Signal<Vec<Account>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let stores = stores();
    let typed = Typed::of(&began);
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let account = RwSignal::new(began.account.clone());
    let is_new = began.identity.id.0.is_empty();
    let title = match is_new {
        true => text(Key::SettingsIdentityNew),
        false => text_with(Key::SettingsIdentityEdit, &[("address", &began.identity.from.email)]),
    };
    let (own, was_first) = (began.identity.standing == Standing::SignIn && !is_new, began.first);
    let before = StoredValue::new(began.identity);
    let save = move || {
        let identity = before.with_value(|before| typed.identity(before));
        // To be the default already moves nothing.
        let first = typed.first.get_untracked() && !was_first;
        spawn_local(async move {
            let saved = stores.save_identity(account.get_untracked(), identity, first).await;
            let _ = busy.try_set(false);
            match saved {
                Ok(()) => on_done.try_run(()).unwrap_or_default(),
                Err(error) => drop(problem.try_set(reason(&error))),
            }
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            problem.set(String::new());
            typed.signature.settled(save);
        }
    };
    view! {
        <form class="settings-form" novalidate aria-label=title on:submit=submit>
            <h3 class="settings-subtitle" dir="auto">{title.clone()}</h3>
            {(is_new && accounts.with_untracked(|all| all.len() > 1)).then(|| view! { <Whose accounts account /> })}
            <TextField label=t(Key::SettingsIdentityName) value=typed.name />
            {(!own).then(|| view! { <TextField label=t(Key::SettingsAccountAddress) value=typed.email /> })}
            <TextField label=t(Key::SettingsIdentityReply) value=typed.reply_to />
            <RichField label=t(Key::SettingsIdentitySignature) field=typed.signature />
            <Places placement=typed.placement />
            <Checkbox
                label=t(Key::SettingsIdentityBcc)
                checked=typed.bcc_self
                on_change=move |on| typed.bcc_self.set(on)
            />
            {(!was_first).then(|| view! {
                <Checkbox
                    label=t(Key::SettingsIdentityFirst)
                    checked=typed.first
                    on_change=move |on| typed.first.set(on)
                />
            })}
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds">
                <SubmitButton label=t(Key::SettingsSave) busy />
                <Button label=t(Key::SettingsCancel) on_press=on_done />
            </div>
        </form>
    }
}

/// Where an answer has the signature.
#[component]
fn Places(placement: RwSignal<Placement>) -> impl IntoView {
    let choices = Signal::derive(|| {
        vec![
            Choice { value: "above", label: text(Key::SettingsIdentityAbove) },
            Choice { value: "below", label: text(Key::SettingsIdentityBelow) },
        ]
    });
    let value = move || match placement.get() {
        Placement::Above => "above".to_owned(),
        Placement::Below => "below".to_owned(),
    };
    let place = move |slug: String| {
        placement.set(if slug == "below" { Placement::Below } else { Placement::Above });
    };
    view! {
        <Select
            label=t(Key::SettingsIdentityPlacement)
            choices
            value=Signal::derive(value)
            on_change=place
        />
    }
}

/// The account of a new identity.
#[component]
fn Whose(
    accounts: Signal<Vec<Account>>,
    account: RwSignal<postern_shared::account::AccountId>,
) -> impl IntoView {
    let id = dom::unique_id("field");
    let option = move |(at, one): (usize, Account)| {
        let (id, address) = (one.id, one.address);
        let chosen = move || account.get() == id;
        view! { <option value=at.to_string() prop:selected=chosen>{address}</option> }
    };
    let choose = move |event: ev::Event| {
        let at: usize = event_target_value(&event).parse().unwrap_or_default();
        if let Some(one) = accounts.with_untracked(|all| all.get(at).cloned()) {
            account.set(one.id);
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{t(Key::SettingsIdentityAccount)}</label>
            <select class="field-input is-select" id=id on:change=choose>
                {move || accounts.get().into_iter().enumerate().map(option).collect_view()}
            </select>
        </div>
    }
}
