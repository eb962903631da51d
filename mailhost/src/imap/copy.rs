//! COPY and MOVE (RFC 3501 §6.4.7, RFC 6851), with COPYUID (RFC 4315 §3).

use super::append::try_create;
use super::arguments::Arguments;
use super::expunge::writable;
use super::sequence_set::compress;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};

pub(crate) fn copy(session: &mut Session, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
    let copied = transfer(session, arguments, by_uid, Originals::Kept)?;
    match copied.code(session) {
        Some(code) => Ok(format!("{code} Copied")),
        None => done("Copied"),
    }
}

/// MOVE: COPYUID goes ahead of the EXPUNGEs, which the report sends (RFC 6851 §4.3).
pub(crate) fn relocate(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    by_uid: bool,
) -> Outcome {
    let (_, view, _) = session.selected()?;
    writable(view.read_only)?;
    let moved = transfer(session, arguments, by_uid, Originals::Expunged)?;
    if let Some(code) = moved.code(session) {
        session.reply.untagged(format!("OK {code} Moved"));
    }
    done("Moved")
}

#[derive(PartialEq, Eq)]
enum Originals {
    Kept,
    Expunged,
}

/// Which UIDs became which in the target, in ascending order.
struct Copied {
    validity: u32,
    pairs: Vec<(u32, u32)>,
}

impl Copied {
    fn code(&self, session: &Session) -> Option<String> {
        if !session.shared.capabilities.uidplus || self.pairs.is_empty() {
            return None;
        }
        let (from, to): (Vec<u32>, Vec<u32>) = self.pairs.iter().copied().unzip();
        let validity = if session.quirks.validity_zero { 0 } else { self.validity };
        Some(format!("[COPYUID {validity} {} {}]", compress(&from), compress(&to)))
    }
}

fn transfer(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    by_uid: bool,
    originals: Originals,
) -> Result<Copied, Refusal> {
    arguments.space()?;
    let set = arguments.sequence_set()?;
    arguments.space()?;
    let target = arguments.mailbox()?;
    arguments.end()?;
    let me = session.id;
    let (user, view, _) = session.selected()?;
    let uids: Vec<u32> = view.resolve(&set, by_uid)?.into_iter().map(|(_, uid)| uid).collect();
    let mut mailboxes = user.mailboxes();
    let found = mailboxes.get(&target).filter(|mailbox| mailbox.selectable);
    let validity = found.ok_or_else(try_create)?.uid_validity;
    if originals == Originals::Kept {
        let source = present(mailboxes.by_id(view.mailbox))?;
        let sizes = uids.iter().filter_map(|uid| source.message(*uid));
        let octets = sizes.map(|message| message.content.raw.len() as u64).sum();
        mailboxes.admit(octets, uids.len() as u64)?;
    }
    let pairs = mailboxes.copy(view.mailbox, &uids, &target, me);
    if originals == Originals::Expunged {
        present(mailboxes.by_id(view.mailbox))?.expunge(me, |message| {
            pairs.binary_search_by_key(&message.uid, |(from, _)| *from).is_ok()
        });
    }
    Ok(Copied { validity, pairs })
}
