//! LIST and LSUB, with the options of LIST-EXTENDED, SPECIAL-USE and LIST-STATUS
//! (RFC 3501 §6.3.8–6.3.9, RFC 5258, RFC 6154, RFC 5819).

use super::arguments::Arguments;
use super::reply::mailbox_name;
use super::session::Session;
use super::status::{self, Item};
use super::{Outcome, Refusal, done};
use crate::Capabilities;
use crate::user::{DELIMITER, Mailboxes, is_below};

/// What a LIST asks for.
#[derive(Default)]
struct Request {
    patterns: Vec<String>,
    subscribed: bool,
    recursive: bool,
    special_use: bool,
    return_subscribed: bool,
    return_children: bool,
    status: Vec<Item>,
    /// Return options were given.
    returns: bool,
}

pub(crate) fn list(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    let on = session.shared.capabilities;
    let request = parse(arguments, on)?;
    let quirks = session.quirks.clone();
    if quirks.special_use_bad && request.special_use {
        return Err(Refusal::bad("Unknown selection option"));
    }
    if quirks.list_return_empty && request.returns {
        return done("Listed");
    }
    if request.patterns.is_empty() {
        session.reply.untagged(format!("LIST (\\Noselect) \"{DELIMITER}\" \"\""));
        return done("Listed");
    }
    let user = session.user()?;
    let mailboxes = user.mailboxes();
    for name in candidates(&mailboxes, &request) {
        let Some(attributes) = attributes(&mailboxes, &request, on, &name) else { continue };
        let delimiter = match quirks.no_delimiter {
            true => "NIL".to_owned(),
            false => format!("\"{DELIMITER}\""),
        };
        let shown = quirks.inbox_spelling.filter(|_| name == "INBOX").unwrap_or(&name);
        let (shown, more) = (mailbox_name(shown), child_info(&mailboxes, &request, &name));
        session.reply.untagged(format!("LIST ({attributes}) {delimiter} {shown}{more}"));
        if let Some(mailbox) = mailboxes.get(&name).filter(|mailbox| mailbox.selectable)
            && !request.status.is_empty()
        {
            session.reply.untagged(status::line(mailbox, &request.status, &quirks));
        }
    }
    done("Listed")
}

pub(crate) fn lsub(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let reference = arguments.mailbox()?;
    arguments.space()?;
    let pattern = reference + &arguments.pattern()?;
    arguments.end()?;
    let user = session.user()?;
    for name in &user.mailboxes().subscribed {
        if matches(&pattern, name) {
            session.reply.untagged(format!("LSUB () \"{DELIMITER}\" {}", mailbox_name(name)));
        }
    }
    done("Listed")
}

fn parse(arguments: &mut Arguments<'_>, on: Capabilities) -> Result<Request, Refusal> {
    let mut request = Request::default();
    arguments.space()?;
    if on.list_extended && arguments.peek() == Some(b'(') {
        for option in arguments.list(Arguments::keyword)? {
            match option.as_str() {
                "SUBSCRIBED" => (request.subscribed, request.return_subscribed) = (true, true),
                "RECURSIVEMATCH" => request.recursive = true,
                "REMOTE" => {}
                "SPECIAL-USE" if on.special_use => request.special_use = true,
                _ => return Err(Refusal::bad("Unknown selection option")),
            }
        }
        if request.recursive && !request.subscribed {
            return Err(Refusal::bad("RECURSIVEMATCH needs SUBSCRIBED"));
        }
        arguments.space()?;
    }
    let reference = arguments.mailbox()?;
    arguments.space()?;
    let patterns = match arguments.peek() {
        Some(b'(') if on.list_extended => arguments.list(Arguments::pattern)?,
        _ => vec![arguments.pattern()?],
    };
    let patterns = patterns.into_iter().filter(|pattern| !pattern.is_empty());
    request.patterns = patterns.map(|pattern| format!("{reference}{pattern}")).collect();
    if on.list_extended && arguments.take(b' ') {
        parse_returns(arguments, on, &mut request)?;
    }
    arguments.end()?;
    Ok(request)
}

fn parse_returns(
    arguments: &mut Arguments<'_>,
    on: Capabilities,
    request: &mut Request,
) -> Result<(), Refusal> {
    if !arguments.take_keyword("RETURN") {
        return Err(arguments.unexpected("RETURN"));
    }
    request.returns = true;
    arguments.space()?;
    arguments.list(|arguments| {
        match arguments.keyword()?.as_str() {
            "SUBSCRIBED" => request.return_subscribed = true,
            "CHILDREN" => request.return_children = true,
            // Roles are always shown.
            "SPECIAL-USE" if on.special_use => {}
            "STATUS" if on.list_status => {
                arguments.space()?;
                request.status = arguments.list(status::item)?;
            }
            _ => return Err(Refusal::bad("Unknown return option")),
        }
        Ok(())
    })?;
    Ok(())
}

/// The names that come into question, sorted with INBOX first.
fn candidates(mailboxes: &Mailboxes, request: &Request) -> Vec<String> {
    let mut names: Vec<String> =
        mailboxes.list.iter().map(|mailbox| mailbox.name.clone()).collect();
    if request.subscribed {
        names.extend(mailboxes.subscribed.iter().cloned());
    }
    names.sort_by_key(|name| (name != "INBOX", name.clone()));
    names.dedup();
    names.retain(|name| request.patterns.iter().any(|pattern| matches(pattern, name)));
    names
}

/// Whether children that nobody asked for by name are subscribed (RFC 5258 §3.5).
fn has_inner(mailboxes: &Mailboxes, request: &Request, name: &str) -> bool {
    request.recursive && mailboxes.subscribed.iter().any(|other| is_below(other, name))
}

fn child_info(mailboxes: &Mailboxes, request: &Request, name: &str) -> &'static str {
    if has_inner(mailboxes, request, name) { " (\"CHILDINFO\" (\"SUBSCRIBED\"))" } else { "" }
}

/// A mailbox's attributes; `None` where the selection options leave it out.
fn attributes(
    mailboxes: &Mailboxes,
    request: &Request,
    on: Capabilities,
    name: &str,
) -> Option<String> {
    let mailbox = mailboxes.get(name);
    let role = mailbox.and_then(|mailbox| mailbox.role).filter(|_| on.special_use);
    let is_subscribed = mailboxes.subscribed.contains(name);
    let inner = has_inner(mailboxes, request, name);
    if (request.special_use && role.is_none()) || (request.subscribed && !is_subscribed && !inner) {
        return None;
    }
    let mut attributes = Vec::new();
    match mailbox {
        None => attributes.push("\\NonExistent"),
        Some(mailbox) if !mailbox.selectable => attributes.push("\\Noselect"),
        Some(_) => {}
    }
    if on.children || request.return_children {
        let children = mailboxes.has_children(name);
        attributes.push(if children { "\\HasChildren" } else { "\\HasNoChildren" });
    }
    if request.return_subscribed && is_subscribed {
        attributes.push("\\Subscribed");
    }
    attributes.extend(role.map(crate::Role::attribute));
    Some(attributes.join(" "))
}

/// `*` stands for anything, `%` for anything within one level; INBOX has no case.
fn matches(pattern: &str, name: &str) -> bool {
    let equal = if name == "INBOX" { u8::eq_ignore_ascii_case } else { u8::eq };
    matches_bytes(pattern.as_bytes(), name.as_bytes(), equal)
}

/// Row by row: which beginnings of the name the pattern read so far can stand for.
fn matches_bytes(pattern: &[u8], name: &[u8], equal: fn(&u8, &u8) -> bool) -> bool {
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for sign in pattern {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let before = at.checked_sub(1);
            next[at] = match (sign, before) {
                (b'*', _) => reached[at] || before.is_some_and(|before| next[before]),
                (b'%', _) => {
                    reached[at] || before.is_some_and(|before| next[before] && name[before] != b'/')
                }
                (_, Some(before)) => reached[before] && equal(sign, &name[before]),
                (_, None) => false,
            };
        }
        reached = next;
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards_match_as_rfc_3501_says() {
        let check =
            |pattern, name, expect| assert_eq!(matches(pattern, name), expect, "{pattern} {name}");
        check("*", "a/b/c", true);
        check("%", "a", true);
        check("%", "a/b", false);
        check("a/%", "a/b", true);
        check("a/%", "a/b/c", false);
        check("a*c", "a/b/c", true);
        check("inbox", "INBOX", true);
        check("sent", "Sent", false);
        check("%/%", "a/b", true);
    }
}
