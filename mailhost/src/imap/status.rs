//! STATUS (RFC 3501 §6.3.10).

use super::arguments::Arguments;
use super::mailboxes::missing;
use super::reply::mailbox_name;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::mailbox::Mailbox;

/// One thing to know about a mailbox.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item {
    Messages,
    Recent,
    UidNext,
    UidValidity,
    Unseen,
}

pub(crate) fn status(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    arguments.space()?;
    let items = arguments.list(item)?;
    arguments.end()?;
    let user = session.user()?;
    let mailboxes = user.mailboxes();
    let mailbox = mailboxes.get(&name).filter(|mailbox| mailbox.selectable).ok_or_else(missing)?;
    session.reply.untagged(line(mailbox, &items));
    done("Done")
}

pub(crate) fn item(arguments: &mut Arguments<'_>) -> Result<Item, Refusal> {
    match arguments.keyword()?.as_str() {
        "MESSAGES" => Ok(Item::Messages),
        "RECENT" => Ok(Item::Recent),
        "UIDNEXT" => Ok(Item::UidNext),
        "UIDVALIDITY" => Ok(Item::UidValidity),
        "UNSEEN" => Ok(Item::Unseen),
        _ => Err(Refusal::bad("Unknown status item")),
    }
}

/// A STATUS line, without `* `.
pub(crate) fn line(mailbox: &Mailbox, items: &[Item]) -> String {
    let shown = items.iter().map(|item| match item {
        Item::Messages => format!("MESSAGES {}", mailbox.messages.len()),
        Item::Recent => {
            let recent =
                mailbox.messages.partition_point(|message| message.uid < mailbox.recent_from);
            format!("RECENT {}", mailbox.messages.len() - recent)
        }
        Item::UidNext => format!("UIDNEXT {}", mailbox.uid_next),
        Item::UidValidity => format!("UIDVALIDITY {}", mailbox.uid_validity),
        Item::Unseen => format!("UNSEEN {}", mailbox.unseen()),
    });
    let shown = shown.collect::<Vec<_>>().join(" ");
    format!("STATUS {} ({shown})", mailbox_name(&mailbox.name))
}
