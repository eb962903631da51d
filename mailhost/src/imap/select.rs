//! SELECT, EXAMINE, CLOSE, UNSELECT (RFC 3501 §6.3.1–6.3.2, §6.4.2, RFC 3691).

use std::collections::BTreeSet;

use super::arguments::Arguments;
use super::mailboxes::missing;
use super::session::Session;
use super::view::View;
use super::{Outcome, done};
use crate::mailbox::Mailbox;

const SYSTEM_FLAGS: &str = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";

pub(crate) fn select(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    read_only: bool,
) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    arguments.end()?;
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
    reply.untagged(format!("OK [UIDVALIDITY {}] UIDs valid", mailbox.uid_validity));
    reply.untagged(format!("OK [UIDNEXT {}] Predicted next UID", mailbox.uid_next));
    session.view = Some(view);
    done(if read_only { "[READ-ONLY] Selected" } else { "[READ-WRITE] Selected" })
}

/// Expunges without a word, then leaves the mailbox.
pub(crate) fn close(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    let me = session.id;
    let (user, view, _) = session.selected()?;
    if let Some(mailbox) = user.mailboxes().by_id(view.mailbox)
        && !view.read_only
    {
        mailbox.expunge(me, |message| message.flags.contains("\\Deleted"));
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
