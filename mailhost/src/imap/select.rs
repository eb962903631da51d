//! SELECT, EXAMINE, CLOSE, UNSELECT (RFC 3501 §6.3.1–6.3.2, §6.4.2, RFC 3691),
//! with CONDSTORE and QRESYNC (RFC 7162 §3.2.5).

use std::collections::BTreeSet;

use super::arguments::Arguments;
use super::enable::aware;
use super::expunge::remove_deleted;
use super::mailboxes::missing;
use super::sequence_set::{SequenceSet, compress};
use super::session::Session;
use super::view::View;
use super::{Outcome, Refusal, done};
use crate::mailbox::Mailbox;

const SYSTEM_FLAGS: &str = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";

pub(crate) fn select(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    read_only: bool,
) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    let known = if arguments.take(b' ') { parameters(session, arguments)? } else { None };
    arguments.end()?;
    if session.quirks.unsafe_login && !session.introduced {
        return Err(Refusal::no("SELECT Unsafe Login. Please contact kefu@188.com for help"));
    }
    let on = session.shared.capabilities;
    if session.view.is_some() && on.condstore {
        session.reply.untagged("OK [CLOSED] The mailbox before is left");
    }
    // Even a failed SELECT leaves the mailbox that was selected (RFC 3501 §6.3.1).
    session.view = None;
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    let mailbox = mailboxes.get_mut(&name).filter(|mailbox| mailbox.selectable);
    let mailbox = mailbox.ok_or_else(missing)?;
    let view = View::open(mailbox, read_only);
    let reply = &mut session.reply;
    reply.untagged(format!("FLAGS ({SYSTEM_FLAGS}{})", keywords(mailbox)));
    let permanent =
        if read_only { String::new() } else { format!("{SYSTEM_FLAGS}{} \\*", keywords(mailbox)) };
    reply.untagged(format!("OK [PERMANENTFLAGS ({permanent})] What can be kept"));
    reply.untagged(format!("{} EXISTS", view.exists()));
    reply.untagged(format!("{} RECENT", view.recent()));
    if let Some(first) =
        mailbox.messages.iter().position(|message| !message.flags.contains("\\Seen"))
    {
        reply.untagged(format!("OK [UNSEEN {}] First unseen", first + 1));
    }
    let validity = if session.quirks.validity_zero { 0 } else { mailbox.uid_validity };
    reply.untagged(format!("OK [UIDVALIDITY {validity}] UIDs valid"));
    reply.untagged(format!("OK [UIDNEXT {}] Predicted next UID", mailbox.uid_next));
    if on.object_id {
        reply.untagged(format!("OK [MAILBOXID ({})] Its id", mailbox.object_id()));
    }
    if on.condstore {
        reply.untagged(format!("OK [HIGHESTMODSEQ {}] Highest", mailbox.highest_modseq));
    }
    if let Some(known) = known.filter(|known| known.uid_validity == mailbox.uid_validity) {
        resynchronise(session, &view, mailbox, &known);
    }
    session.view = Some(view);
    done(if read_only { "[READ-ONLY] Selected" } else { "[READ-WRITE] Selected" })
}

/// What the other side still knows of a mailbox (RFC 7162 §3.2.5).
struct Known {
    uid_validity: u32,
    modseq: u64,
    /// All of them where it is missing.
    uids: Option<SequenceSet>,
}

/// `(CONDSTORE)` or `(QRESYNC (uidvalidity modseq [uids [(seqs uids)]]))`.
fn parameters(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
) -> Result<Option<Known>, Refusal> {
    if !session.shared.capabilities.condstore {
        return Err(Refusal::bad("SELECT takes no parameters"));
    }
    let mut known = None;
    let qresync = session.qresync;
    arguments.list(|arguments| {
        match arguments.keyword()?.as_str() {
            "CONDSTORE" => {}
            "QRESYNC" if qresync => {
                arguments.space()?;
                known = Some(resync_parameters(arguments)?);
            }
            _ => return Err(Refusal::bad("Unknown parameter, or not enabled")),
        }
        Ok(())
    })?;
    aware(session);
    Ok(known)
}

fn resync_parameters(arguments: &mut Arguments<'_>) -> Result<Known, Refusal> {
    arguments.expect(b'(')?;
    let uid_validity = arguments.number()?;
    arguments.space()?;
    let mut known = Known { uid_validity, modseq: arguments.large_number()?, uids: None };
    while arguments.take(b' ') {
        if arguments.take(b'(') {
            // Pairs of numbers and UIDs only narrow the answer, and it may be wider.
            arguments.sequence_set()?;
            arguments.space()?;
            arguments.sequence_set()?;
            arguments.expect(b')')?;
        } else {
            known.uids = Some(arguments.sequence_set()?);
        }
    }
    arguments.expect(b')')?;
    Ok(known)
}

/// Tells what went and what changed since the other side last looked.
fn resynchronise(session: &mut Session, view: &View, mailbox: &Mailbox, known: &Known) {
    let largest = mailbox.uid_next.saturating_sub(1);
    let is_known = |uid: u32| known.uids.as_ref().is_none_or(|uids| uids.contains(uid, largest));
    let mut gone = mailbox.expunged_since(known.modseq);
    gone.retain(|uid| is_known(*uid));
    if !gone.is_empty() {
        session.reply.untagged(format!("VANISHED (EARLIER) {}", compress(&gone)));
    }
    let listener = session.listener();
    for (seq, uid) in view.messages().filter(|(_, uid)| is_known(*uid)) {
        let changed = mailbox.message(uid).filter(|message| message.modseq > known.modseq);
        if let Some(message) = changed {
            session.reply.untagged(view.flags_line(seq, message, listener, true));
        }
    }
}

/// Expunges without a word, then leaves the mailbox.
pub(crate) fn close(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    let read_only = session.selected()?.1.read_only;
    if !read_only {
        remove_deleted(session, None)?;
    }
    session.view = None;
    done("Closed")
}

pub(crate) fn unselect(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    session.view = None;
    done("Left")
}

/// The keywords in use, each after a space.
fn keywords(mailbox: &Mailbox) -> String {
    let names = mailbox.messages.iter().flat_map(|message| message.flags.names());
    let keywords: BTreeSet<&str> = names.filter(|name| !name.starts_with('\\')).collect();
    keywords.into_iter().map(|keyword| format!(" {keyword}")).collect()
}
