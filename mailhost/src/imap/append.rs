//! APPEND (RFC 3501 §6.3.11), with APPENDUID (RFC 4315 §3).

use super::arguments::Arguments;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::Flags;
use crate::mailbox::Content;
use crate::stamp::Stamp;

pub(crate) fn append(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
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
    let raw = arguments.string()?;
    arguments.end()?;
    if raw.is_empty() {
        return Err(Refusal::no("[CANNOT] An empty message is no message"));
    }
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    let mailbox = mailboxes.get_mut(&name).filter(|mailbox| mailbox.selectable);
    let mailbox = mailbox.ok_or_else(try_create)?;
    let uid = mailbox.add(Content::new(&raw), flags, received_at, session.id);
    match session.shared.capabilities.uidplus {
        true => Ok(format!("[APPENDUID {} {uid}] Appended", mailbox.uid_validity)),
        false => done("Appended"),
    }
}

/// The target is missing, and CREATE would help.
pub(super) fn try_create() -> Refusal {
    Refusal::no("[TRYCREATE] There is no such mailbox")
}
