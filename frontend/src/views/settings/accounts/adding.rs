//! A new account: its servers are looked up from the address, shown, and used once they were seen;
//! or another password for an account that is there.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::Protocol;
use postern_shared::check::Checked;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::server::{Discovered, Found};

use super::found::{Findings, Notes};
use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::arranging::Chosen;
use crate::state::servers::{Typed, may_type};
use crate::state::{Stores, stores};
use crate::ui::button::{Button, SubmitButton};
use crate::ui::field::{TextField, TextKind};
use crate::views::servers::{Fields, Opener, Tested};

/// What is known of an address's servers.
#[derive(Clone, Default, PartialEq)]
pub enum Known {
    /// Nobody asked yet.
    #[default]
    Nothing,
    /// It is being asked for this address.
    Asking(String),
    /// This is known of this address.
    Here(String, Discovered),
}

/// What is typed, and what is known.
#[derive(Clone, Copy)]
pub struct Desk {
    stores: Stores,
    /// The account is there: nothing but its password is asked for.
    again: bool,
    pub address: RwSignal<String>,
    password: RwSignal<String>,
    pub known: RwSignal<Known>,
    /// What to receive with, where there is a choice.
    pub protocol: RwSignal<Option<Protocol>>,
    /// Whether servers are typed in.
    open: RwSignal<bool>,
    typed: Typed,
    busy: RwSignal<bool>,
    problem: RwSignal<String>,
    /// A test of the servers is on its way.
    trying: RwSignal<bool>,
    /// What it found.
    tried: RwSignal<Option<Result<Checked, CallError>>>,
}

impl Desk {
    fn new(address: String) -> Self {
        Self {
            stores: stores(),
            again: !address.is_empty(),
            address: RwSignal::new(address),
            password: RwSignal::new(String::new()),
            known: RwSignal::new(Known::Nothing),
            protocol: RwSignal::new(None),
            open: RwSignal::new(false),
            typed: Typed::new(),
            busy: RwSignal::new(false),
            problem: RwSignal::new(String::new()),
            trying: RwSignal::new(false),
            tried: RwSignal::new(None),
        }
    }

    fn typed_address(self) -> String {
        self.address.get_untracked().trim().to_owned()
    }

    /// Looks an address up, unless that was done; says whether something new is to be seen.
    async fn look_up(self) -> bool {
        let address = self.typed_address();
        let complete = address.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
        let known = self.known.with_untracked(|known| match known {
            Known::Asking(of) | Known::Here(of, _) => *of == address,
            Known::Nothing => false,
        });
        if self.again || !complete || known {
            return false;
        }
        self.known.set(Known::Asking(address.clone()));
        // Who cannot be asked knows nothing.
        let found = self.stores.discover(&address).await.unwrap_or_default();
        if self.known.try_get_untracked() != Some(Known::Asking(address.clone())) {
            return false;
        }
        self.protocol.set(found.found.first().map(|first| first.protocol));
        let news = found.found.iter().any(|one| one.servers.is_some()) || found.asks.is_some();
        if let Some(servers) = found.found.first().and_then(|first| first.servers.as_ref()) {
            self.typed.fill(servers);
        }
        self.known.set(Known::Here(address, found));
        news
    }

    /// What was found of the chosen protocol.
    pub fn chosen(self) -> Option<Found> {
        let protocol = self.protocol.get();
        self.known.with(|known| match known {
            Known::Here(_, discovered) => {
                discovered.found.iter().find(|found| Some(found.protocol) == protocol).cloned()
            }
            _ => None,
        })
    }

    /// What the account would receive with.
    pub fn receives(self) -> Option<Protocol> {
        if self.open.get() { Some(self.typed.protocol.get()) } else { self.protocol.get() }
    }

    /// What it is to be added with; none while something that was typed is incomplete.
    fn choice(self) -> Option<Chosen> {
        if self.open.get() {
            let servers = self.typed.servers()?;
            return Some(Chosen { protocol: Some(servers.protocol), servers: Some(servers) });
        }
        let found = self.chosen();
        let protocol = found.as_ref().map(|found| found.protocol);
        Some(Chosen { protocol, servers: found.and_then(|found| found.servers) })
    }

    async fn try_out(self) {
        let _ = self.look_up().await;
        let Some(from) = untrack(|| self.choice()) else {
            let _ = self.problem.try_set(text(Key::ServersIncomplete));
            return;
        };
        let secret = self.password.get_untracked();
        self.trying.set(true);
        let tried = self.stores.try_servers(&self.typed_address(), &secret, &from).await;
        let _ = self.trying.try_set(false);
        let _ = self.tried.try_set(Some(tried));
    }

    /// Does one thing at a time.
    fn begin(self, work: impl Future<Output = ()> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(String::new());
        self.tried.set(None);
        spawn_local(async move {
            work.await;
            let _ = self.busy.try_set(false);
        });
    }

    async fn add(self, on_done: Callback<()>) {
        // What was found is seen before it is used.
        if self.look_up().await {
            return;
        }
        // Whoever has left meanwhile adds nothing.
        if self.busy.try_get_untracked().is_none() {
            return;
        }
        let Some(from) = untrack(|| self.choice()) else {
            let _ = self.problem.try_set(text(Key::ServersIncomplete));
            return;
        };
        let secret = self.password.get_untracked();
        let added = self.stores.add_account(&self.typed_address(), &secret, &from).await;
        let reason = match added {
            Ok(()) => return on_done.try_run(()).unwrap_or_default(),
            Err(CallError { code: ErrorCode::AlreadyExists, .. }) => {
                text(Key::SettingsAccountYours)
            }
            Err(CallError { code: ErrorCode::NotSignedIn, .. }) => text(Key::ErrorOffline),
            Err(error) => error_text(&error),
        };
        let _ = self.problem.try_set(reason);
    }
}

/// Adds an account; with an address only its password is asked for.
#[component]
pub fn Adding(address: String, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let title = match address.is_empty() {
        false => text_with(Key::SettingsAccountAgain, &[("name", &address)]),
        true => text(Key::SettingsAccountNew),
    };
    let desk = Desk::new(address);
    let deed = if desk.again { Key::LoginSubmit } else { Key::SettingsAccountAdd };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        desk.begin(desk.add(on_done));
    };
    let try_out = move |()| desk.begin(desk.try_out());
    let left = move |_| {
        spawn_local(async move {
            let _ = desk.look_up().await;
        });
    };
    view! {
        <form class="settings-form" novalidate aria-label=title on:submit=submit>
            <h3 class="settings-subtitle" dir="auto">{title.clone()}</h3>
            {(!desk.again).then(|| view! {
                <div on:change=left>
                    <TextField
                        label=t(Key::LoginAddress)
                        value=desk.address
                        kind=TextKind::Address
                    />
                </div>
                <Findings desk />
            })}
            <TextField label=t(Key::LoginPassword) value=desk.password kind=TextKind::Password />
            <Notes desk />
            {(!desk.again && may_type()).then(|| view! {
                <Opener open=desk.open />
                {move || desk.open.get().then(|| view! { <Fields typed=desk.typed /> })}
            })}
            {(!desk.again).then(|| view! { <Tested outcome=desk.tried trying=desk.trying /> })}
            <p class="settings-problem" role="alert">{desk.problem}</p>
            <div class="settings-deeds">
                <SubmitButton label=t(deed) busy=desk.busy />
                {(!desk.again).then(|| view! {
                    <Button label=t(Key::ServersTest) disabled=desk.busy on_press=try_out />
                })}
                <Button label=t(Key::SettingsCancel) on_press=on_done />
            </div>
        </form>
    }
}
