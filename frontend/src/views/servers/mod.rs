//! Servers typed in: one form, at sign-in and where an account is added.

mod sign_in;
mod tested;

use leptos::prelude::*;
use postern_shared::account::Protocol;
use postern_shared::server::Security;

use crate::i18n::{Key, t, text};
use crate::state::servers::{End, Typed, protocol_name, security_name};
use crate::ui::field::{Checkbox, Choice, NumberField, Select, TextField, TextKind};
use crate::ui::icon::{Icon, icon};

pub use sign_in::SignInServers;
pub use tested::Tested;

const PROTOCOLS: [(Protocol, &str); 2] = [(Protocol::Imap, "IMAP"), (Protocol::Pop3, "POP3")];
const SECURITIES: [Security; 3] = [Security::Tls, Security::StartTls, Security::Plain];

/// Opens and closes the servers' fields.
#[component]
pub fn Opener(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button is-quiet servers-opener"
            aria-expanded=move || if open.get() { "true" } else { "false" }
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {icon(Icon::ChevronEnd)} <span class="button-text">{t(Key::ServersOpen)}</span>
        </button>
    }
}

/// The fields of an account's servers.
#[component]
pub fn Fields(typed: Typed) -> impl IntoView {
    let protocols = Signal::derive(|| {
        let choice = |(protocol, name): (Protocol, &str)| Choice {
            value: protocol_name(protocol),
            label: name.to_owned(),
        };
        PROTOCOLS.map(choice).to_vec()
    });
    let choose = move |name: String| {
        let chosen = PROTOCOLS.iter().find(|(protocol, _)| protocol_name(*protocol) == name);
        chosen.into_iter().for_each(|(protocol, _)| typed.protocol.set(*protocol));
    };
    let incoming = [Key::ServersIncoming, Key::ServersIncomingPort, Key::ServersIncomingSecurity];
    let outgoing = [Key::ServersOutgoing, Key::ServersOutgoingPort, Key::ServersOutgoingSecurity];
    view! {
        <div class="servers">
            <Select
                label=t(Key::ServersProtocol)
                choices=protocols
                value=Signal::derive(move || protocol_name(typed.protocol.get()).to_owned())
                on_change=choose
            />
            <Server
                end=typed.incoming
                keys=incoming
                usual=Signal::derive(move || typed.incoming_port())
            />
            <TextField label=t(Key::ServersUserName) value=typed.user_name />
            <p class="field-hint">{t(Key::ServersUserNameHint)}</p>
            <Server
                end=typed.outgoing
                keys=outgoing
                usual=Signal::derive(move || typed.outgoing_port())
            />
            <Checkbox
                label=t(Key::ServersDiffers)
                checked=typed.differs
                on_change=move |on| typed.differs.set(on)
            />
            {move || typed.differs.get().then(|| view! {
                <TextField label=t(Key::ServersOutgoingName) value=typed.outgoing_name />
                <TextField
                    label=t(Key::ServersOutgoingPassword)
                    value=typed.outgoing_password
                    kind=TextKind::Password
                />
            })}
        </div>
    }
}

/// Name, port and protection of one server, named by `keys`; `usual` is the port where none is
/// typed.
#[component]
fn Server(end: End, keys: [Key; 3], usual: Signal<u16>) -> impl IntoView {
    let [host, port, security] = keys;
    let label = |security: Security| match security {
        Security::Tls => "TLS".to_owned(),
        Security::StartTls => "STARTTLS".to_owned(),
        Security::Plain => text(Key::ServersPlain),
    };
    let securities = Signal::derive(move || {
        let choice = |one| Choice { value: security_name(one), label: label(one) };
        SECURITIES.map(choice).to_vec()
    });
    let choose = move |name: String| {
        let chosen = SECURITIES.into_iter().find(|one| security_name(*one) == name);
        chosen.into_iter().for_each(|one| end.security.set(one));
    };
    let unsafe_ = move || end.security.get() == Security::Plain;
    view! {
        <div class="servers-end">
            <TextField label=t(host) value=end.host />
            <Port label=t(port) typed=end.port usual />
            <Select
                label=t(security)
                choices=securities
                value=Signal::derive(move || security_name(end.security.get()).to_owned())
                on_change=choose
            />
        </div>
        {move || unsafe_().then(|| view! {
            <p class="settings-note" role="note">{t(Key::ServersPlainHint)}</p>
        })}
    }
}

/// A port: the usual one until another is typed, and again once that is taken away.
#[component]
fn Port(
    label: Signal<String>,
    typed: RwSignal<Option<String>>,
    usual: Signal<u16>,
) -> impl IntoView {
    let shown = move || typed.get().unwrap_or_else(|| usual.get().to_string());
    view! {
        <NumberField
            label
            value=Signal::derive(shown)
            most=u16::MAX
            on_input=move |port| typed.set(Some(port))
            on_change=move |port: String| typed.set((!port.is_empty()).then_some(port))
        />
    }
}
