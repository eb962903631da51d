//! STORE and UID STORE (RFC 3501 §6.4.6).

use super::arguments::Arguments;
use super::expunge::writable;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};
use crate::Flags;

pub(crate) fn store(session: &mut Session, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
    arguments.space()?;
    let set = arguments.sequence_set()?;
    arguments.space()?;
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
    let me = session.id;
    let (user, view, reply) = session.selected()?;
    writable(view.read_only)?;
    let messages = view.resolve(&set, by_uid)?;
    let mut mailboxes = user.mailboxes();
    let mailbox = present(mailboxes.by_id(view.mailbox))?;
    let mut missing = false;
    for (seq, uid) in messages {
        mailbox.alter_flags(uid, me, |flags| change(flags, sign, &names));
        match mailbox.message(uid) {
            Some(_) if silent => {}
            Some(message) => {
                let flags = view.flags(uid, &message.flags);
                let uid = if by_uid { format!("UID {uid} ") } else { String::new() };
                reply.untagged(format!("{seq} FETCH ({uid}FLAGS ({flags}))"));
            }
            None => missing = true,
        }
    }
    if missing { Err(expunge_issued()) } else { done("Stored") }
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
