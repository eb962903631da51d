//! A person or an organisation (RFC 6350).

use leptos::prelude::*;
use postern_shared::card::Contact;

use super::Sheet;
use crate::i18n::{Key, text, text_with};
use crate::state::drafts::mailto::Mailto;
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::Icon;

/// Who it is, and how to reach them.
#[component]
pub fn Person(contact: Contact) -> impl IntoView {
    let stores = stores();
    let Contact { name, organisation, title, emails, phones, places, urls, birthday, note } =
        contact;
    let shown = [&name, &organisation].into_iter().find(|name| !name.is_empty());
    let heading = shown.cloned().unwrap_or_else(|| text(Key::CardContact));
    let said: Vec<_> =
        [title, organisation].into_iter().filter(|it| !it.is_empty() && *it != heading).collect();
    let facts = vec![
        (Key::CardEmail, emails.join(", ")),
        (Key::CardPhone, phones.join(", ")),
        (Key::CardPlace, places.join("; ")),
        (Key::CardUrl, urls.join(", ")),
        (Key::CardBirthday, birthday),
        (Key::CardNote, note),
    ];
    let write = emails.into_iter().next().map(|email| {
        let label = text_with(Key::CardWrite, &[("address", &email)]);
        let press = move |()| stores.compose_to(Mailto::to(&email));
        view! {
            <div class="card-actions">
                <Button
                    label=Signal::stored(label)
                    icon=Icon::Compose
                    kind=ButtonKind::Quiet
                    on_press=press
                />
            </div>
        }
    });
    view! {
        <Sheet shape=Icon::User title=heading said=said.join(", ") facts>{write}</Sheet>
    }
}
