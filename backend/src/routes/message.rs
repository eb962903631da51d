//! How a message is named in a path: its key in one segment, or in three.

use postern_shared::account::AccountId;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageKey;
use postern_shared::uid::{Uid, UidValidity};

use crate::mime::charset;

/// Reads `account`, `mailbox` and `uidvalidity-uid`; none where the last is no such pair.
pub(super) fn key(account: &str, mailbox: &str, numbers: &str) -> Option<MessageKey> {
    let (uid_validity, uid) = numbers.split_once('-')?;
    Some(MessageKey {
        account: AccountId(account.to_owned()),
        mailbox: MailboxId(mailbox.to_owned()),
        uid_validity: UidValidity(uid_validity.parse().ok()?),
        uid: Uid(uid.parse().ok()?),
    })
}

/// Reads the token of a body: the same three, joined by dots, and the charset that it is read in.
pub(super) fn key_of_token(token: &str) -> Option<(MessageKey, Option<String>)> {
    let mut fields = token.split('.');
    let (account, mailbox, numbers) = (fields.next()?, fields.next()?, fields.next()?);
    let charset = fields.next();
    if fields.next().is_some() {
        return None;
    }
    let key = key(account, mailbox, numbers)?;
    match charset {
        None => Some((key, None)),
        Some(name) => Some((key, Some(charset::known(name)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_key_or_nothing() {
        let key = || key("a", "m", "7-9").unwrap();
        assert_eq!(key_of_token("a.m.7-9"), Some((key(), None)));
        assert_eq!(key_of_token("a.m.7-9.gb18030"), Some((key(), Some("gb18030".into()))));
        for bad in ["", "a.m", "a.m.7", "a.m.7-", "a.m.7-x", "a.m.7-9.z", "a.m.-1-9"] {
            assert_eq!(key_of_token(bad), None, "{bad}");
        }
    }
}
