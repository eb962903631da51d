//! EXPUNGE and UID EXPUNGE (RFC 3501 §6.4.3, RFC 4315 §2.1); the report names what went.

use super::arguments::Arguments;
use super::sequence_set::SequenceSet;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};
use crate::Role;
use crate::mailbox::Mailbox;

pub(crate) fn expunge(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    remove_deleted(session, None)
}

pub(crate) fn uid_expunge(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let set = arguments.sequence_set()?;
    arguments.end()?;
    remove_deleted(session, Some(&set))
}

/// Removes what is marked, of these UIDs or of all.
pub(super) fn remove_deleted(session: &mut Session, only: Option<&SequenceSet>) -> Outcome {
    let me = session.id;
    let (archives, condstore) = (session.quirks.expunge_archives, session.condstore);
    let (user, view, _) = session.selected()?;
    writable(view.read_only)?;
    let largest = view.largest_uid();
    let is_meant = |uid: u32| match only {
        None => true,
        Some(SequenceSet::Saved) => view.saved.contains(&uid),
        Some(set) => set.contains(uid, largest),
    };
    let mut mailboxes = user.mailboxes();
    let mailbox = present(mailboxes.by_id(view.mailbox))?;
    let marked = mailbox.messages.iter().filter(|message| message.flags.contains("\\Deleted"));
    let uids: Vec<u32> = marked.map(|message| message.uid).filter(|uid| is_meant(*uid)).collect();
    if archives && !matches!(mailbox.role, Some(Role::Archive | Role::Trash | Role::Junk)) {
        let is_archive = |mailbox: &&mut Mailbox| mailbox.role == Some(Role::Archive);
        let name = mailboxes.list.iter_mut().find(is_archive).map(|archive| archive.name.clone());
        let kept = name.map(|name| mailboxes.copy(view.mailbox, &uids, &name, me));
        if let Some(archive) = mailboxes.list.iter_mut().find(is_archive) {
            for (_, uid) in kept.unwrap_or_default() {
                archive.alter_flags(uid, me, |flags| flags.remove("\\Deleted"));
            }
        }
    }
    let mailbox = present(mailboxes.by_id(view.mailbox))?;
    mailbox.expunge(me, |message| uids.binary_search(&message.uid).is_ok());
    match condstore {
        true => Ok(format!("[HIGHESTMODSEQ {}] Expunged", mailbox.highest_modseq)),
        false => done("Expunged"),
    }
}

/// Refuses a change under EXAMINE.
pub(crate) fn writable(read_only: bool) -> Result<(), Refusal> {
    if read_only {
        Err(Refusal::no("[READ-ONLY] The mailbox was opened by EXAMINE"))
    } else {
        Ok(())
    }
}
