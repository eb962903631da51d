//! NAMESPACE (RFC 2342): where one's own mailboxes lie, other people's, and shared ones.

use super::token::{Tokens, Value};
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::wire::{Name, Response};
use crate::store::mailbox_name::Spelling;
use crate::store::{Error, MailboxName, Namespace, Namespaces};

impl ImapConnection {
    /// The server's namespaces. Where it does not say, everything is one's own.
    ///
    /// # Errors
    /// `Garbled` if the answer cannot be read.
    pub async fn namespaces(&mut self) -> Result<Namespaces, Error> {
        if !self.capabilities.has("NAMESPACE") {
            return self.only_namespace().await;
        }
        let (mut found, spelling) = (None, self.spelling());
        let take = |response: &Response| {
            let content = response.untagged(Name::Namespace);
            found =
                content.map(|(_, content)| namespaces(content, spelling)).or_else(|| found.take());
            content.is_some()
        };
        let exchange = match self.run_each(Command::new("NAMESPACE"), take).await {
            Err(Error::Refused { .. }) => return self.only_namespace().await,
            other => other?,
        };
        self.absorb(exchange.untagged);
        found.flatten().ok_or(Error::Garbled("NAMESPACE"))
    }

    /// `LIST "" ""` names the delimiter (RFC 9051 §6.3.9).
    async fn only_namespace(&mut self) -> Result<Namespaces, Error> {
        let mut delimiter = None;
        let take = |response: &Response| {
            let content = response.untagged(Name::List);
            if let Some((_, content)) = content {
                delimiter = delimiter_of(content).or(delimiter);
            }
            content.is_some()
        };
        let exchange = self.run_each(Command::new("LIST \"\" \"\""), take).await?;
        self.absorb(exchange.untagged);
        let own = Namespace { prefix: MailboxName::from_server(b""), delimiter };
        Ok(Namespaces { personal: vec![own], ..Namespaces::default() })
    }
}

fn delimiter_of(content: &[u8]) -> Option<char> {
    let values = Tokens::new(content).all().ok()?;
    values.get(1)?.text().chars().next()
}

/// `personal others shared`, each NIL or `((prefix delimiter …)…)`.
fn namespaces(content: &[u8], spelling: Spelling) -> Option<Namespaces> {
    let values = Tokens::new(content).all().ok()?;
    let group = |index: usize| {
        let spaces = values.get(index).map(Value::list).unwrap_or_default();
        spaces.iter().filter_map(|it| namespace(it, spelling)).collect()
    };
    let found = Namespaces { personal: group(0), others: group(1), shared: group(2) };
    let readable = values.iter().all(|it| it.is_list() || *it == Value::Nil);
    (readable && !values.is_empty()).then_some(found)
}

fn namespace(value: &Value<'_>, spelling: Spelling) -> Option<Namespace> {
    let fields = value.list();
    let prefix = MailboxName::read(fields.first()?.bytes()?, spelling);
    Some(Namespace { prefix, delimiter: fields.get(1)?.text().chars().next() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expect: &str) {
        let found = namespaces(content.as_bytes(), Spelling::Utf7).map(|it| {
            let one = |it: &Namespace| {
                let delimiter = it.delimiter.map_or("-".to_owned(), String::from);
                format!("[{}]{delimiter}", it.prefix.decoded())
            };
            let group = |them: &[Namespace]| them.iter().map(one).collect::<String>();
            [group(&it.personal), group(&it.others), group(&it.shared)].join(" | ")
        });
        assert_eq!(found.as_deref(), Some(expect), "{content}");
    }

    #[test]
    fn namespaces_are_read() {
        check(" ((\"\" \"/\")) NIL NIL\r\n", "[]/ |  | ");
        check(" NIL NIL ((\"\" \".\"))", " |  | [].");
        check("((\"\" NIL))NIL NIL", "[]- |  | ");
        check(
            " ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) \
             ((\"~\" \"/\")) ((\"#shared/\" \"/\")(\"#news.\" \".\"))",
            "[]/[#mh/]/ | [~]/ | [#shared/]/[#news.].",
        );
        check(" (({6}\r\nINBOX. \".\")) nil", "[INBOX.]. |  | ");
    }

    #[test]
    fn what_is_no_namespace_is_not_read() {
        for content in ["", " ((", " personal NIL NIL"] {
            assert_eq!(namespaces(content.as_bytes(), Spelling::Utf7), None, "{content}");
        }
    }
}
