//! CAPABILITY, ID, LOGIN, AUTHENTICATE PLAIN, LOGOUT (RFC 3501 §6.1–6.2, RFC 2971, RFC 4959).

use super::arguments::{Arguments, Syntax};
use super::reader::Command;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::base64;

pub(crate) fn capability(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    let line = session.shared.capabilities.line();
    session.reply.untagged(format!("CAPABILITY {line}"));
    done("Done")
}

pub(crate) fn id(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    if !arguments.take_keyword("NIL") {
        arguments.list(|arguments| match arguments.take_keyword("NIL") {
            true => Ok(()),
            false => arguments.string().map(|_| ()),
        })?;
    }
    arguments.end()?;
    session.introduced = true;
    session.reply.untagged("ID (\"name\" \"Postern mailhost\")");
    done("Done")
}

pub(crate) fn logout(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    session.reply.untagged("BYE Until next time");
    session.over = true;
    session.view = None;
    done("Done")
}

pub(crate) fn login(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let login = arguments.text()?;
    arguments.space()?;
    let password = arguments.text()?;
    arguments.end()?;
    sign_in(session, &login, &password)
}

pub(crate) fn authenticate(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    if arguments.keyword()? != "PLAIN" {
        return Err(Refusal::no("[CANNOT] Only PLAIN is offered"));
    }
    arguments.space()?;
    let response = arguments.word(|byte| byte.is_ascii_graphic())?;
    arguments.end()?;
    let credentials = base64::plain(response.as_bytes());
    let (login, password) = credentials.ok_or_else(|| Refusal::bad("Not a PLAIN response"))?;
    sign_in(session, &login, &password)
}

fn sign_in(session: &mut Session, login: &str, password: &str) -> Outcome {
    let user = session.shared.sign_in(login, password);
    let user = user.ok_or_else(|| Refusal::no("[AUTHENTICATIONFAILED] Wrong name or password"))?;
    let open = session.shared.connections.current(&user.login);
    if session.quirks.connections.is_some_and(|most| open >= most) {
        return Err(Refusal::no("[LIMIT] Too many connections"));
    }
    // What was said before sign-in does not count where ID is wanted.
    session.introduced = false;
    session.signed_in(user);
    Ok(format!("[CAPABILITY {}] Signed in", session.shared.capabilities.line()))
}

/// Whether AUTHENTICATE came without an initial response.
pub(crate) fn wants_continuation(rest: &[u8]) -> bool {
    rest.trim_ascii().eq_ignore_ascii_case(b"PLAIN")
}

/// Whose sign-in a command is, right or wrong password.
pub(crate) fn attempted_login(command: &Command) -> Option<String> {
    let mut arguments = Arguments::new(&command.rest, Syntax::default());
    arguments.space().ok()?;
    match command.name.as_str() {
        "LOGIN" => arguments.text().ok(),
        "AUTHENTICATE" => {
            let response = command.rest.rsplit(|byte| *byte == b' ').next()?;
            base64::plain(response).map(|(login, _)| login)
        }
        _ => None,
    }
}
