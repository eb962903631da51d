//! ENVELOPE (RFC 9051 §7.5.2) to ours, tolerant of what is missing.

use postern_shared::address::Address;
use postern_shared::envelope::Envelope;

use super::text::{decoded, seconds};
use crate::store::imap::ext::token::Value;

/// Reads an ENVELOPE; none if it is no list or has not even a date and a subject.
pub(crate) fn envelope(value: &Value<'_>) -> Option<Envelope> {
    let fields = value.list();
    if fields.len() < 2 {
        return None;
    }
    let text =
        |index: usize| fields.get(index).and_then(Value::bytes).map(decoded).unwrap_or_default();
    let people = |index: usize| fields.get(index).map(addresses).unwrap_or_default();
    let from = people(2);
    let differs = |people: Vec<Address>| if people == from { Vec::new() } else { people };
    Some(Envelope {
        sent_at: seconds(&fields[0].text()),
        subject: text(1),
        sender: differs(people(3)),
        reply_to: differs(people(4)),
        to: people(5),
        cc: people(6),
        bcc: people(7),
        in_reply_to: text(8),
        message_id: text(9),
        from,
    })
}

/// The addresses of a list. The ends of a group have no host and no place here.
fn addresses(value: &Value<'_>) -> Vec<Address> {
    value.list().iter().filter_map(|address| one_address(address.list())).collect()
}

fn one_address(fields: &[Value<'_>]) -> Option<Address> {
    let text =
        |index: usize| fields.get(index).and_then(Value::bytes).map(decoded).unwrap_or_default();
    let (name, local, host) = (text(0), text(2), text(3));
    if matches!(fields.get(3), None | Some(Value::Nil)) && name.is_empty() {
        return None;
    }
    let email = if host.is_empty() { local } else { format!("{local}@{host}") };
    Some(Address { name, email })
}
