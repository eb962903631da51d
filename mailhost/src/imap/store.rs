//! STORE and UID STORE (RFC 3501 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3).

use super::arguments::Arguments;
use super::enable::aware;
use super::expunge::writable;
use super::sequence_set::compress;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};
use crate::Flags;

pub(crate) fn store(session: &mut Session, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
    arguments.space()?;
    let set = arguments.sequence_set()?;
    arguments.space()?;
    let unchanged_since = unchanged_since(session, arguments)?;
    let sign = [b'+', b'-'].into_iter().find(|sign| arguments.take(*sign));
    let silent = arguments.take_keyword("FLAGS.SILENT");
    if !silent && !arguments.take_keyword("FLAGS") {
        return Err(arguments.unexpected("FLAGS"));
    }
    arguments.space()?;
    let names = match arguments.peek() {
        Some(b'(') => arguments.list(Arguments::flag)?,
        _ => {
            let mut names = vec![arguments.flag()?];
            while arguments.take(b' ') {
                names.push(arguments.flag()?);
            }
            names
        }
    };
    arguments.end()?;
    let listener = session.listener();
    let (user, view, reply) = session.selected()?;
    writable(view.read_only)?;
    let messages = view.resolve(&set, by_uid)?;
    let mut mailboxes = user.mailboxes();
    let mailbox = present(mailboxes.by_id(view.mailbox))?;
    let (mut missing, mut modified) = (false, Vec::new());
    for (seq, uid) in messages {
        let Some(before) = mailbox.message(uid).map(|message| message.modseq) else {
            missing = true;
            continue;
        };
        if unchanged_since.is_some_and(|modseq| before > modseq) {
            modified.push(if by_uid { uid } else { u32::try_from(seq).unwrap_or(u32::MAX) });
            continue;
        }
        mailbox.alter_flags(uid, listener.id, |flags| change(flags, sign, &names));
        match mailbox.message(uid) {
            // The new mod-sequence is told even so (RFC 7162 §3.1.3).
            Some(message) if silent && listener.condstore => {
                let uid = if by_uid { format!("UID {uid} ") } else { String::new() };
                reply.untagged(format!("{seq} FETCH ({uid}MODSEQ ({}))", message.modseq));
            }
            Some(message) if !silent => {
                reply.untagged(view.flags_line(seq, message, listener, by_uid || listener.qresync));
            }
            _ => {}
        }
    }
    match modified.as_slice() {
        _ if missing => Err(expunge_issued()),
        [] => done("Stored"),
        modified => Ok(format!("[MODIFIED {}] Stored where unchanged", compress(modified))),
    }
}

/// `(UNCHANGEDSINCE n) `, where it stands there (RFC 7162 §3.1.3).
fn unchanged_since(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
) -> Result<Option<u64>, Refusal> {
    if !session.shared.capabilities.condstore || !arguments.take(b'(') {
        return Ok(None);
    }
    if !arguments.take_keyword("UNCHANGEDSINCE") {
        return Err(Refusal::bad("Unknown store modifier"));
    }
    arguments.space()?;
    let modseq = arguments.large_number()?;
    arguments.expect(b')')?;
    arguments.space()?;
    aware(session);
    Ok(Some(modseq))
}

fn change(flags: &mut Flags, sign: Option<u8>, names: &[String]) {
    if sign.is_none() {
        *flags = Flags::default();
    }
    for name in names {
        match sign {
            Some(b'-') => flags.remove(name),
            _ => {
                flags.insert(name);
            }
        }
    }
}

/// Another connection expunged some of the messages, and this one has not been told yet.
pub(super) fn expunge_issued() -> Refusal {
    Refusal::no("[EXPUNGEISSUED] Some of the messages no longer exist")
}
