//! SEARCH, SORT and THREAD, by sequence number and by UID (RFC 3501 §6.4.4, RFC 5256), with the
//! return options of ESEARCH, ESORT, SEARCHRES and PARTIAL (RFC 4731, 5267, 5182, 9394).

mod key;
mod references;
mod returns;
mod sort;
mod subject;
mod text;
mod thread;

use key::{Candidate, Key};
use returns::Wanted;
use text::Decoded;

use super::arguments::Arguments;
use super::enable::aware;
use super::session::{Session, present};
use super::{Outcome, Refusal, done};
use crate::mailbox::Message;

/// A message that a search found, and its number in the answer.
struct Found {
    number: u32,
    message: Message,
}

pub(crate) fn search(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    by_uid: bool,
) -> Outcome {
    arguments.space()?;
    let wanted = match arguments.syntax.on.esearch && arguments.take_keyword("RETURN") {
        true => Some(returns::parse(arguments)?),
        false => None,
    };
    if arguments.take_keyword("CHARSET") {
        arguments.space()?;
        charset(session, arguments)?;
    }
    let key = Key::parse_all(arguments)?;
    let outcome = matching(session, &key, by_uid);
    if let (Err(_), Some(wanted), Some(view)) = (&outcome, &wanted, &mut session.view)
        && wanted.contains(&Wanted::Save)
    {
        view.saved.clear();
    }
    let found = outcome?;
    let modseq = key.asks_modseq().then(|| {
        aware(session);
        found.iter().map(|found| found.message.modseq).max()
    });
    let mut numbers: Vec<u32> = found.iter().map(|found| found.number).collect();
    if by_uid {
        numbers.extend(&session.quirks.phantom_uids);
        numbers.sort_unstable();
        numbers.dedup();
    }
    match wanted.filter(|_| !session.quirks.plain_search) {
        Some(wanted) => {
            let uids: Vec<u32> = found.iter().map(|found| found.message.uid).collect();
            returns::save(session, &wanted, uids);
            let answer = returns::Answer { by_uid, wanted: &wanted, numbers: &numbers };
            if let Some(line) = answer.line(&session.tag, modseq.flatten()) {
                session.reply.untagged(line);
            }
        }
        None => {
            let shown: String = numbers.iter().map(|number| format!(" {number}")).collect();
            let modseq = modseq.flatten().map(|modseq| format!(" (MODSEQ {modseq})"));
            session.reply.untagged(format!("SEARCH{shown}{}", modseq.unwrap_or_default()));
        }
    }
    done("Searched")
}

pub(crate) fn sort(session: &mut Session, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
    arguments.space()?;
    let wanted = match arguments.syntax.on.esort && arguments.take_keyword("RETURN") {
        true => Some(returns::parse(arguments)?),
        false => None,
    };
    let criteria = sort::criteria(arguments)?;
    arguments.space()?;
    charset(session, arguments)?;
    let key = Key::parse_all(arguments)?;
    let found = sort::sorted(matching(session, &key, by_uid)?, &criteria);
    let numbers: Vec<u32> = found.iter().map(|found| found.number).collect();
    match wanted {
        Some(wanted) => {
            let answer = returns::Answer { by_uid, wanted: &wanted, numbers: &numbers };
            if let Some(line) = answer.line(&session.tag, None) {
                session.reply.untagged(line);
            }
        }
        None => {
            let shown: String = numbers.iter().map(|number| format!(" {number}")).collect();
            session.reply.untagged(format!("SORT{shown}"));
        }
    }
    done("Sorted")
}

pub(crate) fn thread(
    session: &mut Session,
    arguments: &mut Arguments<'_>,
    by_uid: bool,
) -> Outcome {
    arguments.space()?;
    let algorithm = arguments.keyword()?;
    arguments.space()?;
    charset(session, arguments)?;
    let key = Key::parse_all(arguments)?;
    let letters: Vec<_> = matching(session, &key, by_uid)?.iter().map(thread::Letter::of).collect();
    let threads = match algorithm.as_str() {
        "REFERENCES" => references::threads(&letters),
        "ORDEREDSUBJECT" => thread::ordered_subject(&letters),
        _ => return Err(Refusal::bad("Unknown threading algorithm")),
    };
    let space = if threads.is_empty() { "" } else { " " };
    session.reply.untagged(format!("THREAD{space}{threads}"));
    done("Threaded")
}

/// A charset that is understood: what follows is read as UTF-8 either way.
fn charset(session: &Session, arguments: &mut Arguments<'_>) -> Result<(), Refusal> {
    let charset = arguments.text()?.to_ascii_uppercase();
    arguments.space()?;
    match charset.as_str() {
        "US-ASCII" => Ok(()),
        _ if session.quirks.ascii_search => {
            Err(Refusal::no("[BADCHARSET (US-ASCII)] Unknown charset"))
        }
        "UTF-8" => Ok(()),
        _ => Err(Refusal::no("[BADCHARSET (US-ASCII UTF-8)] Unknown charset")),
    }
}

/// The messages that match, in order of the mailbox.
fn matching(session: &mut Session, key: &Key, by_uid: bool) -> Result<Vec<Found>, Refusal> {
    let now = session.shared.now();
    let (user, view, _) = session.selected()?;
    let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
    let largest = (count(view.exists()), view.largest_uid());
    let messages: Vec<_> = {
        let mut mailboxes = user.mailboxes();
        let mailbox = present(mailboxes.by_id(view.mailbox))?;
        let known = view.messages();
        known.filter_map(|(seq, uid)| Some((count(seq), mailbox.message(uid)?.clone()))).collect()
    };
    let matches = |(seq, message): &(u32, Message)| {
        key.matches(&Candidate {
            seq: *seq,
            largest,
            message,
            recent: view.is_recent(message.uid),
            saved: view.saved.contains(&message.uid),
            now,
            decoded: Decoded::new(message),
        })
    };
    let found = messages.into_iter().filter(matches);
    let numbered = found
        .map(|(seq, message)| Found { number: if by_uid { message.uid } else { seq }, message });
    Ok(numbered.collect())
}
