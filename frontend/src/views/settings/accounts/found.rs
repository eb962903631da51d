//! What was found of a new account's servers, and what its provider asks of people.

use leptos::prelude::*;
use postern_shared::account::Protocol;
use postern_shared::server::{Asks, Discovered, Endpoint, Found, Security, Source};

use super::adding::{Desk, Known};
use crate::i18n::{Key, t, text, text_with};
use crate::ui::dom::lowercase;
use crate::ui::field::{Choice, RadioGroup};

/// Providers that take a password of their own for mail programs, not that of the website: told
/// also where the bridge looks nothing up.
const OWN_PASSWORDS: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "sina.com",
    "wp.pl",
    "fastmail.com",
];

/// What was found, before it is used, and the choice where there is one.
#[component]
pub fn Findings(desk: Desk) -> impl IntoView {
    let both = move || {
        desk.known.with(|known| match known {
            Known::Here(_, Discovered { found, .. }) => found.len() > 1,
            _ => false,
        })
    };
    let both = Memo::new(move |_| both());
    let asking = move || {
        desk.known.with(|known| match known {
            Known::Asking(address) => text_with(Key::ServersAsking, &[("address", address)]),
            _ => String::new(),
        })
    };
    let found = move || match desk.chosen() {
        Some(found) => sentence(&found),
        None => asking(),
    };
    view! {
        {move || both.get().then(|| view! { <Protocols desk /> })}
        <p class="settings-note" role="status">{found}</p>
    }
}

#[component]
fn Protocols(desk: Desk) -> impl IntoView {
    let choices = Signal::derive(|| {
        vec![
            Choice { value: "IMAP", label: text(Key::ServersImap) },
            Choice { value: "POP3", label: text(Key::ServersPop3) },
        ]
    });
    let value = move || match desk.protocol.get() {
        Some(Protocol::Pop3) => "POP3".to_owned(),
        _ => "IMAP".to_owned(),
    };
    let choose = move |name: String| {
        let protocol = if name == "POP3" { Protocol::Pop3 } else { Protocol::Imap };
        desk.protocol.set(Some(protocol));
    };
    view! {
        <RadioGroup
            label=t(Key::ServersProtocol)
            choices
            value=Signal::derive(value)
            on_change=choose
        />
    }
}

fn sentence(found: &Found) -> String {
    let protocol = match found.protocol {
        Protocol::Imap => "IMAP",
        Protocol::Pop3 => "POP3",
    };
    let Some(servers) = &found.servers else {
        return text_with(Key::ServersConfigured, &[("protocol", protocol)]);
    };
    let source = text(match found.source {
        Source::Configured => return text_with(Key::ServersConfigured, &[("protocol", protocol)]),
        Source::Srv => Key::ServersBySrv,
        Source::Autoconfig => Key::ServersByAutoconfig,
        Source::Ispdb => Key::ServersByIspdb,
        Source::Mx => Key::ServersByMx,
        Source::Guess => Key::ServersByGuess,
    });
    let values = [
        ("protocol", protocol),
        ("incoming", &*shown(&servers.incoming)),
        ("outgoing", &*shown(&servers.outgoing)),
        ("source", &*source),
    ];
    text_with(Key::ServersFound, &values)
}

/// A server as people read it.
fn shown(end: &Endpoint) -> String {
    let security = match end.security {
        Security::Tls => "TLS".to_owned(),
        Security::StartTls => "STARTTLS".to_owned(),
        Security::Plain => text(Key::ServersPlain),
    };
    [&end.host, ":", &end.port.to_string(), " (", &security, ")"].concat()
}

/// What the provider asks for, and what becomes of the password.
#[component]
pub fn Notes(desk: Desk) -> impl IntoView {
    let asks = Memo::new(move |_| {
        let address = lowercase(desk.address.get().trim());
        let told = desk.known.with(|known| match known {
            Known::Here(of, discovered) if lowercase(of) == address => {
                discovered.asks.map(|asks| (asks, discovered.explained_at.clone()))
            }
            _ => None,
        });
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let own = OWN_PASSWORDS.contains(&domain);
        told.or_else(|| own.then(|| (Asks::AppPassword, String::new())))
    });
    let collected = move || desk.receives() == Some(Protocol::Pop3);
    let note = |(asks, url): (Asks, String)| {
        let explained = (!url.is_empty()).then(|| {
            view! {
                " "
                <a href=url target="_blank" rel="noopener noreferrer">{t(Key::ServersExplained)}</a>
            }
        });
        view! { <p class="settings-note" role="note">{t(asked(asks))} {explained}</p> }
    };
    let kept =
        move || text(if collected() { Key::ServersCollected } else { Key::SettingsAccountSealed });
    view! {
        {move || asks.get().map(note)}
        <p class="settings-note">{kept}</p>
    }
}

fn asked(asks: Asks) -> Key {
    match asks {
        Asks::AppPassword => Key::SettingsAccountOwnPassword,
        Asks::AuthorisationCode => Key::ServersAuthorisationCode,
        Asks::SwitchOn => Key::ServersSwitchOn,
        Asks::OAuth => Key::ServersOauth,
    }
}
