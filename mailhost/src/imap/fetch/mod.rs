//! FETCH and UID FETCH (RFC 3501 §6.4.5, §7.4.2), with CHANGEDSINCE, VANISHED and PARTIAL
//! (RFC 7162 §3.1.4, §3.2.6, RFC 9394).

mod body_structure;
mod envelope;
mod item;
mod preview;
mod section;

use item::{Item, Modifiers};
use section::Section;

use super::arguments::Arguments;
use super::enable::aware;
use super::reply::{push_literal, push_string};
use super::sequence_set::compress;
use super::session::{Session, present};
use super::store::expunge_issued;
use super::{Outcome, Refusal, done};
use crate::mailbox::Message;

pub(crate) fn fetch(session: &mut Session, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
    arguments.space()?;
    let set = arguments.sequence_set()?;
    arguments.space()?;
    let mut items = item::parse(arguments)?;
    let modifiers = Modifiers::parse(arguments)?;
    arguments.end()?;
    if modifiers.vanished && !(by_uid && session.qresync && modifiers.changed_since.is_some()) {
        return Err(Refusal::bad("VANISHED needs QRESYNC, UID FETCH and CHANGEDSINCE"));
    }
    prepare(session, &mut items, &modifiers, by_uid);
    let quirks = session.quirks.clone();
    let listener = session.listener();
    let (user, view, reply) = session.selected()?;
    let mut wanted = view.resolve(&set, by_uid)?;
    if by_uid {
        wanted.retain(|(_, uid)| !quirks.unfetchable.contains(uid));
    }
    if let Some(stretch) = &modifiers.partial {
        wanted = stretch.of(&wanted).to_vec();
    }
    let asked = wanted.len();
    let sees = !view.read_only && items.iter().any(Item::sets_seen);
    let since = modifiers.changed_since.filter(|_| !quirks.changed_since_ignored);
    // Bytes are rendered after the lock is gone: a large FETCH keeps nobody waiting.
    let messages: Vec<(usize, Message, bool)> = {
        let mut mailboxes = user.mailboxes();
        let mailbox = present(mailboxes.by_id(view.mailbox))?;
        if let Some(modseq) = modifiers.changed_since.filter(|_| modifiers.vanished) {
            let mut gone = mailbox.expunged_since(modseq);
            gone.retain(|uid| set.contains(*uid, mailbox.uid_next.saturating_sub(1)));
            if !gone.is_empty() {
                reply.untagged(format!("VANISHED (EARLIER) {}", compress(&gone)));
            }
        }
        let read = |(seq, uid)| {
            let newly_seen = sees && !mailbox.message(uid)?.flags.contains("\\Seen");
            if newly_seen {
                mailbox.alter_flags(uid, listener.id, |flags| {
                    flags.insert("\\Seen");
                });
            }
            Some((seq, mailbox.message(uid)?.clone(), newly_seen))
        };
        wanted.into_iter().filter_map(read).collect()
    };
    let empty = quirks.batches_empty && messages.len() > 1;
    for (seq, message, newly_seen) in &messages {
        if since.is_some_and(|modseq| message.modseq <= modseq) {
            continue;
        }
        let shown = Shown { message, flags: view.flags(message.uid, &message.flags), empty };
        reply.untagged(line(*seq, &shown, &items, *newly_seen));
    }
    // A UID that does not exist is no mistake (RFC 3501 §6.4.8), a sequence number is.
    if by_uid || messages.len() == asked { done("Fetched") } else { Err(expunge_issued()) }
}

/// Adds what the command's form asks for without a word.
fn prepare(session: &mut Session, items: &mut Vec<Item>, modifiers: &Modifiers, by_uid: bool) {
    if by_uid && !items.contains(&Item::Uid) {
        items.insert(0, Item::Uid);
    }
    if modifiers.changed_since.is_some() && !items.contains(&Item::Modseq) {
        items.push(Item::Modseq);
    }
    if items.contains(&Item::Modseq) {
        aware(session);
    }
    if session.quirks.items_reversed {
        items.reverse();
    }
}

/// A message as one connection sees it.
struct Shown<'a> {
    message: &'a Message,
    flags: String,
    /// Bodies come as empty literals.
    empty: bool,
}

fn line(seq: usize, shown: &Shown<'_>, items: &[Item], newly_seen: bool) -> Vec<u8> {
    let mut line = format!("{seq} FETCH (").into_bytes();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            line.push(b' ');
        }
        push_item(&mut line, item, shown);
    }
    if newly_seen && !items.contains(&Item::Flags) {
        line.extend_from_slice(format!(" FLAGS ({})", shown.flags).as_bytes());
    }
    line.push(b')');
    line
}

fn push_item(out: &mut Vec<u8>, item: &Item, shown: &Shown<'_>) {
    let Shown { message, flags, .. } = shown;
    let raw = &message.content.raw;
    let text = match item {
        Item::Uid => format!("UID {}", message.uid),
        Item::Flags => format!("FLAGS ({flags})"),
        Item::InternalDate => format!("INTERNALDATE \"{}\"", message.received_at.internal_date()),
        Item::Size => format!("RFC822.SIZE {}", raw.len()),
        Item::Modseq => format!("MODSEQ ({})", message.modseq),
        Item::EmailId => format!("EMAILID ({})", message.content.ids().email),
        Item::ThreadId => match &message.content.ids().thread {
            Some(thread) => format!("THREADID ({thread})"),
            None => "THREADID NIL".to_owned(),
        },
        Item::Preview => {
            out.extend_from_slice(b"PREVIEW ");
            return push_string(out, preview::of(message).as_bytes());
        }
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
            return push_section(out, (name, *partial), section, shown);
        }
    };
    out.extend_from_slice(text.as_bytes());
}

fn push_section(
    out: &mut Vec<u8>,
    (name, partial): (&str, Option<(u32, u32)>),
    section: &Section,
    shown: &Shown<'_>,
) {
    out.extend_from_slice(name.as_bytes());
    if let Some((origin, _)) = partial {
        out.extend_from_slice(format!("<{origin}>").as_bytes());
    }
    out.push(b' ');
    let content = &shown.message.content;
    match section.of(&content.raw, content.structure()) {
        None => out.extend_from_slice(b"NIL"),
        Some(_) if shown.empty => push_literal(out, b""),
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
