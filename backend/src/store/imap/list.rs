//! LIST, with subscriptions, roles and counts in one exchange where the server can
//! (RFC 5258, 6154, 5819), otherwise with LSUB and STATUS.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use postern_shared::mailbox::Role;

use super::command::Command;
use super::connection::ImapConnection;
use super::ext::token::{Tokens, Value};
use super::roles;
use super::wire::{Exchange, Name};
use crate::store::mailbox_name::Spelling;
use crate::store::{Counts, Error, ListedMailbox, MailboxName, Told};

/// What STATUS is asked for.
const STATUS_ITEMS: &str = "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)";
/// The same of a server that names its mailboxes for good (RFC 8474).
const STATUS_ITEMS_WITH_ID: &str = "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY MAILBOXID)";
/// STATUS commands in one write.
const PIPELINE: usize = 16;

impl ImapConnection {
    /// Every mailbox that the user can see; with counts where the server tells them along.
    ///
    /// # Errors
    /// `Garbled` if none can be read: there is always an inbox.
    pub async fn list(&mut self) -> Result<Vec<ListedMailbox>, Error> {
        let mut listed = match self.list_extended().await {
            Err(Error::Refused { .. }) => Vec::new(),
            other => other?,
        };
        let extended = !listed.is_empty();
        if !extended {
            // Either not offered, or offered and not meant.
            let exchange = self.run(Command::new("LIST \"\" \"*\"")).await?;
            listed = self.read_list(exchange, Name::List);
            self.mark_subscribed(&mut listed).await?;
        }
        if listed.is_empty() {
            return Err(Error::Garbled("LIST"));
        }
        if !listed.iter().any(|mailbox| mailbox.name.is_inbox()) {
            // It exists on every server (RFC 3501 §5.1): its line was not readable.
            listed.push(inbox(&listed));
        }
        settle_roles(&mut listed);
        Ok(listed)
    }

    /// How much is in a mailbox that need not be selected.
    ///
    /// # Errors
    /// `NonExistent`, `Refused`, or `Garbled` where the server says nothing.
    pub async fn status(&mut self, name: &MailboxName) -> Result<Counts, Error> {
        let command = Command::new("STATUS").mailbox(name)?.words(STATUS_ITEMS);
        let exchange = self.run(command).await?;
        let counts = self.read_statuses(exchange);
        counts.get(name).map(|(counts, _)| *counts).ok_or(Error::Garbled("STATUS"))
    }

    async fn list_extended(&mut self) -> Result<Vec<ListedMailbox>, Error> {
        let has = |name| self.capabilities.has(name);
        if !has("LIST-EXTENDED") {
            return Ok(Vec::new());
        }
        let mut options = vec!["SUBSCRIBED".to_owned()];
        if has("SPECIAL-USE") {
            options.push("SPECIAL-USE".to_owned());
        }
        if has("LIST-STATUS") {
            options.push(format!("STATUS {}", self.status_items()));
        }
        let command = format!("LIST \"\" \"*\" RETURN ({})", options.join(" "));
        let exchange = self.run(Command::new(command)).await?;
        Ok(self.read_list(exchange, Name::List))
    }

    fn status_items(&self) -> &'static str {
        if self.capabilities.has("OBJECTID") { STATUS_ITEMS_WITH_ID } else { STATUS_ITEMS }
    }

    async fn mark_subscribed(&mut self, listed: &mut [ListedMailbox]) -> Result<(), Error> {
        let subscribed: Option<HashSet<_>> = match self.run(Command::new("LSUB \"\" \"*\"")).await {
            Ok(exchange) => {
                let found = self.read_list(exchange, Name::Lsub);
                Some(found.into_iter().map(|mailbox| mailbox.name).collect())
            }
            // A server without subscriptions shows everything.
            Err(Error::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        for mailbox in listed {
            mailbox.subscribed =
                subscribed.as_ref().is_none_or(|them| them.contains(&mailbox.name));
        }
        Ok(())
    }

    /// How much is in each of these mailboxes; none for one that cannot be counted.
    ///
    /// # Errors
    /// As every verb.
    pub async fn statuses(&mut self, names: &[MailboxName]) -> Result<Vec<Option<Counts>>, Error> {
        let mut all = Vec::with_capacity(names.len());
        for batch in names.chunks(PIPELINE) {
            let command = |name| Ok(Command::new("STATUS").mailbox(name)?.words(STATUS_ITEMS));
            let commands = batch.iter().map(command).collect::<Result<Vec<_>, Error>>()?;
            let results = self.run_pipelined(commands).await?;
            for (name, result) in batch.iter().zip(results) {
                match result {
                    Ok(exchange) => {
                        let told = self.read_statuses(exchange);
                        all.push(told.get(name).map(|(counts, _)| *counts));
                    }
                    Err(error) if error.is_lost() => return Err(error),
                    // One that cannot be counted is still a mailbox.
                    Err(_) => all.push(None),
                }
            }
        }
        Ok(all)
    }

    fn read_list(&mut self, exchange: Exchange, wanted: Name) -> Vec<ListedMailbox> {
        let mut listed: Vec<ListedMailbox> = Vec::new();
        let mut known = HashSet::new();
        let mut rest = Exchange::default();
        let spelling = self.spelling();
        for response in exchange.untagged {
            if let Some((_, content)) = response.untagged(wanted) {
                let mailbox = mailbox(content, spelling);
                listed.extend(mailbox.filter(|mailbox| known.insert(mailbox.name.clone())));
            } else {
                rest.untagged.push(response);
            }
        }
        let counts = self.read_statuses(rest);
        for mailbox in &mut listed {
            mailbox.take(counts.get(&mailbox.name));
        }
        listed
    }

    fn read_statuses(&mut self, exchange: Exchange) -> HashMap<MailboxName, Status> {
        let mut found = HashMap::new();
        let spelling = self.spelling();
        for response in exchange.untagged {
            match response.untagged(Name::Status) {
                Some((_, content)) => {
                    let told = counts(content, spelling);
                    found.extend(told.map(|(name, counts)| (name, (counts, object_id(content)))));
                }
                None => self.absorb_one(&response),
            }
        }
        found
    }
}

/// What STATUS tells of a mailbox: how much is in it, and its name for good.
type Status = (Counts, Option<String>);

impl ListedMailbox {
    fn take(&mut self, told: Option<&Status>) {
        self.counts = told.map(|(counts, _)| *counts);
        self.object_id = told.and_then(|(_, id)| id.clone());
    }
}

/// The MAILBOXID among a STATUS's items.
fn object_id(content: &[u8]) -> Option<String> {
    let open = content.windows(9).position(|word| word.eq_ignore_ascii_case(b"MAILBOXID"))?;
    let value = Tokens::new(&content[open + 9..]).next().ok()??;
    let id = value.list().first().unwrap_or(&value).text().into_owned();
    (!id.is_empty()).then_some(id)
}

/// The inbox, where the list does not name it.
fn inbox(others: &[ListedMailbox]) -> ListedMailbox {
    ListedMailbox {
        name: MailboxName::from_text("INBOX"),
        delimiter: others.first().and_then(|mailbox| mailbox.delimiter),
        selectable: true,
        subscribed: true,
        role: Some(Role::Inbox),
        counts: None,
        object_id: None,
    }
}

/// `(attributes) delimiter name …`
pub(super) fn mailbox(content: &[u8], spelling: Spelling) -> Option<ListedMailbox> {
    let mut tokens = Tokens::new(content);
    let first = tokens.next().ok()??;
    let attributes = if first.is_list() { first.clone() } else { Value::Nil };
    // A backslash that should have been doubled.
    let (delimiter, rest) = if let Some(rest) = tokens.rest().strip_prefix(b"\"\\\" ") {
        (Value::Atom(b"\\"), rest.trim_ascii())
    } else {
        let delimiter = if first.is_list() { tokens.next().ok()?? } else { first };
        (delimiter, tokens.rest())
    };
    let name = MailboxName::read(&list_name(rest)?, spelling);
    let has = |attribute: &str| attributes.list().iter().any(|it| it.is(attribute));
    let delimiter = delimiter.text().chars().next();
    let role = attributes.list().iter().find_map(|it| roles::of_attribute(&it.text()));
    Some(ListedMailbox {
        selectable: !has("\\Noselect") && !has("\\NonExistent"),
        subscribed: has("\\Subscribed"),
        role: if name.is_inbox() { Some(Role::Inbox) } else { role },
        delimiter,
        name,
        counts: None,
        object_id: None,
    })
}

/// A mailbox's name at the end of a LIST; what follows it in parentheses is dropped.
fn list_name(rest: &[u8]) -> Option<Cow<'_, [u8]>> {
    if let [b'"' | b'{', ..] = rest {
        return match Tokens::new(rest).next() {
            Ok(Some(Value::String(name))) => Some(name),
            _ => None,
        };
    }
    // Some write names bare, with spaces and parentheses.
    let end = rest.windows(2).position(|window| window == b" (").filter(|_| rest.ends_with(b")"));
    let name = rest[..end.unwrap_or(rest.len())].trim_ascii();
    (!name.is_empty()).then_some(Cow::Borrowed(name))
}

/// What STATUS said of a mailbox, where it said how many messages there are.
pub(super) fn counts(content: &[u8], spelling: Spelling) -> Option<(MailboxName, Counts)> {
    let (name, Told { messages, unseen, uid_next, uid_validity }) = told(content, spelling)?;
    let (messages, unseen) = (messages?, unseen.unwrap_or(0));
    Some((name, Counts { messages, unseen, uid_next, uid_validity }))
}

/// `name (ITEM number …)`
pub(super) fn told(content: &[u8], spelling: Spelling) -> Option<(MailboxName, Told)> {
    let (name, items) = match content.trim_ascii() {
        quoted @ [b'"' | b'{', ..] => {
            let mut tokens = Tokens::new(quoted);
            let Value::String(name) = tokens.next().ok()?? else { return None };
            (name, tokens.next().ok()??)
        }
        bare => {
            let (name, items) = bare_status(bare)?;
            (Cow::Borrowed(name), items)
        }
    };
    let name = MailboxName::read(&name, spelling);
    let item = |wanted: &str| {
        let mut pairs = items.list().chunks_exact(2);
        pairs.find(|pair| pair[0].is(wanted)).and_then(|pair| pair[1].number::<u32>())
    };
    let told = Told {
        messages: item("MESSAGES"),
        unseen: item("UNSEEN"),
        uid_next: item("UIDNEXT"),
        uid_validity: item("UIDVALIDITY"),
    };
    Some((name, told))
}

/// A bare name, which may hold parentheses, and the one list that ends the line.
fn bare_status(bare: &[u8]) -> Option<(&[u8], Value<'_>)> {
    /// Longer names nobody writes bare.
    const LONGEST: usize = 4 << 10;
    /// Nor with more parentheses.
    const MOST: usize = 16;
    let start = &bare[..bare.len().min(LONGEST)];
    let opens = start.iter().enumerate().filter(|(_, byte)| **byte == b'(').take(MOST);
    for (open, _) in opens {
        let mut tokens = Tokens::new(&bare[open..]);
        if let Ok(Some(items)) = tokens.next()
            && tokens.rest().is_empty()
        {
            return Some((bare[..open].trim_ascii(), items));
        }
    }
    None
}

/// Each role once: the first mailbox that has it by attribute, else the first by name.
fn settle_roles(listed: &mut [ListedMailbox]) {
    let mut taken: HashSet<Role> = HashSet::new();
    for mailbox in listed.iter_mut() {
        mailbox.role = mailbox.role.filter(|role| taken.insert(*role));
    }
    for mailbox in listed.iter_mut().filter(|it| it.role.is_none() && it.selectable) {
        let role = roles::of_name(&mailbox.name.decoded(), mailbox.delimiter);
        mailbox.role = role.filter(|role| taken.insert(*role));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_however_they_are_written() {
        let check = |content: &str, expect: &str| {
            let found = mailbox(content.as_bytes(), Spelling::Utf7).map(|it| {
                let delimiter = it.delimiter.map_or("-".to_owned(), String::from);
                let kind = if it.selectable { "" } else { "!" };
                format!("{kind}{delimiter}{}", it.name.decoded())
            });
            assert_eq!(found.as_deref().unwrap_or("none"), expect, "{content}");
        };
        check(" (\\HasNoChildren) \".\" \"INBOX\"\r\n", ".INBOX");
        check(" () \"/\" Entw&APw-rfe\r\n", "/Entwürfe");
        check(" () NIL nil", "-nil");
        check("()\"/\"{3}\r\na\"b", "/a\"b");
        check(" (\\NoInferiors) \"/\" Root/Folder/Subfolder()", "/Root/Folder/Subfolder()");
        check(" () \"/\" My Mail\r\n", "/My Mail");
        check(" () \".\" [Gmail]", ".[Gmail]");
        check(" (\\noselect) \"\\\" \"a\\\\b\"", "!\\a\\b");
        check(" (\\NonExistent) \"\\\\\" a", "!\\a");
        check(" () \"/\" INBOX (\"CHILDINFO\" (\"SUBSCRIBED\"))", "/INBOX");
        check(" () \"/\" \"a\" (\"OLDNAME\" (\"b\"))", "/a");
        check(" \"/\" INBOX", "/INBOX");
        check(" (\\Marked) \"\" a", "-a");
        for broken in ["", " (", " () \"/\"", " () \"/\" \"abc", " () \"/\" {9}\r\nabc"] {
            check(broken, "none");
        }
    }

    #[test]
    fn counts_are_read_however_they_are_written() {
        let check = |content: &str, expect: Option<(&str, u32, u32)>| {
            let found = counts(content.as_bytes(), Spelling::Utf7);
            let found = found.map(|(name, it)| (name.decoded(), it.messages, it.unseen));
            let found =
                found.as_ref().map(|(name, messages, unseen)| (&name[..], *messages, *unseen));
            assert_eq!(found, expect, "{content}");
        };
        check(" blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n", Some(("blurdybloop", 231, 0)));
        check(" \"a (b)\" (unseen 1 messages 2)", Some(("a (b)", 2, 1)));
        check("{5}\r\nINBOX(MESSAGES 2 X-NEW (1 2) UNSEEN 1)", Some(("INBOX", 2, 1)));
        check(" My Mail(1) (MESSAGES 3 APPENDLIMIT NIL UNSEEN 2)", Some(("My Mail(1)", 3, 2)));
        check(" INBOX (UNSEEN 2)", None);
        check(" INBOX (MESSAGES -1)", None);
        check(" INBOX", None);
    }
}
