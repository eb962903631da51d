//! How messages begin, for rows that came without it: asked for once the rows stand.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::api::messages::{MAX_PREVIEWS, ReadPreviews};
use postern_shared::message::MessageKey;

use super::Stores;
use super::keys::Keys;

/// Most beginnings kept for rows that come again.
const MOST: usize = 1_000;

/// What was asked for, and what came of it.
#[derive(Default)]
struct Known {
    asked: Keys,
    found: Vec<(MessageKey, String)>,
    /// An answer is waited for.
    asking: bool,
}

impl Known {
    fn of(&self, key: &MessageKey) -> Option<&(MessageKey, String)> {
        self.found.iter().find(|(known, _)| known == key)
    }

    /// Whether anything can be done for a row that says nothing.
    fn helps(&self, key: &MessageKey) -> bool {
        !self.asked.contains(key) || self.of(key).is_some()
    }

    /// What is to be asked for now: of one mailbox, each message once.
    fn want(&mut self, blank: &[MessageKey]) -> Vec<MessageKey> {
        let mut fresh = blank.iter().filter(|key| !self.asked.contains(key)).peekable();
        let Some(first) = fresh.peek().copied() else { return Vec::new() };
        let alike = fresh.filter(|key| first.is_beside(key)).take(MAX_PREVIEWS);
        let wanted: Vec<MessageKey> = alike.cloned().collect();
        for key in &wanted {
            self.asked.insert(key.clone());
        }
        wanted
    }

    /// Takes back a question that failed: it may be asked again.
    fn take_back(&mut self, wanted: &[MessageKey]) {
        for key in wanted {
            self.asked.remove(key);
        }
        self.asking = false;
    }

    /// Keeps what was found; the oldest is forgotten, and may be asked for again.
    fn take(&mut self, found: Vec<(MessageKey, String)>) {
        self.found.extend(found.into_iter().filter(|(_, words)| !words.is_empty()));
        let over = self.found.len().saturating_sub(MOST);
        for (key, _) in self.found.drain(..over) {
            self.asked.remove(&key);
        }
    }
}

impl Stores {
    /// Fills in how messages begin where their rows do not say.
    pub(super) fn follow_previews(self) {
        let known = StoredValue::new_local(Known::default());
        Effect::new(move |_| {
            if self.preferences.all().with(|all| all.previews_off) {
                return;
            }
            let blank = self.blank_rows(known);
            if !blank.is_empty() {
                spawn_local(self.ask_previews(known, blank));
            }
        });
    }

    fn blank_rows(self, known: StoredValue<Known, LocalStorage>) -> Vec<MessageKey> {
        known.with_value(|known| self.windows.blank(|key| known.helps(key)))
    }

    async fn ask_previews(
        self,
        known: StoredValue<Known, LocalStorage>,
        mut blank: Vec<MessageKey>,
    ) {
        let told: Vec<_> = known
            .with_value(|known| blank.iter().filter_map(|key| known.of(key).cloned()).collect());
        self.windows.learn_previews(&told);
        if known.with_value(|known| known.asking) {
            return;
        }
        loop {
            let wanted = known.try_update_value(|known| {
                let wanted = known.want(&blank);
                known.asking = !wanted.is_empty();
                wanted
            });
            let Some((wanted, first)) =
                wanted.and_then(|wanted| wanted.first().cloned().map(|first| (wanted, first)))
            else {
                return;
            };
            let uids = wanted.iter().map(|key| key.uid).collect();
            let MessageKey { account, mailbox, uid_validity, .. } = first.clone();
            let answer =
                self.link.call(ReadPreviews { account, mailbox, uid_validity, uids }).await;
            let Ok(answer) = answer else {
                // No complaint that a row says less: it is asked for when the rows next change.
                known.update_value(|known| known.take_back(&wanted));
                return;
            };
            let of = |(uid, words)| (MessageKey { uid, ..first.clone() }, words);
            let found: Vec<_> = answer.into_iter().map(of).collect();
            self.windows.learn_previews(&found);
            known.update_value(|known| known.take(found));
            blank = untrack(|| self.blank_rows(known));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{key, mailbox};

    #[test]
    fn each_message_is_asked_for_once_and_few_at_a_time() {
        let (mut known, all) = (Known::default(), (1..=60).map(key).collect::<Vec<_>>());
        assert_eq!(known.want(&all).len(), MAX_PREVIEWS);
        assert_eq!(known.want(&all).len(), 10);
        assert!(known.want(&all).is_empty());
    }

    #[test]
    fn each_mailbox_is_asked_alone() {
        let elsewhere = MessageKey { mailbox: mailbox("elsewhere"), ..key(2) };
        let (mut known, all) = (Known::default(), [key(1), elsewhere.clone(), key(3)]);
        assert_eq!(known.want(&all), [key(1), key(3)]);
        assert_eq!(known.want(&all), [elsewhere]);
    }

    #[test]
    fn what_is_forgotten_can_be_asked_for_again() {
        let (mut known, all) = (Known::default(), (1..=MOST as u32 + 1).map(key));
        let all: Vec<_> = all.collect();
        known.asked = all.iter().cloned().collect();
        known.take(all.iter().map(|key| (key.clone(), "Hi".to_owned())).collect());
        assert!(known.of(&key(1)).is_none() && known.of(&key(2)).is_some());
        assert_eq!(known.want(&all), [key(1)]);
    }

    #[test]
    fn a_question_that_failed_is_asked_again() {
        let mut known = Known::default();
        let wanted = known.want(&[key(1), key(2)]);
        known.take_back(&wanted);
        assert_eq!(known.want(&[key(1), key(2)]), wanted);
    }

    #[test]
    fn of_a_message_without_words_nothing_more_is_asked() {
        let mut known = Known::default();
        known.want(&[key(1)]);
        known.take(vec![(key(1), String::new())]);
        assert!(!known.helps(&key(1)));
    }
}
