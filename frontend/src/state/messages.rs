//! Opened messages: what is shown of one, and those fetched ahead.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::action::ActionId;
use postern_shared::api::messages::{
    AllowImages, OpenMessage, ReadRemoteContent, RereadMessage, Urgency,
};
use postern_shared::error::CallError;
use postern_shared::flag::FlagChange;
use postern_shared::insight::Insight;
use postern_shared::message::{Message, MessageKey, Moved, RemoteImages};

use crate::browser::random;
use crate::link::Link;

/// Most messages kept; the one not looked at for longest goes first.
const MOST: usize = 40;

/// How far a message is loaded.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// It is on its way.
    Loading,
    /// It is here.
    Ready(Arc<Message>),
    /// It could not be opened.
    Failed(CallError),
}

/// How the user wants to see a message, for as long as the page is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// With its remote images, whatever was decided about its sender.
    pub images: bool,
    /// On light paper, although the page is dark.
    pub lit: bool,
    /// How often something was decided that the bridge makes another body of.
    pub turn: u32,
}

#[derive(Debug, Clone)]
struct Entry {
    key: MessageKey,
    opened: Opened,
    /// Somebody waits for it.
    wanted: bool,
    look: Look,
}

/// The messages by key, the one looked at last at the end.
#[derive(Debug, Clone, Default)]
struct Shelf {
    entries: Vec<Entry>,
}

impl Shelf {
    fn find(&self, key: &MessageKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    /// Says whether the message is to be asked for.
    fn want(&mut self, key: &MessageKey, now: bool) -> bool {
        let known = self.entries.iter().position(|entry| entry.key == *key);
        let (entry, ask) = match known.map(|at| self.entries.remove(at)) {
            Some(entry) => {
                // One that was asked for ahead and is wanted now is asked for again, urgently.
                let hurry = now && !entry.wanted && entry.opened == Opened::Loading;
                let again = now && matches!(entry.opened, Opened::Failed(_));
                (Entry { wanted: entry.wanted || now, ..entry }, hurry || again)
            }
            None => {
                let (key, opened) = (key.clone(), Opened::Loading);
                (Entry { key, opened, wanted: now, look: Look::default() }, true)
            }
        };
        let opened = if ask { Opened::Loading } else { entry.opened };
        self.entries.push(Entry { opened, ..entry });
        let over = self.entries.len().saturating_sub(MOST);
        self.entries.drain(..over);
        ask
    }

    fn take(&mut self, key: &MessageKey, outcome: Result<Message, CallError>) {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == *key) else { return };
        match outcome {
            Ok(message) => entry.opened = Opened::Ready(Arc::new(message)),
            // A failure of the fetch ahead must not hide what came by the urgent one.
            Err(_) if matches!(entry.opened, Opened::Ready(_)) => {}
            Err(error) => entry.opened = Opened::Failed(error),
        }
    }

    fn look(&mut self, key: &MessageKey, change: impl FnOnce(&mut Look)) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == *key) {
            change(&mut entry.look);
        }
    }

    /// The messages that have remote images, the one looked at last first.
    fn with_images(&self) -> Vec<MessageKey> {
        let has = |entry: &&Entry| match &entry.opened {
            Opened::Ready(message) => message.blocked_images > 0,
            _ => false,
        };
        self.entries.iter().rev().filter(has).map(|entry| entry.key.clone()).collect()
    }

    /// Learns what becomes of a message's remote images from now on.
    fn decide(&mut self, key: &MessageKey, images: RemoteImages) {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == *key) else { return };
        let Opened::Ready(message) = &mut entry.opened else { return };
        let mut insight = Insight::decode(&message.insight);
        if insight.remote.images != images || entry.look.images {
            insight.remote.images = images;
            Arc::make_mut(message).insight = insight.encode();
            entry.look = Look { images: false, turn: entry.look.turn + 1, ..entry.look };
        }
    }

    fn forget(&mut self, moved: &[Moved]) {
        // A body is bound to the key before: it is asked for anew when it is wanted.
        self.entries.retain(|entry| moved.iter().all(|moved| moved.from != entry.key));
    }
}

/// The messages, as views know them.
#[derive(Clone, Copy)]
pub struct Messages {
    shelf: RwSignal<Shelf>,
    link: Link,
}

impl Messages {
    /// None opened yet.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { shelf: RwSignal::new(Shelf::default()), link }
    }

    /// How far a message is loaded; none where nobody asked for it.
    #[must_use]
    pub fn get(self, key: &MessageKey) -> Option<Opened> {
        self.shelf.with(|shelf| shelf.find(key).map(|entry| entry.opened.clone()))
    }

    /// Opens a message: somebody waits for it.
    pub fn open(self, key: &MessageKey) {
        self.want(key, Urgency::Now);
    }

    /// Fetches a message that may be wanted soon.
    pub fn prefetch(self, key: &MessageKey) {
        self.want(key, Urgency::Ahead);
    }

    /// The name of a message's body, and how the user wants to see it.
    #[must_use]
    pub fn face(self, key: &MessageKey) -> (String, Look) {
        self.shelf.with(|shelf| match shelf.find(key) {
            Some(Entry { opened: Opened::Ready(message), look, .. }) => {
                (message.body.clone(), *look)
            }
            Some(entry) => (key.token(), entry.look),
            None => (key.token(), Look::default()),
        })
    }

    /// Changes how the user wants to see a message.
    pub fn look(self, key: &MessageKey, change: impl FnOnce(&mut Look)) {
        self.shelf.update(|shelf| shelf.look(key, change));
    }

    /// Decides about senders' remote images, or everybody's (none), and shows what is here so.
    ///
    /// # Errors
    /// The bridge's: then nothing was decided.
    pub async fn allow_images(
        self,
        senders: Vec<Option<String>>,
        allowed: bool,
    ) -> Result<(), CallError> {
        for sender in senders {
            let action = ActionId(random::bytes());
            self.link.call(AllowImages { action, sender, allowed }).await?;
        }
        for key in self.shelf.with_untracked(Shelf::with_images) {
            let content = self.link.call(ReadRemoteContent { key: key.clone() }).await?;
            self.shelf.update(|shelf| shelf.decide(&key, content.images));
        }
        Ok(())
    }

    /// Opens a message again, its text read in another charset; in its own where that is empty.
    ///
    /// # Errors
    /// The bridge's: then it stays as it was.
    pub async fn reread(self, key: &MessageKey, charset: String) -> Result<(), CallError> {
        let message = self.link.call(RereadMessage { key: key.clone(), charset }).await?;
        self.shelf.update(|shelf| shelf.take(key, Ok(message)));
        Ok(())
    }

    /// Forgets everything that was fetched: bodies are bound to a session.
    pub fn clear(self) {
        self.shelf.set(Shelf::default());
    }

    /// Makes a confirmed flag change part of the messages.
    pub(super) fn commit(self, keys: &[MessageKey], change: &FlagChange) {
        self.shelf.update(|shelf| {
            let known = shelf.entries.iter_mut().filter(|entry| keys.contains(&entry.key));
            for entry in known {
                if let Opened::Ready(message) = &mut entry.opened {
                    Arc::make_mut(message).summary.flags.apply(change);
                }
            }
        });
    }

    /// Messages have new keys.
    pub(super) fn rekey(self, moved: &[Moved]) {
        self.shelf.update(|shelf| shelf.forget(moved));
    }

    fn want(self, key: &MessageKey, urgency: Urgency) {
        let now = urgency == Urgency::Now;
        let ask = self.shelf.try_update(|shelf| shelf.want(key, now));
        if ask == Some(true) {
            let key = key.clone();
            spawn_local(async move {
                let outcome = self.link.call(OpenMessage { key: key.clone(), urgency }).await;
                self.shelf.update(|shelf| shelf.take(&key, outcome));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{key, message};
    use postern_shared::error::ErrorCode;
    use postern_shared::message::RemoteContent;

    #[test]
    fn a_message_is_asked_for_once_and_again_only_when_it_becomes_urgent_or_failed() {
        let mut shelf = Shelf::default();
        let check = |shelf: &mut Shelf, now, expect| assert_eq!(shelf.want(&key(1), now), expect);
        check(&mut shelf, false, true);
        check(&mut shelf, false, false);
        check(&mut shelf, true, true);
        check(&mut shelf, true, false);
        shelf.take(&key(1), Err(CallError::new(ErrorCode::Unavailable)));
        check(&mut shelf, false, false);
        check(&mut shelf, true, true);
    }

    #[test]
    fn a_late_failure_does_not_hide_a_message_that_came() {
        let mut shelf = Shelf::default();
        shelf.want(&key(1), true);
        shelf.take(&key(1), Ok(message(1)));
        shelf.take(&key(1), Err(CallError::new(ErrorCode::Cancelled)));
        assert!(matches!(shelf.find(&key(1)).unwrap().opened, Opened::Ready(_)));
    }

    #[test]
    fn a_decision_about_images_makes_another_body_once() {
        let mut shelf = Shelf::default();
        for uid in 1..=2 {
            shelf.want(&key(uid), true);
            let insight = Insight {
                remote: RemoteContent { images: RemoteImages::Blocked, ..Default::default() },
                ..Insight::default()
            };
            let (blocked_images, insight) = (uid - 1, insight.encode());
            shelf.take(&key(uid), Ok(Message { blocked_images, insight, ..message(uid) }));
        }
        assert_eq!(shelf.with_images(), [key(2)]);
        shelf.look(&key(2), |look| look.images = true);
        for turn in [1, 1] {
            shelf.decide(&key(2), RemoteImages::Shown);
            let entry = shelf.find(&key(2)).unwrap();
            assert_eq!(entry.look, Look { turn, ..Look::default() });
            let Opened::Ready(message) = &entry.opened else { panic!("it was opened") };
            assert_eq!(Insight::decode(&message.insight).remote.images, RemoteImages::Shown);
        }
        shelf.decide(&key(2), RemoteImages::Blocked);
        assert_eq!(shelf.find(&key(2)).unwrap().look.turn, 2);
    }

    #[test]
    fn the_message_not_looked_at_for_longest_makes_room() {
        let mut shelf = Shelf::default();
        for uid in 1..=MOST as u32 {
            shelf.want(&key(uid), false);
        }
        shelf.want(&key(1), true);
        shelf.want(&key(99), true);
        assert!(shelf.find(&key(1)).is_some() && shelf.find(&key(2)).is_none());
    }
}
