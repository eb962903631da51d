//! STATUS (RFC 3501 §6.3.10), with sizes, ids and mod-sequences (RFC 8438, 8474, 7162).

use super::arguments::Arguments;
use super::mailboxes::missing;
use super::reply::mailbox_name;
use super::session::Session;
use super::{Outcome, Refusal, done};
use crate::Quirks;
use crate::mailbox::Mailbox;

/// One thing to know about a mailbox.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item {
    Messages,
    Recent,
    UidNext,
    UidValidity,
    Unseen,
    /// Of all messages together.
    Size,
    HighestModseq,
    MailboxId,
}

pub(crate) fn status(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    let name = arguments.mailbox()?;
    arguments.space()?;
    let items = arguments.list(item)?;
    arguments.end()?;
    if session.quirks.unsafe_login && !session.introduced {
        return Err(Refusal::no("STATUS Unsafe Login. Please contact kefu@188.com for help"));
    }
    session.condstore |= items.iter().any(|item| matches!(item, Item::HighestModseq));
    let user = session.user()?;
    let mailboxes = user.mailboxes();
    let mailbox = mailboxes.get(&name).filter(|mailbox| mailbox.selectable).ok_or_else(missing)?;
    session.reply.untagged(line(mailbox, &items, &session.quirks));
    done("Done")
}

pub(crate) fn item(arguments: &mut Arguments<'_>) -> Result<Item, Refusal> {
    match arguments.keyword()?.as_str() {
        "MESSAGES" => Ok(Item::Messages),
        "RECENT" => Ok(Item::Recent),
        "UIDNEXT" => Ok(Item::UidNext),
        "UIDVALIDITY" => Ok(Item::UidValidity),
        "UNSEEN" => Ok(Item::Unseen),
        "SIZE" if arguments.syntax.on.status_size => Ok(Item::Size),
        "HIGHESTMODSEQ" if arguments.syntax.on.condstore => Ok(Item::HighestModseq),
        "MAILBOXID" if arguments.syntax.on.object_id => Ok(Item::MailboxId),
        _ => Err(Refusal::bad("Unknown status item")),
    }
}

/// A STATUS line, without `* `.
pub(crate) fn line(mailbox: &Mailbox, items: &[Item], quirks: &Quirks) -> String {
    let shown = items.iter().map(|item| match item {
        Item::Messages => format!("MESSAGES {}", mailbox.messages.len()),
        Item::Recent => {
            let recent =
                mailbox.messages.partition_point(|message| message.uid < mailbox.recent_from);
            format!("RECENT {}", mailbox.messages.len() - recent)
        }
        Item::UidNext => format!("UIDNEXT {}", mailbox.uid_next),
        Item::UidValidity if quirks.validity_zero => "UIDVALIDITY 0".to_owned(),
        Item::UidValidity => format!("UIDVALIDITY {}", mailbox.uid_validity),
        Item::Unseen => format!("UNSEEN {}", mailbox.unseen()),
        Item::Size => format!("SIZE {}", mailbox.octets()),
        Item::HighestModseq => format!("HIGHESTMODSEQ {}", mailbox.highest_modseq),
        Item::MailboxId => format!("MAILBOXID ({})", mailbox.object_id()),
    });
    let shown = shown.collect::<Vec<_>>().join(" ");
    format!("STATUS {} ({shown})", mailbox_name(&mailbox.name))
}
