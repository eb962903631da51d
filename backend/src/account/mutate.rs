//! Mutations: flags, moves, copies, removal for ever, and filing a message.

use futures_util::FutureExt;
use postern_shared::api::messages::{MAX_KEYS, Urgency};
use postern_shared::flag::{FlagChange, Flags};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, Moved};
use postern_shared::uid::UidValidity;

use super::Account;
use super::actor::{Actor, Chore, verb};
use super::error::Error;
use crate::store;

/// The keys of one call that lie in one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Batch {
    mailbox: MailboxId,
    uid_validity: UidValidity,
    uids: Vec<u32>,
}

/// Which verb carries messages to another mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carry {
    Move,
    Copy,
}

/// Groups keys by mailbox, in order of appearance.
fn batches(keys: &[MessageKey]) -> Result<Vec<Batch>, Error> {
    if keys.len() > MAX_KEYS {
        return Err(Error::Limit("messages of one call"));
    }
    let mut batches: Vec<Batch> = Vec::new();
    for key in keys {
        let same = |batch: &&mut Batch| {
            batch.mailbox == key.mailbox && batch.uid_validity == key.uid_validity
        };
        match batches.iter_mut().find(same) {
            Some(batch) => batch.uids.push(key.uid.0),
            None => batches.push(Batch {
                mailbox: key.mailbox.clone(),
                uid_validity: key.uid_validity,
                uids: vec![key.uid.0],
            }),
        }
    }
    Ok(batches)
}

impl Account {
    /// Sets and clears flags.
    ///
    /// # Errors
    /// `NonExistent` where a mailbox's uid_validity has passed; messages that are gone are no error.
    pub async fn change_flags(&self, keys: &[MessageKey], change: FlagChange) -> Result<(), Error> {
        for batch in batches(keys)? {
            let change = change.clone();
            let work = verb(move |actor| {
                let (batch, change) = (batch.clone(), change.clone());
                async move { actor.change_flags(&batch, &change).await }.boxed()
            });
            self.ask(Urgency::Now, work).await?;
        }
        Ok(())
    }

    /// Moves messages within the account.
    ///
    /// # Errors
    /// `NonExistent` for an unknown target or a passed uid_validity; `Halfway` where the server has
    /// no MOVE and was lost: there may be copies, and the originals are still there or marked.
    pub async fn move_messages(
        &self,
        keys: &[MessageKey],
        to: &MailboxId,
    ) -> Result<Vec<Moved>, Error> {
        self.carry(keys, to, Carry::Move).await
    }

    /// Copies messages within the account.
    ///
    /// # Errors
    /// As for `move_messages`; a copy whose connection was lost is not tried again by itself.
    pub async fn copy_messages(
        &self,
        keys: &[MessageKey],
        to: &MailboxId,
    ) -> Result<Vec<Moved>, Error> {
        self.carry(keys, to, Carry::Copy).await
    }

    async fn carry(
        &self,
        keys: &[MessageKey],
        to: &MailboxId,
        how: Carry,
    ) -> Result<Vec<Moved>, Error> {
        let mut all = Vec::with_capacity(keys.len());
        for batch in batches(keys)? {
            let to = to.clone();
            let work = verb(move |actor| {
                let (batch, to) = (batch.clone(), to.clone());
                async move { actor.carry(&batch, &to, how).await }.boxed()
            });
            all.extend(match how {
                Carry::Move => self.ask(Urgency::Now, work).await?,
                Carry::Copy => self.ask_once(Urgency::Now, work).await?,
            });
        }
        Ok(all)
    }

    /// Removes messages for ever.
    ///
    /// # Errors
    /// `Unsupported` where the server could only have removed others along with them.
    pub async fn expunge_messages(&self, keys: &[MessageKey]) -> Result<(), Error> {
        for batch in batches(keys)? {
            let work = verb(move |actor| {
                let batch = batch.clone();
                async move { actor.expunge(&batch).await }.boxed()
            });
            self.ask(Urgency::Now, work).await?;
        }
        Ok(())
    }
}

impl Actor {
    async fn change_flags(&mut self, batch: &Batch, change: &FlagChange) -> Result<(), Error> {
        self.select_for(&batch.mailbox, batch.uid_validity).await?;
        self.imap()?.store_flags(&batch.uids, &change.add, &change.remove).await?;
        self.later(Chore::ShowFlags(batch.mailbox.clone(), batch.uids.clone()));
        self.later(Chore::Count(batch.mailbox.clone()));
        Ok(())
    }

    /// Asks for the flags that messages have now and tells the mailbox's windows.
    pub(super) async fn show_flags_of(
        &mut self,
        mailbox: &MailboxId,
        uids: &[u32],
    ) -> Result<(), Error> {
        if self.selected.as_ref() != Some(mailbox) {
            // Whoever selects it next compares it as a whole.
            return Ok(());
        }
        let now = self.imap()?.flags_by_uid(uids).await?;
        let changed: Vec<(u32, Flags)> =
            now.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
        self.show_flags(mailbox, &changed);
        Ok(())
    }

    async fn carry(
        &mut self,
        batch: &Batch,
        to: &MailboxId,
        how: Carry,
    ) -> Result<Vec<Moved>, Error> {
        let target = self.name(to)?;
        self.select_for(&batch.mailbox, batch.uid_validity).await?;
        let connection = self.imap()?;
        let capabilities = connection.capabilities();
        let in_one = capabilities.has("MOVE") || capabilities.has("IMAP4REV2");
        let moved = match how {
            Carry::Move => connection.move_to(&batch.uids, &target).await,
            Carry::Copy => connection.copy(&batch.uids, &target).await,
        };
        let moved = match moved.map_err(Error::from) {
            // Another try would copy what may be copied already.
            Err(error) if error.is_lost() && !in_one => {
                self.lose(&error);
                return Err(Error::Halfway);
            }
            moved => moved?,
        };
        self.later(Chore::Count(batch.mailbox.clone()));
        self.later(Chore::Refresh(to.clone()));
        Ok(self.keys_of(batch, to, moved))
    }

    fn keys_of(&self, batch: &Batch, to: &MailboxId, moved: store::Moved) -> Vec<Moved> {
        let validity = moved.uid_validity.map(UidValidity);
        let new_uid = |uid: u32| {
            let pair = moved.pairs.iter().find(|(old, _)| *old == uid);
            pair.and_then(|(_, new)| *new)
        };
        let key = |uid: u32| Moved {
            from: self.key(&batch.mailbox, batch.uid_validity, uid),
            to: new_uid(uid).zip(validity).map(|(new, validity)| self.key(to, validity, new)),
        };
        batch.uids.iter().map(|uid| key(*uid)).collect()
    }

    async fn expunge(&mut self, batch: &Batch) -> Result<(), Error> {
        self.select_for(&batch.mailbox, batch.uid_validity).await?;
        let done = self.imap()?.expunge(&batch.uids).await?;
        self.later(Chore::Count(batch.mailbox.clone()));
        match done {
            store::Expunged::Removed => Ok(()),
            store::Expunged::MarkedOnly => Err(store::Error::Unsupported("UIDPLUS").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_shared::account::AccountId;
    use postern_shared::uid::Uid;

    use super::*;

    fn key(mailbox: &str, uid: u32) -> MessageKey {
        MessageKey {
            account: AccountId("a".into()),
            mailbox: MailboxId(mailbox.into()),
            uid_validity: UidValidity(1),
            uid: Uid(uid),
        }
    }

    #[test]
    fn keys_are_grouped_by_mailbox() {
        let batches = batches(&[key("m", 1), key("n", 2), key("m", 3)]).unwrap();
        let uids: Vec<_> = batches.iter().map(|batch| batch.uids.clone()).collect();
        assert_eq!(uids, [vec![1, 3], vec![2]]);
    }

    #[test]
    fn too_many_keys_are_refused() {
        let keys = vec![key("m", 1); MAX_KEYS + 1];
        assert!(matches!(batches(&keys), Err(Error::Limit(_))));
    }
}
