//! QUOTA (RFC 9208, RFC 2087): how much of what may be stored is used.

use super::token::{Tokens, Value};
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::wire::{Name, Response};
use crate::store::{Error, MailboxName, Quota, Resource};

impl ImapConnection {
    /// The quotas that a mailbox counts towards; none if nothing is limited.
    ///
    /// # Errors
    /// `Unsupported` where the server has no quotas; `NonExistent`, `Refused`.
    pub async fn quota(&mut self, name: &MailboxName) -> Result<Vec<Quota>, Error> {
        if !self.capabilities.has("QUOTA") {
            return Err(Error::Unsupported("QUOTA"));
        }
        let mut found: Vec<Quota> = Vec::new();
        let (mut answered, mut unread) = (false, false);
        let take = |response: &Response| {
            if response.untagged(Name::QuotaRoot).is_some() {
                answered = true;
            } else if let Some((_, content)) = response.untagged(Name::Quota) {
                answered = true;
                match quotas(content) {
                    Some(quotas) => found.extend(quotas),
                    None => unread = true,
                }
            } else {
                return false;
            }
            true
        };
        let exchange = self.run_each(Command::new("GETQUOTAROOT").mailbox(name)?, take).await?;
        self.absorb(exchange.untagged);
        if unread || !answered { Err(Error::Garbled("QUOTA")) } else { Ok(found) }
    }
}

/// `root (RESOURCE used limit …)`
fn quotas(content: &[u8]) -> Option<Vec<Quota>> {
    let values = Tokens::new(content).all().ok()?;
    // The root's name is a string that some servers write without quotes, spaces and all.
    let (triples, root) = values.split_last()?;
    let Value::List(triples) = triples else { return None };
    let root: Vec<_> = root.iter().map(Value::text).collect();
    let root = root.join(" ");
    let one = |triple: &[Value<'_>]| {
        let (resource, unit) = resource(&triple[0].text());
        let number = |value: &Value<'_>| value.number::<u64>()?.checked_mul(unit);
        Some(Quota {
            root: root.clone(),
            resource,
            used: number(&triple[1])?,
            limit: number(&triple[2])?,
        })
    };
    triples.chunks_exact(3).map(one).collect()
}

/// What is counted, and by how many at once.
fn resource(name: &str) -> (Resource, u64) {
    match name.to_ascii_uppercase().as_str() {
        "STORAGE" => (Resource::Octets, 1024),
        "MESSAGE" => (Resource::Messages, 1),
        "MAILBOX" => (Resource::Mailboxes, 1),
        "ANNOTATION-STORAGE" => (Resource::Other("ANNOTATION-STORAGE".to_owned()), 1024),
        other => (Resource::Other(other.to_owned()), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expect: &str) {
        let found = quotas(content.as_bytes()).map(|quotas| {
            let one =
                |it: &Quota| format!("{} {:?} {}/{}", it.root, it.resource, it.used, it.limit);
            quotas.iter().map(one).collect::<Vec<_>>().join(", ")
        });
        assert_eq!(found.as_deref(), Some(expect), "{content}");
    }

    #[test]
    fn quotas_are_read() {
        check(" \"\" (STORAGE 10 512)\r\n", " Octets 10240/524288");
        check(" INBOX (message 1024 2048)", "INBOX Messages 1024/2048");
        check(
            " \"!partition/sda4\" (STORAGE 104 10923847)",
            "!partition/sda4 Octets 106496/11186019328",
        );
        check(
            " {4}\r\nroot(STORAGE 1 2 MESSAGE 3 4 X-NEW 5 6)",
            "root Octets 1024/2048, root Messages 3/4, root Other(\"X-NEW\") 5/6",
        );
        check(" User quota (STORAGE 1 2)", "User quota Octets 1024/2048");
        check(" \"\" ()", "");
    }

    #[test]
    fn what_is_no_quota_is_not_read() {
        for content in ["", " root", " root (STORAGE x 2)", " root (STORAGE 1 -2)", " (STORAGE 1 2"]
        {
            assert_eq!(quotas(content.as_bytes()), None, "{content}");
        }
    }
}
