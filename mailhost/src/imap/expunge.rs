//! EXPUNGE and UID EXPUNGE (RFC 3501 §6.4.3, RFC 4315 §2.1); the report names what went.

use super::arguments::Arguments;
use super::sequence_set::SequenceSet;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};

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

fn remove_deleted(session: &mut Session, only: Option<&SequenceSet>) -> Outcome {
    let me = session.id;
    let (user, view, _) = session.selected()?;
    writable(view.read_only)?;
    let largest = view.largest_uid();
    let mut mailboxes = user.mailboxes();
    present(mailboxes.by_id(view.mailbox))?.expunge(me, |message| {
        message.flags.contains("\\Deleted")
            && only.is_none_or(|set| set.contains(message.uid, largest))
    });
    done("Expunged")
}

/// Refuses a change under EXAMINE.
pub(crate) fn writable(read_only: bool) -> Result<(), Refusal> {
    if read_only {
        Err(Refusal::no("[READ-ONLY] The mailbox was opened by EXAMINE"))
    } else {
        Ok(())
    }
}
