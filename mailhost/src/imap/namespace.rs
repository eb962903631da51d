//! NAMESPACE (RFC 2342): one's own mailboxes, and shared ones where there are some.

use super::arguments::Arguments;
use super::session::Session;
use super::{Outcome, done};
use crate::user::{DELIMITER, SHARED, is_below};

pub(crate) fn namespace(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.end()?;
    let user = session.user()?;
    let is_shared = user.mailboxes().list.iter().any(|mailbox| is_below(&mailbox.name, SHARED));
    let shared = match is_shared {
        true => format!("((\"{SHARED}{DELIMITER}\" \"{DELIMITER}\"))"),
        false => "NIL".to_owned(),
    };
    session.reply.untagged(format!("NAMESPACE ((\"\" \"{DELIMITER}\")) NIL {shared}"));
    done("Done")
}
