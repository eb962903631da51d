//! The comparison against a model: whatever happens in a maildrop, each message comes once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::plan::{self, Comparison, Listed, Names};
use crate::store::local::{Amendment, Entry, Label, Taken};

const DAY: i64 = 86_400;

/// A message at the server: what it is, and how it is listed.
#[derive(Debug, Clone, PartialEq)]
struct Message {
    id: u32,
    uidl: String,
    octets: u64,
}

#[derive(Debug, Default)]
struct Model {
    maildrop: Vec<Message>,
    ledger: Vec<Entry>,
    /// Which message each row was delivered of.
    delivered: BTreeMap<String, u32>,
    now: i64,
    next: u32,
}

fn digest(id: u32) -> Vec<u8> {
    id.to_be_bytes().to_vec()
}

#[derive(Debug, Clone)]
enum Step {
    /// With a uidl out of so many, or one of its own.
    Arrives(Option<u8>),
    /// Somebody else removes it.
    Vanishes(u8),
    /// The server calls everything otherwise.
    Renumbered(u8),
    /// The server counts a message's octets otherwise.
    Recounted(u8),
    /// A round that removes what it collected, or fails to.
    Round {
        removes: bool,
        quits: bool,
    },
    Waits,
}

impl Model {
    fn apply(&mut self, step: &Step) {
        let count = self.maildrop.len().max(1);
        match step {
            Step::Arrives(uidl) => {
                self.next += 1;
                let id = self.next;
                let own = format!("own{id}");
                let uidl = uidl.map_or(own, |uidl| format!("shared{uidl}"));
                // Equal uidls with equal sizes are told apart only in one listing.
                self.maildrop.push(Message { id, uidl, octets: 1000 + u64::from(id) });
            }
            Step::Vanishes(at) if !self.maildrop.is_empty() => {
                self.maildrop.remove(usize::from(*at) % count);
            }
            Step::Renumbered(by) => {
                for one in &mut self.maildrop {
                    one.uidl = format!("{by}-{}", one.id);
                }
            }
            Step::Recounted(at) => {
                if let Some(one) = self.maildrop.get_mut(usize::from(*at) % count) {
                    one.octets += 500_000;
                }
            }
            Step::Round { removes, quits } => self.round((*removes, *quits)),
            Step::Vanishes(_) => {}
            Step::Waits => self.now += DAY,
        }
    }

    fn listed(&self) -> Vec<Listed> {
        let listed = |(at, one): (usize, &Message)| Listed {
            number: at as u32 + 1,
            uidl: one.uidl.clone(),
            octets: one.octets,
        };
        self.maildrop.iter().enumerate().map(listed).collect()
    }

    fn resolve(&self, listed: &[Listed], found: &mut Comparison) -> bool {
        let digests: Vec<Vec<u8>> =
            found.doubtful.iter().map(|at| digest(self.maildrop[*at].id)).collect();
        plan::resolve(listed, &self.ledger, (found, &digests))
    }

    fn round(&mut self, (removes, quits): (bool, bool)) {
        self.now += 300;
        let listed = self.listed();
        let mut found = plan::compare(&listed, &self.ledger);
        if self.resolve(&listed, &mut found) {
            plan::doubt_all(&mut found);
            self.resolve(&listed, &mut found);
        }
        assert!(found.doubtful.is_empty());
        let mut seen: Vec<usize> = found.known.iter().map(|(at, _)| *at).collect();
        seen.extend(&found.new);
        seen.sort_unstable();
        assert_eq!(seen, (0..listed.len()).collect::<Vec<_>>(), "each is known or new");
        let mut names = Names::new(&self.ledger);
        let mut going = Vec::new();
        let due = found.known.iter().map(|(at, row)| (*at, self.ledger[*row].clone()));
        // As a round does: the header has to be what it was.
        for (at, entry) in due.filter(|_| removes) {
            if entry.label.header == digest(self.maildrop[at].id) {
                going.push((at, entry.name));
            }
        }
        for (name, amendment) in plan::amendments(&listed, &self.ledger, &found, self.now) {
            self.amend(&name, amendment);
        }
        for at in found.new {
            let id = self.maildrop[at].id;
            let (name, label) = names.label(&listed[at], &digest(id));
            assert_eq!(self.delivered.insert(name.clone(), id), None, "a name twice");
            if removes {
                going.push((at, name.clone()));
            }
            self.ledger.push(entry(name, label, self.now));
        }
        if !quits {
            return;
        }
        let gone: BTreeSet<usize> = going.iter().map(|(at, _)| *at).collect();
        for (at, name) in going {
            assert_eq!(self.delivered[&name], self.maildrop[at].id, "removed, and another came");
            self.amend(&name, Amendment::Removed(self.now));
        }
        let mut at = 0;
        self.maildrop.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }

    fn amend(&mut self, name: &str, amendment: Amendment) {
        let at = self.ledger.iter().position(|entry| entry.name == name).unwrap();
        let entry = &mut self.ledger[at];
        match amendment {
            Amendment::Labelled(label) => (entry.label, entry.absent_since) = (label, 0),
            Amendment::Present => entry.absent_since = 0,
            Amendment::Removed(now) => entry.removed_at = now,
            Amendment::Absent(now) => entry.absent_since = now,
            Amendment::Forgotten => drop(self.ledger.remove(at)),
        }
    }
}

fn entry(name: String, label: Label, now: i64) -> Entry {
    let (taken, delivered_at) = (Taken::Whole, now);
    Entry { name, label, taken, delivered_at, removed_at: 0, absent_since: 0 }
}

fn step() -> impl Strategy<Value = Step> {
    let round = |removes, quits| Step::Round { removes, quits };
    prop_oneof![
        4 => proptest::option::of(0_u8..3).prop_map(Step::Arrives),
        2 => any::<u8>().prop_map(Step::Vanishes),
        1 => any::<u8>().prop_map(Step::Renumbered),
        1 => any::<u8>().prop_map(Step::Recounted),
        4 => (any::<bool>(), any::<bool>()).prop_map(move |(removes, quits)| round(removes, quits)),
        1 => Just(Step::Waits),
    ]
}

proptest! {
    #[test]
    fn every_message_comes_once_whatever_happens(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut model = Model { now: 1_700_000_000, ..Model::default() };
        let mut seen = BTreeSet::new();
        for step in steps.iter().chain([&Step::Round { removes: false, quits: true }]) {
            if matches!(step, Step::Round { .. }) {
                seen.extend(model.maildrop.iter().map(|one| one.id));
            }
            model.apply(step);
        }
        let mut came: Vec<u32> = model.delivered.values().copied().collect();
        came.sort_unstable();
        prop_assert_eq!(came, seen.into_iter().collect::<Vec<_>>(), "each once, and none is lost");
    }
}

#[test]
fn a_message_is_due_by_the_policy() {
    use postern_shared::collecting::Removal;
    let known = entry("a".into(), Label::default(), 1_000_000);
    let check = |removal, expunged, days: i64, expect| {
        let now = 1_000_000 + days * DAY;
        assert_eq!(plan::is_due(&known, removal, expunged, now), expect, "{removal:?} {days}");
    };
    check(Removal::Never, true, 9000, false);
    check(Removal::AfterDays(3), false, 2, false);
    check(Removal::AfterDays(3), false, 3, true);
    check(Removal::AfterDownload, false, 0, true);
    check(Removal::WhenExpunged, false, 90, false);
    check(Removal::WhenExpunged, true, 0, true);
    for taken in [Taken::Header, Taken::Nothing] {
        let part = Entry { taken, ..known.clone() };
        for removal in [Removal::AfterDownload, Removal::AfterDays(1)] {
            assert!(!plan::is_due(&part, removal, true, 2_000_000), "{taken:?}");
        }
        // Expunged here, it is not wanted, whether or not it was opened.
        let due = plan::is_due(&part, Removal::WhenExpunged, true, 2_000_000);
        assert_eq!(due, taken == Taken::Header);
    }
}

#[test]
fn what_is_gone_for_long_is_forgotten() {
    let mut known = entry("a".into(), Label::default(), 0);
    let found = Comparison::default();
    let amendments =
        |known: &Entry, now| plan::amendments(&[], std::slice::from_ref(known), &found, now);
    assert_eq!(amendments(&known, 5), [("a".into(), Amendment::Absent(5))]);
    known.absent_since = 5;
    assert_eq!(amendments(&known, 50 * DAY), []);
    assert_eq!(amendments(&known, 61 * DAY), [("a".into(), Amendment::Forgotten)]);
}
