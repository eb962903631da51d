//! What is not all here: a piece of a message that was cut, a part that lies elsewhere.

use leptos::prelude::*;
use postern_shared::card::{ExternalBody, PartialMessage};

use super::Sheet;
use crate::i18n::{Key, file_size, number, text, text_with};
use crate::ui::icon::Icon;

/// One piece of a message that was cut (RFC 2046 §5.2.2).
#[component]
pub fn Piece(piece: PartialMessage) -> impl IntoView {
    let which = number(piece.number.into());
    let said = match piece.total {
        Some(total) => {
            let total = number(total.into());
            text_with(Key::CardPieceOf, &[("number", &which), ("total", &total)])
        }
        None => text_with(Key::CardPieceAlone, &[("number", &which)]),
    };
    let facts = vec![(Key::CardPieceId, piece.id)];
    view! { <Sheet shape=Icon::Draft title=text(Key::CardPiece) said facts /> }
}

/// A part that lies elsewhere (RFC 2046 §5.2.3): told, never fetched.
#[component]
pub fn Elsewhere(body: ExternalBody) -> impl IntoView {
    let ExternalBody { access, place, name, content_type, size } = body;
    let facts = vec![
        (Key::CardExternalPlace, place),
        (Key::CardExternalName, name),
        (Key::CardExternalAccess, access),
        (Key::CardExternalType, content_type),
        (Key::CardExternalSize, size.map(file_size).unwrap_or_default()),
    ];
    let said = text(Key::CardExternalSaid);
    view! { <Sheet shape=Icon::Offline title=text(Key::CardExternal) said facts /> }
}
