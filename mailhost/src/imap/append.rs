//! APPEND (RFC 3501 §6.3.11), with APPENDUID (RFC 4315 §3) and MULTIAPPEND (RFC 3502).

use super::arguments::Arguments;
use super::sequence_set::compress;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::Flags;
use crate::mailbox::Content;
use crate::stamp::Stamp;

pub(crate) fn append(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    let mut letters = Vec::new();
    while letters.is_empty()
        || (session.shared.capabilities.multi_append && arguments.peek().is_some())
    {
        letters.push(letter(session, arguments)?);
    }
    arguments.end()?;
    if letters.iter().any(|letter| letter.raw.is_empty()) {
        return Err(Refusal::no("[CANNOT] An empty message is no message"));
    }
    let octets = letters.iter().map(|letter| letter.raw.len() as u64).sum();
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    let room = mailboxes.admit(octets, letters.len() as u64);
    let mailbox = mailboxes.get_mut(&name).filter(|mailbox| mailbox.selectable);
    let mailbox = mailbox.ok_or_else(try_create)?;
    room?;
    let add = |letter: Letter| {
        mailbox.add(Content::new(&letter.raw), letter.flags, letter.received_at, session.id)
    };
    let uids: Vec<u32> = letters.into_iter().map(add).collect();
    let validity = if session.quirks.validity_zero { 0 } else { mailbox.uid_validity };
    match session.shared.capabilities.uidplus {
        true => Ok(format!("[APPENDUID {validity} {}] Appended", compress(&uids))),
        false => done("Appended"),
    }
}

/// One message to append.
struct Letter {
    flags: Flags,
    received_at: Stamp,
    raw: Vec<u8>,
}

fn letter(session: &Session, arguments: &mut Arguments<'_>) -> Result<Letter, Refusal> {
    arguments.space()?;
    let mut flags = Flags::default();
    if arguments.peek() == Some(b'(') {
        flags = Flags::new(arguments.list(Arguments::flag)?);
        arguments.space()?;
    }
    let mut received_at = session.shared.now();
    if arguments.peek() == Some(b'"') {
        let date = arguments.text()?;
        received_at =
            Stamp::parse_internal(&date).ok_or_else(|| Refusal::bad("Not a date-time"))?;
        arguments.space()?;
    }
    if arguments.peek() != Some(b'{') {
        return Err(arguments.unexpected("a literal"));
    }
    Ok(Letter { flags, received_at, raw: arguments.string()? })
}

/// The target is missing, and CREATE would help.
pub(super) fn try_create() -> Refusal {
    Refusal::no("[TRYCREATE] There is no such mailbox")
}
