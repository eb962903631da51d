//! CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3–6.3.7),
//! CREATE with a role (RFC 6154).

use super::arguments::Arguments;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::mailbox::Role;
use crate::user::{DELIMITER, Mailboxes, canonical, is_below};

pub(crate) fn create(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    let role = if arguments.take(b' ') { role(session, arguments)? } else { None };
    arguments.end()?;
    // A trailing delimiter announces children and is no part of the name.
    let name = name.strip_suffix(DELIMITER).unwrap_or(&name);
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    match mailboxes.get_mut(name) {
        Some(mailbox) if mailbox.selectable => return Err(exists()),
        Some(mailbox) => mailbox.selectable = true,
        None => {
            check_name(name)?;
            let taken = role.filter(|_| mailboxes.list.iter().any(|mailbox| mailbox.role == role));
            if let Some(role) = taken {
                let text = format!("[USEATTR] Another mailbox is {}", role.attribute());
                return Err(Refusal::No(text));
            }
            mailboxes.create(name, role);
        }
    }
    match mailboxes.get(name).filter(|_| session.shared.capabilities.object_id) {
        Some(mailbox) => Ok(format!("[MAILBOXID ({})] Created", mailbox.object_id())),
        None => done("Created"),
    }
}

/// `(USE (\Archive))` (RFC 6154 §3).
fn role(session: &Session, arguments: &mut Arguments<'_>) -> Result<Option<Role>, Refusal> {
    arguments.expect(b'(')?;
    if !session.shared.capabilities.create_special_use || !arguments.take_keyword("USE") {
        return Err(Refusal::bad("Unknown create parameter"));
    }
    arguments.space()?;
    let uses = arguments.list(Arguments::flag)?;
    arguments.expect(b')')?;
    let named = |name: &String| {
        Role::EVERY.into_iter().find(|role| role.attribute().eq_ignore_ascii_case(name))
    };
    match uses.as_slice() {
        [] => Ok(None),
        [name] if named(name).is_some() => Ok(named(name)),
        _ => Err(Refusal::no("[USEATTR] No mailbox can have those roles")),
    }
}

pub(crate) fn delete(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    let name = canonical(&sole_name(arguments)?);
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    if name == "INBOX" {
        return Err(Refusal::no("[CANNOT] INBOX cannot be deleted"));
    }
    let has_children = mailboxes.has_children(&name);
    let mailbox = mailboxes.get_mut(&name).ok_or_else(missing)?;
    if !has_children {
        mailboxes.list.retain(|mailbox| mailbox.name != name);
    } else if mailbox.selectable {
        mailbox.expunge(session.id, |_| true);
        mailbox.selectable = false;
    } else {
        return Err(Refusal::no("[INUSE] It has children"));
    }
    done("Deleted")
}

pub(crate) fn rename(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let from = canonical(&arguments.mailbox()?);
    let to = canonical(&sole_name(arguments)?);
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    check_name(&to)?;
    let source = mailboxes.get(&from).ok_or_else(missing)?.id;
    if is_below(&to, &from) && from != "INBOX" {
        return Err(Refusal::no("[CANNOT] A mailbox cannot move below itself"));
    }
    let moves = |name: &str| name == from || (is_below(name, &from) && from != "INBOX");
    let names = mailboxes.list.iter().map(|mailbox| mailbox.name.as_str());
    let targets =
        names.filter(|name| moves(name)).map(|name| format!("{to}{}", &name[from.len()..]));
    if targets.into_iter().any(|target| mailboxes.get(&target).is_some()) {
        return Err(exists());
    }
    if from == "INBOX" {
        // RFC 3501 §6.3.5: the mail moves, INBOX itself stays and is empty.
        mailboxes.create(&to, None);
        move_all(&mut mailboxes, source, &to, session.id);
        return done("Renamed");
    }
    if let Some((parent, _)) = to.rsplit_once(DELIMITER) {
        mailboxes.get_or_create(parent);
    }
    for mailbox in &mut mailboxes.list {
        if mailbox.name == from || is_below(&mailbox.name, &from) {
            mailbox.name = format!("{to}{}", &mailbox.name[from.len()..]);
        }
    }
    done("Renamed")
}

pub(crate) fn subscribe(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    let name = canonical(&sole_name(arguments)?);
    let user = session.user()?;
    let mut mailboxes = user.mailboxes();
    mailboxes.get(&name).ok_or_else(missing)?;
    mailboxes.subscribed.insert(name);
    done("Subscribed")
}

pub(crate) fn unsubscribe(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    let name = canonical(&sole_name(arguments)?);
    session.user()?.mailboxes().subscribed.remove(&name);
    done("Unsubscribed")
}

fn move_all(mailboxes: &mut Mailboxes, source: u64, to: &str, by: u64) {
    let uids = mailboxes
        .by_id(source)
        .map(|inbox| inbox.messages.iter().map(|message| message.uid).collect());
    let uids: Vec<u32> = uids.unwrap_or_default();
    mailboxes.copy(source, &uids, to, by);
    if let Some(inbox) = mailboxes.by_id(source) {
        inbox.expunge(by, |_| true);
    }
}

fn sole_name(arguments: &mut Arguments<'_>) -> Result<String, Refusal> {
    arguments.space()?;
    let name = arguments.mailbox()?;
    arguments.end()?;
    Ok(name)
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let levels = name.split(DELIMITER).all(|level| !level.is_empty());
    if levels && !name.chars().any(|character| character.is_control() || "*%".contains(character)) {
        return Ok(());
    }
    Err(Refusal::no("[CANNOT] No mailbox can have that name"))
}

fn exists() -> Refusal {
    Refusal::no("[ALREADYEXISTS] There is such a mailbox")
}

pub(super) fn missing() -> Refusal {
    Refusal::no("[NONEXISTENT] There is no such mailbox")
}
