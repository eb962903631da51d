//! How a draft is kept, as data: what is due, what is under way, and what became of it. Pure.

use postern_shared::action::ActionId;
use postern_shared::api::drafts::MAX_MINE;
use postern_shared::message::MessageKey;

/// Milliseconds from a change until the store is told.
pub const REST_MS: f64 = 3_000.0;
/// How much longer than a save the store is left in peace after it, and the longest such rest: a
/// draft with large files is not sent there at every pause.
const REST_SHARE: f64 = 4.0;
const LONGEST_REST_MS: f64 = 60_000.0;
/// Milliseconds until a save that failed is tried again; the last one repeats.
const BACK_OFF_MS: [f64; 4] = [5_000.0, 15_000.0, 30_000.0, 60_000.0];

/// What the user is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Said {
    /// Nothing yet.
    #[default]
    Nothing,
    /// It is on this device; the store follows.
    Device,
    /// It is in Drafts.
    Saved,
    /// It is nowhere but here, or only on this device, and why.
    NotSaved(String),
    /// Another device changed it: that copy.
    Changed(MessageKey),
    /// It was sent or discarded elsewhere.
    Gone,
}

/// How a draft stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Counts changes.
    version: u64,
    /// The newest version on this device.
    device: u64,
    /// The newest version in the store.
    store: u64,
    /// The version that is being saved in the store.
    under_way: Option<u64>,
    /// When that began.
    began: f64,
    /// Until when the store is left in peace.
    rests_until: f64,
    /// When the store is told next.
    due: Option<f64>,
    failures: usize,
    /// Saves of this page, the latest last.
    pub mine: Vec<ActionId>,
    trouble: Option<Said>,
}

impl Standing {
    /// One that a device had: all of it is here, none of it is known to be in the store.
    #[must_use]
    pub fn found(mine: Vec<ActionId>, now: f64) -> Self {
        Self { version: 1, device: 1, mine, due: Some(now), ..Self::default() }
    }

    /// The user changed something.
    pub fn changed(&mut self, now: f64) {
        self.version += 1;
        let wait = self.trouble.as_ref().is_some_and(|said| !matches!(said, Said::NotSaved(_)));
        if self.due.is_none() && !wait {
            self.due = Some(self.rests_until.max(now + REST_MS));
        }
    }

    /// Whether this device has the newest version.
    #[must_use]
    pub fn is_on_device(&self) -> bool {
        self.device == self.version
    }

    /// Whether the store has the newest version.
    #[must_use]
    pub fn is_in_store(&self) -> bool {
        self.store == self.version
    }

    /// The version as it is now.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// This device has a version.
    pub fn on_device(&mut self, version: u64) {
        self.device = self.device.max(version);
    }

    /// Whether the store is to be told now; then it is under way.
    pub fn begin(&mut self, now: f64, action: ActionId) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if !due || self.under_way.is_some() || self.is_in_store() {
            return false;
        }
        self.due = None;
        self.began = now;
        self.under_way = Some(self.version);
        self.mine.push(action);
        let over = self.mine.len().saturating_sub(MAX_MINE);
        self.mine.drain(..over);
        true
    }

    /// Milliseconds until the store is to be told.
    #[must_use]
    pub fn wait(&self, now: f64) -> Option<f64> {
        self.due.filter(|_| self.under_way.is_none()).map(|due| (due - now).max(0.0))
    }

    /// The store has what was under way.
    pub fn kept(&mut self, now: f64) {
        self.store = self.under_way.take().unwrap_or(self.store);
        (self.trouble, self.failures) = (None, 0);
        self.rests_until = now + LONGEST_REST_MS.min((now - self.began) * REST_SHARE);
        if !self.is_in_store() {
            self.due = Some(self.rests_until.max(self.due.unwrap_or(now + REST_MS)));
        }
    }

    /// What was under way was not kept; where it may be later, it is tried again.
    pub fn failed(&mut self, now: f64, reason: String) {
        self.under_way = None;
        let pause = BACK_OFF_MS[self.failures.min(BACK_OFF_MS.len() - 1)];
        self.failures += 1;
        self.due = Some(now + pause);
        self.trouble = Some(Said::NotSaved(reason));
    }

    /// What was under way meets another's change, or nothing: the user decides.
    pub fn stopped(&mut self, said: Said) {
        self.under_way = None;
        self.due = None;
        self.trouble = Some(said);
    }

    /// The user decided: it is saved at once.
    pub fn decided(&mut self, now: f64) {
        self.trouble = None;
        self.version += 1;
        self.due = Some(now);
    }

    /// Something that was not possible may be now.
    pub fn hurry(&mut self, now: f64) {
        if self.due.is_some() {
            self.due = Some(now);
        }
    }

    /// What the user is told.
    #[must_use]
    pub fn said(&self) -> Said {
        match &self.trouble {
            Some(said) => said.clone(),
            None if self.version == 0 => Said::Nothing,
            None if self.is_in_store() => Said::Saved,
            None if self.is_on_device() => Said::Device,
            None => Said::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::key;

    const ACT: ActionId = ActionId([1; 16]);

    #[test]
    fn changes_gather_and_one_save_is_under_way_at_a_time() {
        let mut draft = Standing::default();
        assert_eq!(draft.said(), Said::Nothing);
        draft.changed(0.0);
        draft.changed(2_500.0);
        assert_eq!(draft.wait(2_500.0), Some(500.0), "who types on is saved all the same");
        draft.on_device(draft.version());
        assert_eq!(draft.said(), Said::Device);
        assert!(!draft.begin(2_999.0, ACT));
        assert!(draft.begin(3_000.0, ACT));
        draft.changed(3_100.0);
        assert!(!draft.begin(9_000.0, ACT), "the one before is under way");
        assert_eq!(draft.wait(9_000.0), None);
        draft.kept(3_200.0);
        assert_eq!(draft.said(), Said::Nothing, "this version is nowhere yet");
        assert!(!draft.begin(6_000.0, ACT));
        assert!(draft.begin(6_100.0, ACT));
        draft.kept(6_200.0);
        assert_eq!((draft.said(), draft.wait(9_001.0)), (Said::Saved, None));
    }

    #[test]
    fn the_longer_a_save_takes_the_longer_the_store_rests() {
        let mut draft = Standing::default();
        draft.changed(0.0);
        assert!(draft.begin(3_000.0, ACT));
        draft.changed(4_000.0);
        draft.kept(8_000.0);
        assert_eq!(draft.wait(8_000.0), Some(20_000.0));
        draft.hurry(9_000.0);
        assert!(draft.begin(9_000.0, ACT), "closing it waits for nothing");
        draft.kept(99_000.0);
        draft.changed(100_000.0);
        assert_eq!(draft.wait(100_000.0), Some(59_000.0));
    }

    #[test]
    fn what_failed_is_tried_again_and_what_others_changed_is_not() {
        let mut draft = Standing::found(vec![ACT], 0.0);
        assert!(draft.begin(0.0, ACT));
        draft.failed(0.0, "down".into());
        assert_eq!(draft.said(), Said::NotSaved("down".into()));
        assert_eq!(draft.wait(0.0), Some(5_000.0));
        draft.hurry(1_000.0);
        assert!(draft.begin(1_000.0, ACT));
        draft.stopped(Said::Changed(key(3)));
        draft.changed(1_100.0);
        assert_eq!(draft.wait(1_100.0), None, "the user decides first");
        assert_eq!(draft.said(), Said::Changed(key(3)));
        draft.decided(1_200.0);
        assert!(draft.begin(1_200.0, ACT));
        draft.kept(1_300.0);
        assert_eq!(draft.said(), Said::Saved);
    }

    #[test]
    fn no_more_saves_are_named_than_a_call_takes() {
        let mut draft = Standing::default();
        for n in 0..40 {
            draft.changed(0.0);
            assert!(draft.begin(1e9, ActionId([n; 16])));
            draft.kept(0.0);
        }
        assert_eq!(draft.mine.len(), MAX_MINE);
        assert_eq!(draft.mine.last(), Some(&ActionId([39; 16])));
    }
}
