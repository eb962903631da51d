//! FETCH and UID FETCH (RFC 3501 §6.4.5, §7.4.2).

mod body_structure;
mod envelope;
mod item;
mod section;

use item::Item;
use section::Section;

use super::arguments::Arguments;
use super::reply::{push_literal, push_string};
use super::session::{Session, present};
use super::store::expunge_issued;
use super::{Outcome, done};
use crate::mailbox::Message;

pub(crate) fn fetch(session: &mut Session, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
    arguments.space()?;
    let set = arguments.sequence_set()?;
    arguments.space()?;
    let mut items = item::parse(arguments)?;
    arguments.end()?;
    if by_uid && !items.contains(&Item::Uid) {
        items.insert(0, Item::Uid);
    }
    let me = session.id;
    let (user, view, reply) = session.selected()?;
    let wanted = view.resolve(&set, by_uid)?;
    let asked = wanted.len();
    let sees = !view.read_only && items.iter().any(Item::sets_seen);
    // Bytes are rendered after the lock is gone: a large FETCH keeps nobody waiting.
    let messages: Vec<(usize, Message, bool)> = {
        let mut mailboxes = user.mailboxes();
        let mailbox = present(mailboxes.by_id(view.mailbox))?;
        let read = |(seq, uid)| {
            let newly_seen = sees && !mailbox.message(uid)?.flags.contains("\\Seen");
            if newly_seen {
                mailbox.alter_flags(uid, me, |flags| {
                    flags.insert("\\Seen");
                });
            }
            Some((seq, mailbox.message(uid)?.clone(), newly_seen))
        };
        wanted.into_iter().filter_map(read).collect()
    };
    for (seq, message, newly_seen) in &messages {
        let flags = view.flags(message.uid, &message.flags);
        let mut line = format!("{seq} FETCH (").into_bytes();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                line.push(b' ');
            }
            push_item(&mut line, item, message, &flags);
        }
        if *newly_seen && !items.contains(&Item::Flags) {
            line.extend_from_slice(format!(" FLAGS ({flags})").as_bytes());
        }
        line.push(b')');
        reply.untagged(line);
    }
    // A UID that does not exist is no mistake (RFC 3501 §6.4.8), a sequence number is.
    if by_uid || messages.len() == asked { done("Fetched") } else { Err(expunge_issued()) }
}

fn push_item(out: &mut Vec<u8>, item: &Item, message: &Message, flags: &str) {
    let raw = &message.content.raw;
    let text = match item {
        Item::Uid => format!("UID {}", message.uid),
        Item::Flags => format!("FLAGS ({flags})"),
        Item::InternalDate => format!("INTERNALDATE \"{}\"", message.received_at.internal_date()),
        Item::Size => format!("RFC822.SIZE {}", raw.len()),
        Item::Envelope => {
            out.extend_from_slice(b"ENVELOPE ");
            let header = &raw[message.content.structure().header.clone()];
            return out.extend_from_slice(message.content.envelope(|| envelope::render(header)));
        }
        Item::Structure { extended } => {
            let name: &[u8] = if *extended { b"BODYSTRUCTURE " } else { b"BODY " };
            out.extend_from_slice(name);
            return body_structure::push(out, raw, message.content.structure(), *extended);
        }
        Item::Section { name, section, partial, .. } => {
            return push_section(out, (name, *partial), section, message);
        }
    };
    out.extend_from_slice(text.as_bytes());
}

fn push_section(
    out: &mut Vec<u8>,
    (name, partial): (&str, Option<(u32, u32)>),
    section: &Section,
    message: &Message,
) {
    out.extend_from_slice(name.as_bytes());
    if let Some((origin, _)) = partial {
        out.extend_from_slice(format!("<{origin}>").as_bytes());
    }
    out.push(b' ');
    let content = &message.content;
    match section.of(&content.raw, content.structure()) {
        None => out.extend_from_slice(b"NIL"),
        Some(bytes) => {
            let (origin, count) = partial.unwrap_or((0, u32::MAX));
            let start = bytes.len().min(origin as usize);
            let end = bytes.len().min(start.saturating_add(count as usize));
            match &bytes[start..end] {
                [] => push_string(out, b""),
                bytes => push_literal(out, bytes),
            }
        }
    }
}
