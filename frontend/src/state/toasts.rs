//! Notices in the corner, and what is read out.

use leptos::prelude::*;
use postern_shared::submission::SubmissionId;

/// Names one thing that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndoId(pub u64);

/// What a notice's button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Undoes something.
    Undo(UndoId),
    /// Brings a discarded draft back.
    RestoreDraft(u32),
    /// Takes a submission back and opens its draft.
    TakeBack(SubmissionId),
    /// Shows the outbox.
    Outbox,
    /// Loads the page anew.
    Reload,
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// What it says.
    pub text: String,
    /// What its button does, if it has one.
    pub offer: Option<Offer>,
    /// Whether it stays until it is dismissed.
    pub stays: bool,
    /// A notice that takes the place of the one before of the same topic.
    topic: Option<String>,
}

/// Most notices at a time; the oldest goes first.
const MOST: usize = 4;

/// The notices of the moment.
#[derive(Debug, Clone, Default)]
struct Board {
    notices: Vec<Notice>,
    last: u64,
}

impl Board {
    fn add(&mut self, mut notice: Notice) {
        self.last += 1;
        notice.id = self.last;
        if notice.topic.is_some() {
            self.notices.retain(|known| known.topic != notice.topic);
        }
        self.notices.push(notice);
        while self.notices.len() > MOST {
            self.notices.remove(0);
        }
    }
}

/// The notices, as views know them.
#[derive(Clone, Copy)]
pub struct Toasts {
    board: RwSignal<Board>,
    polite: RwSignal<String>,
    assertive: RwSignal<String>,
}

impl Toasts {
    /// No notice yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            board: RwSignal::new(Board::default()),
            polite: RwSignal::new(String::new()),
            assertive: RwSignal::new(String::new()),
        }
    }

    /// The notices of the moment, oldest first.
    #[must_use]
    pub fn all(self) -> Signal<Vec<Notice>> {
        Signal::derive(move || self.board.with(|board| board.notices.clone()))
    }

    /// What the polite live region says.
    #[must_use]
    pub fn polite(self) -> Signal<String> {
        self.polite.into()
    }

    /// What the assertive live region says.
    #[must_use]
    pub fn assertive(self) -> Signal<String> {
        self.assertive.into()
    }

    /// Reads something out without showing it.
    pub fn announce(self, text: String) {
        self.polite.set(text);
    }

    /// Says that something was done.
    pub fn say(self, text: String) {
        self.show(text, None, None);
    }

    /// Says that something was done and can be undone.
    pub fn offer_undo(self, text: String, id: UndoId) {
        self.show(text, Some(Offer::Undo(id)), Some("undo".to_owned()));
    }

    /// Says that something went wrong.
    pub fn complain(self, text: String) {
        self.assertive.set(text.clone());
        self.add(text, None, None, true);
    }

    /// Shows a notice; one of the same topic before it goes.
    pub fn show(self, text: String, offer: Option<Offer>, topic: Option<String>) {
        self.polite.set(text.clone());
        self.add(text, offer, topic, false);
    }

    /// Shows a notice that stays until something takes it away.
    pub fn keep(self, text: String, offer: Option<Offer>, topic: Option<String>) {
        self.polite.set(text.clone());
        self.add(text, offer, topic, true);
    }

    /// Takes a notice away.
    pub fn dismiss(self, id: u64) {
        self.board.update(|board| board.notices.retain(|notice| notice.id != id));
    }

    /// Takes the notice of a topic away.
    pub fn settle(self, topic: &str) {
        let other = |notice: &Notice| notice.topic.as_deref() != Some(topic);
        self.board.update(|board| board.notices.retain(other));
    }

    /// Takes the notice that offers an undo away.
    pub fn dismiss_undo(self, id: UndoId) {
        let other = |notice: &Notice| notice.offer != Some(Offer::Undo(id));
        self.board.update(|board| board.notices.retain(other));
    }

    /// What a notice's button does.
    #[must_use]
    pub fn offer(self, id: u64) -> Option<Offer> {
        let found =
            |board: &Board| board.notices.iter().find(|notice| notice.id == id)?.offer.clone();
        self.board.with_untracked(found)
    }

    fn add(self, text: String, offer: Option<Offer>, topic: Option<String>, stays: bool) {
        let notice = Notice { id: 0, text, offer, stays, topic };
        self.board.update(|board| board.add(notice));
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(text: &str, topic: Option<&str>) -> Notice {
        let topic = topic.map(str::to_owned);
        Notice { id: 0, text: text.to_owned(), offer: None, stays: false, topic }
    }

    #[test]
    fn a_notice_takes_the_place_of_the_one_before_of_its_topic() {
        let mut board = Board::default();
        board.add(notice("sending", Some("s1")));
        board.add(notice("other", None));
        board.add(notice("sent", Some("s1")));
        let texts: Vec<_> = board.notices.iter().map(|notice| &*notice.text).collect();
        assert_eq!(texts, ["other", "sent"]);
    }

    #[test]
    fn the_oldest_notice_makes_room() {
        let mut board = Board::default();
        (0..=MOST).for_each(|_| board.add(notice("n", None)));
        assert_eq!(board.notices.len(), MOST);
        assert_eq!(board.notices[0].id, 2);
    }
}
