//! Files of messages that an open draft holds, kept aside on disk: each save writes them anew, and
//! none fetches them again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_shared::message::MessageKey;

use crate::blob::Spooled;
use crate::submission::PartHead;

/// How long after its last use a file is kept.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Bytes that are kept of one user.
const MOST: u64 = 128 << 20;

/// A part of a message, by what it is asked for.
type Place = (MessageKey, String);

#[derive(Clone)]
struct Kept {
    place: Place,
    head: PartHead,
    bytes: Arc<Spooled>,
    used: Duration,
}

/// What is kept, the latest use last.
#[derive(Default)]
pub(super) struct Aside(Mutex<Vec<Kept>>);

impl Aside {
    /// A part that is here; `now` is the clock's `elapsed`.
    pub(super) fn find(&self, place: &Place, now: Duration) -> Option<(PartHead, Arc<Spooled>)> {
        let mut kept = self.kept(now);
        let at = kept.iter().position(|one| one.place == *place)?;
        let found = Kept { used: now, ..kept.remove(at) };
        kept.push(found.clone());
        Some((found.head, found.bytes))
    }

    /// Keeps a part, unless it alone is too large.
    pub(super) fn keep(&self, place: Place, head: PartHead, bytes: Arc<Spooled>, now: Duration) {
        let mut kept = self.kept(now);
        kept.retain(|one| one.place != place);
        kept.push(Kept { place, head, bytes, used: now });
        let mut room = MOST;
        let fits = kept.iter().rev().take_while(|one| match room.checked_sub(one.bytes.size) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        });
        let over = kept.len() - fits.count();
        kept.drain(..over);
    }

    /// A part lies elsewhere from now on, unchanged.
    pub(super) fn moved(&self, from: &Place, to: Place) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = kept.iter_mut().find(|one| one.place == *from) {
            one.place = to;
        }
    }

    /// Forgets what nobody asked for in a long time.
    pub(super) fn tidy(&self, now: Duration) {
        drop(self.kept(now));
    }

    fn kept(&self, now: Duration) -> MutexGuard<'_, Vec<Kept>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now.saturating_sub(one.used) < LONGEST);
        kept
    }
}

#[cfg(test)]
mod tests {
    use postern_shared::account::AccountId;
    use postern_shared::mailbox::MailboxId;
    use postern_shared::uid::{Uid, UidValidity};

    use super::*;
    use crate::blob::Blobs;

    fn place(uid: u32) -> Place {
        let (account, mailbox) = (AccountId("a".into()), MailboxId("d".into()));
        (MessageKey { account, mailbox, uid_validity: UidValidity(1), uid: Uid(uid) }, "2".into())
    }

    #[tokio::test]
    async fn a_file_is_here_until_it_was_long_unused_and_follows_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let bytes = Arc::new(blobs.put_aside(&b"bytes"[..]).await.unwrap());
        let (aside, minute) = (Aside::default(), Duration::from_secs(60));
        aside.keep(place(1), PartHead::default(), bytes, minute);
        assert!(aside.find(&place(2), minute).is_none());
        aside.moved(&place(1), place(2));
        assert!(aside.find(&place(1), minute).is_none());
        assert!(aside.find(&place(2), 15 * minute).is_some());
        assert!(aside.find(&place(2), 29 * minute).is_some());
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 1);
        aside.tidy(45 * minute);
        assert!(aside.find(&place(2), 45 * minute).is_none());
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }
}
