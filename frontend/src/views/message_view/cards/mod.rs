//! Parts of a message that mean something, as cards: reports, events, people, pieces.

mod contact;
mod event;
mod pieces;
mod recurrence;
mod report;

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::calendar::{Event, Invitation};
use postern_shared::card::{Card, CardContent};
use postern_shared::message::MessageKey;

use super::notes::About;
use crate::i18n::{Key, full_date, text};
use crate::ui::icon::{Icon, icon};

use contact::Person;
use event::Calendar;
use pieces::{Elsewhere, Piece};
use report::{Complaint, Delivery, Receipt};

/// Most cards of a message; a calendar may hold years.
const MOST: usize = 20;

/// Every card of a message.
#[component]
pub fn Cards(about: Arc<About>) -> impl IntoView {
    view! { <CardList key=about.key.clone() cards=about.insight.cards.clone() /> }
}

/// Cards of a message, or of a part of it.
#[component]
pub fn CardList(key: MessageKey, cards: Vec<Card>) -> impl IntoView {
    let draw = |card: &Card| match card.content.clone() {
        CardContent::Delivery(report) => view! { <Delivery report /> }.into_any(),
        CardContent::Disposition(report) => view! { <Receipt report /> }.into_any(),
        CardContent::Abuse(report) => view! { <Complaint report /> }.into_any(),
        CardContent::Calendar(invitation) => {
            let (key, section) = (key.clone(), card.section.clone());
            view! { <Calendar key section invitation /> }.into_any()
        }
        CardContent::Contact(contact) => view! { <Person contact /> }.into_any(),
        CardContent::Partial(piece) => view! { <Piece piece /> }.into_any(),
        CardContent::External(body) => view! { <Elsewhere body /> }.into_any(),
    };
    distinct(&cards).into_iter().take(MOST).map(draw).collect_view()
}

/// The cards without calendars that were told before: invitations come twice, as text and as file.
fn distinct(cards: &[Card]) -> Vec<&Card> {
    let mut told: Vec<&Event> = Vec::new();
    let mut kept = Vec::new();
    for card in cards {
        if let CardContent::Calendar(Invitation { events, .. }) = &card.content {
            let same = |event: &Event, other: &Event| {
                event.uid == other.uid
                    && event.sequence == other.sequence
                    && event.recurrence_id == other.recurrence_id
            };
            let known = |event: &Event| told.iter().any(|other| same(event, other));
            if !events.is_empty() && events.iter().all(known) {
                continue;
            }
            told.extend(events);
        }
        kept.push(card);
    }
    kept
}

/// A fact on a card: what it is, and what it says.
type Fact = (Key, String);

/// A card: a title, a sentence below it, facts, and what can be done.
#[component]
fn Sheet(
    shape: Icon,
    title: String,
    #[prop(optional, into)] said: String,
    facts: Vec<Fact>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let label = title.clone();
    let facts: Vec<_> = facts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let fact = |(key, value): Fact| {
        view! { <dt>{text(key)}</dt> <dd dir="auto">{value}</dd> }
    };
    view! {
        <div class="card" role="group" aria-label=label>
            <p class="card-title" dir="auto">{icon(shape)} <span>{title}</span></p>
            {(!said.is_empty()).then(|| view! { <p dir="auto">{said}</p> })}
            {(!facts.is_empty()).then(|| view! {
                <dl class="card-facts">{facts.into_iter().map(fact).collect_view()}</dl>
            })}
            {children.map(|children| children())}
        </div>
    }
}

/// A moment in seconds since 1970, in full and in the user's zone.
fn written_moment(seconds: i64) -> String {
    full_date(seconds as f64 * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::calendar::Method;

    #[test]
    fn an_invitation_that_comes_twice_is_told_once() {
        let card = |section: &str, uid: &str, sequence| {
            let event = Event { uid: uid.into(), sequence, ..Event::default() };
            let invitation = Invitation { method: Method::Request, events: vec![event] };
            Card { section: section.into(), content: CardContent::Calendar(invitation) }
        };
        let cards = [card("1.2", "a", 0), card("2", "a", 0), card("3", "a", 1), card("4", "b", 0)];
        let sections: Vec<_> = distinct(&cards).iter().map(|card| card.section.as_str()).collect();
        assert_eq!(sections, ["1.2", "3", "4"]);
    }
}
