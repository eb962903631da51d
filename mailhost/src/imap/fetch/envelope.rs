//! ENVELOPE (RFC 3501 §7.4.2): header fields as they stand, addresses taken apart.

use crate::imap::reply::{push_nstring, push_string};
use crate::mime::{Address, addresses, field};

/// The ENVELOPE of a message with this header.
pub(crate) fn render(header: &[u8]) -> Vec<u8> {
    let mut out = vec![b'('];
    push(&mut out, header);
    out.push(b')');
    out
}

fn push(out: &mut Vec<u8>, header: &[u8]) {
    let text = |out: &mut Vec<u8>, name| push_nstring(out, field(header, name).as_deref());
    let list = |name| {
        let found = field(header, name).map(|value| addresses(&value)).unwrap_or_default();
        (!found.is_empty()).then_some(found)
    };
    text(out, "Date");
    out.push(b' ');
    text(out, "Subject");
    // Sender and Reply-To stand for From where they are missing.
    for names in [["From", "From"], ["Sender", "From"], ["Reply-To", "From"]] {
        out.push(b' ');
        push_addresses(out, list(names[0]).or_else(|| list(names[1])).as_deref());
    }
    for name in ["To", "Cc", "Bcc"] {
        out.push(b' ');
        push_addresses(out, list(name).as_deref());
    }
    for name in ["In-Reply-To", "Message-ID"] {
        out.push(b' ');
        text(out, name);
    }
}

fn push_addresses(out: &mut Vec<u8>, addresses: Option<&[Address]>) {
    let Some(addresses) = addresses else { return out.extend_from_slice(b"NIL") };
    out.push(b'(');
    for address in addresses {
        match address {
            Address::One { name, mailbox, host } => {
                out.push(b'(');
                push_nstring(out, name.as_deref());
                out.extend_from_slice(b" NIL ");
                push_string(out, mailbox);
                out.push(b' ');
                push_string(out, host);
                out.push(b')');
            }
            Address::GroupStart(name) => {
                out.extend_from_slice(b"(NIL NIL ");
                push_string(out, name);
                out.extend_from_slice(b" NIL)");
            }
            Address::GroupEnd => out.extend_from_slice(b"(NIL NIL NIL NIL)"),
        }
    }
    out.push(b')');
}
