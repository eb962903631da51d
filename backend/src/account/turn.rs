//! One at a time for each message: whoever comes second finds what the first one fetched.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use postern_shared::message::MessageKey;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Who is at work on which message.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<MessageKey, Weak<AsyncMutex<()>>>>);

impl Turns {
    /// Waits until nobody else works on the message; the turn ends with what is returned.
    pub(super) async fn take(&self, key: &MessageKey) -> OwnedMutexGuard<()> {
        self.of(key).lock_owned().await
    }

    fn of(&self, key: &MessageKey) -> Arc<AsyncMutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let known = turns.get(key).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let fresh = Arc::new(AsyncMutex::new(()));
            turns.insert(key.clone(), Arc::downgrade(&fresh));
            fresh
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::account::AccountId;
    use postern_shared::mailbox::MailboxId;
    use postern_shared::uid::{Uid, UidValidity};

    fn key(uid: u32) -> MessageKey {
        let (account, mailbox) = (AccountId("a".into()), MailboxId("m".into()));
        MessageKey { account, mailbox, uid_validity: UidValidity(1), uid: Uid(uid) }
    }

    #[tokio::test]
    async fn a_turn_is_waited_for_and_other_messages_are_not() {
        let turns = Turns::default();
        let (one, two) = (key(1), key(2));
        let first = turns.take(&one).await;
        let _other = turns.take(&two).await;
        let mut second = Box::pin(turns.take(&one));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        drop(second.await);
        drop(turns.take(&key(3)).await);
        assert!(turns.0.lock().unwrap().len() <= 2, "ended turns are forgotten");
    }
}
