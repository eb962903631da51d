//! ACL, read only (RFC 4314): what oneself and others may do with a mailbox.

use super::token::{Tokens, Value};
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::wire::{Name, Response};
use crate::store::{Error, MailboxName, Rights};

impl ImapConnection {
    /// What the user may do with a mailbox.
    ///
    /// # Errors
    /// `Unsupported` where the server does not say: SELECT tells READ-ONLY at least.
    pub async fn my_rights(&mut self, name: &MailboxName) -> Result<Rights, Error> {
        let mut rights = None;
        let command = Command::new("MYRIGHTS").mailbox(name)?;
        self.ask_acl(command, Name::MyRights, |content| rights = my_rights(content)).await?;
        rights.ok_or(Error::Garbled("MYRIGHTS"))
    }

    /// Who may do what with a mailbox, by the server's identifiers.
    ///
    /// # Errors
    /// `Unsupported`; `Refused` to those who may not administer the mailbox.
    pub async fn acl(&mut self, name: &MailboxName) -> Result<Vec<(String, Rights)>, Error> {
        let mut found = None;
        let command = Command::new("GETACL").mailbox(name)?;
        self.ask_acl(command, Name::Acl, |content| found = acl(content)).await?;
        found.ok_or(Error::Garbled("ACL"))
    }

    async fn ask_acl(
        &mut self,
        command: Command,
        wanted: Name,
        mut read: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        if !self.capabilities.has("ACL") {
            return Err(Error::Unsupported("ACL"));
        }
        let take = |response: &Response| {
            let content = response.untagged(wanted);
            if let Some((_, content)) = content {
                read(content);
            }
            content.is_some()
        };
        let exchange = self.run_each(command, take).await?;
        self.absorb(exchange.untagged);
        Ok(())
    }
}

/// `mailbox rights`
fn my_rights(content: &[u8]) -> Option<Rights> {
    let values = Tokens::new(content).all().ok()?;
    let [_, .., rights] = &values[..] else { return None };
    read(rights)
}

/// `mailbox (identifier rights)*`
fn acl(content: &[u8]) -> Option<Vec<(String, Rights)>> {
    let values = Tokens::new(content).all().ok()?;
    let (_, pairs) = values.split_first()?;
    pairs.chunks(2).map(|pair| Some((pair[0].text().into_owned(), read(pair.get(1)?)?))).collect()
}

/// Letters of rights; the obsolete `c` and `d` mean `kx` and `te` (RFC 4314 §2.1.1).
fn read(value: &Value<'_>) -> Option<Rights> {
    let text = match value {
        Value::Nil => "".into(),
        Value::List(_) => return None,
        other => other.text(),
    };
    let mut letters: Vec<char> = text.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    if !letters.iter().all(char::is_ascii_alphanumeric) {
        return None;
    }
    let newer = letters.iter().any(|letter| "kxte".contains(*letter));
    for (old, new) in [('c', "kx"), ('d', "te")] {
        if letters.contains(&old) && !newer {
            letters.extend(new.chars());
        }
    }
    letters.sort_unstable();
    letters.dedup();
    Some(Rights(letters.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read() {
        let check = |content: &str, expect: Option<&str>| {
            let found = my_rights(content.as_bytes());
            assert_eq!(found.as_ref().map(|it| it.0.as_str()), expect, "{content}");
        };
        check(" INBOX rwiptsldaex\r\n", Some("adeilprstwx"));
        check(" \"a b\" lr", Some("lr"));
        check(" user.Boby \"\"", Some(""));
        check(" user.Boby NIL", Some(""));
        check(" INBOX lrswipcda", Some("acdeiklprstwx"));
        check(" INBOX", None);
        check(" INBOX (lr)", None);
    }

    #[test]
    fn lists_of_rights_are_read() {
        let found = acl(b" INBOX Fred rwipslxetad Chris lrswi {4}\r\n-Bob w").unwrap();
        let found: Vec<_> = found.iter().map(|(who, it)| format!("{who}={}", it.0)).collect();
        assert_eq!(found, ["Fred=adeilprstwx", "Chris=ilrsw", "-Bob=w"]);
        assert_eq!(acl(b" INBOX"), Some(vec![]));
        assert_eq!(acl(b" INBOX Fred"), None);
    }

    #[test]
    fn a_right_is_asked_for_by_its_letter() {
        let rights = Rights("lrw".into());
        assert!(rights.may_read() && !rights.has('x'));
    }
}
