//! The orders of SORT (RFC 5256 §2.2, §3), and by displayed name (RFC 5957).

use std::cmp::Ordering;

use mail_parser::MessageParser;

use super::Found;
use super::subject::base_subject;
use super::text::Decoded;
use crate::imap::Refusal;
use crate::imap::arguments::Arguments;
use crate::mailbox::Message;
use crate::mime::{Address, addresses, field};

#[derive(Debug, Clone, Copy)]
enum Field {
    Arrival,
    Date,
    Size,
    Subject,
    /// The mailbox part of a header's first address.
    First(&'static str),
    /// The name of a header's first address as people see it.
    Displayed(&'static str),
}

/// One criterion, the first of them the strongest.
#[derive(Debug)]
pub(crate) struct Criterion {
    field: Field,
    reverse: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
}

/// `(REVERSE DATE SUBJECT)`.
pub(crate) fn criteria(arguments: &mut Arguments<'_>) -> Result<Vec<Criterion>, Refusal> {
    let on = arguments.syntax.on;
    let words = arguments.list(Arguments::keyword)?;
    let (mut criteria, mut reverse) = (Vec::new(), false);
    for word in words {
        let field = match word.as_str() {
            "REVERSE" => {
                reverse = true;
                continue;
            }
            "ARRIVAL" => Field::Arrival,
            "DATE" => Field::Date,
            "SIZE" => Field::Size,
            "SUBJECT" => Field::Subject,
            "FROM" => Field::First("From"),
            "TO" => Field::First("To"),
            "CC" => Field::First("Cc"),
            "DISPLAYFROM" if on.sort_display => Field::Displayed("From"),
            "DISPLAYTO" if on.sort_display => Field::Displayed("To"),
            _ => return Err(Refusal::bad("Unknown sort criterion")),
        };
        criteria.push(Criterion { field, reverse: std::mem::take(&mut reverse) });
    }
    match criteria.is_empty() || reverse {
        true => Err(Refusal::bad("A sort needs a criterion")),
        false => Ok(criteria),
    }
}

/// In the order wanted; what is equal stays in the order of the mailbox.
pub(crate) fn sorted(found: Vec<Found>, criteria: &[Criterion]) -> Vec<Found> {
    let keyed = found.into_iter().map(|found| {
        let values = criteria.iter().map(|criterion| value(criterion.field, &found.message));
        (values.collect::<Vec<_>>(), found)
    });
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_by(|(one, _), (other, _)| {
        let compared = criteria.iter().zip(one.iter().zip(other));
        let mut orders = compared.map(|(criterion, (one, other))| match criterion.reverse {
            true => other.cmp(one),
            false => one.cmp(other),
        });
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    keyed.into_iter().map(|(_, found)| found).collect()
}

fn value(wanted: Field, message: &Message) -> Value {
    let header = &message.content.raw[message.content.structure().header.clone()];
    match wanted {
        Field::Arrival => Value::Number(message.received_at.seconds),
        Field::Date => Value::Number(sent_at(message)),
        Field::Size => Value::Number(i64::try_from(message.content.raw.len()).unwrap_or(i64::MAX)),
        Field::Subject => Value::Text(base_subject(&subject(header)).0.to_uppercase()),
        Field::First(name) => Value::Text(first_mailbox(header, name).to_uppercase()),
        Field::Displayed(name) => Value::Text(displayed(header, name).to_uppercase()),
    }
}

/// The Date header as seconds, or when the message arrived (RFC 5256 §2.2).
pub(crate) fn sent_at(message: &Message) -> i64 {
    Decoded::new(message).sent_at().unwrap_or(message.received_at).seconds
}

/// The decoded subject.
pub(crate) fn subject(header: &[u8]) -> String {
    let parsed = MessageParser::default().parse_headers(header);
    parsed.and_then(|parsed| parsed.subject().map(str::to_owned)).unwrap_or_default()
}

fn first_mailbox(header: &[u8], name: &str) -> String {
    let found = field(header, name).map(|value| addresses(&value)).unwrap_or_default();
    match found.first() {
        Some(Address::One { mailbox, .. }) => String::from_utf8_lossy(mailbox).into_owned(),
        Some(Address::GroupStart(name)) => String::from_utf8_lossy(name).into_owned(),
        _ => String::new(),
    }
}

fn displayed(header: &[u8], name: &str) -> String {
    let Some(parsed) = MessageParser::default().parse_headers(header) else { return String::new() };
    let list = if name == "From" { parsed.from() } else { parsed.to() };
    let Some(first) = list.and_then(|list| list.first()) else { return String::new() };
    let name = first.name().filter(|name| !name.trim().is_empty());
    name.or(first.address()).unwrap_or_default().trim().to_owned()
}
