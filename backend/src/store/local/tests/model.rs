//! Whatever is done in whatever order, the store holds what a plain list would, and who only
//! listens to the news knows the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::store::{Criteria, Known};

const MAILBOXES: [&str; 2] = ["INBOX", "Archive"];

#[derive(Debug, Clone)]
enum Step {
    Append,
    Deliver(u8),
    Flag(u8, bool),
    Keyword(u8, bool),
    Copy(u8),
    Move(u8),
    Expunge(u8),
    Switch,
    Listen,
    Resume,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Append),
        2 => (0..6_u8).prop_map(Step::Deliver),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(at, on)| Step::Flag(at, on)),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(at, on)| Step::Keyword(at, on)),
        2 => any::<u8>().prop_map(Step::Copy),
        1 => any::<u8>().prop_map(Step::Move),
        2 => any::<u8>().prop_map(Step::Expunge),
        1 => Just(Step::Switch),
        3 => Just(Step::Listen),
        1 => Just(Step::Resume),
    ]
}

/// A mailbox as a list; flags sorted.
#[derive(Debug, Clone, Default)]
struct Model {
    next: u32,
    messages: BTreeMap<u32, Vec<Flag>>,
}

impl Model {
    fn add(&mut self, flags: Vec<Flag>) {
        self.next += 1;
        self.messages.insert(self.next, flags);
    }

    fn pick(&self, at: u8) -> Option<u32> {
        let uids: Vec<u32> = self.messages.keys().copied().collect();
        uids.get(at as usize % uids.len().max(1)).copied()
    }

    fn change(&mut self, uid: u32, flag: &Flag, on: bool) {
        let flags = self.messages.get_mut(&uid).unwrap();
        flags.retain(|it| it != flag);
        if on {
            flags.push(flag.clone());
            flags.sort();
        }
    }
}

struct World {
    place: Place,
    acting: LocalConnection,
    current: usize,
    models: [Model; 2],
    delivered: Vec<u8>,
    /// Hears of the inbox alone, and what it has heard.
    listening: LocalConnection,
    heard: BTreeMap<u32, Vec<Flag>>,
}

impl World {
    async fn new() -> Self {
        let place = Place::new().await;
        let (acting, listening) = (place.inside("INBOX").await, place.inside("INBOX").await);
        let (models, heard) = (<[Model; 2]>::default(), BTreeMap::new());
        Self { place, acting, current: 0, models, delivered: Vec::new(), listening, heard }
    }

    async fn take(&mut self, step: Step) {
        let here = self.current;
        let there = name(MAILBOXES[1 - here]);
        match step {
            Step::Append => {
                let message = mail("appended", "text").to_vec();
                let flags = [Flag::Draft];
                self.acting.append(&name(MAILBOXES[here]), &flags, None, message).await.unwrap();
                self.models[here].add(vec![Flag::Draft]);
            }
            Step::Deliver(number) => {
                let batch = vec![delivery(&number.to_string(), mail("delivered", "text"))];
                let done = self.place.store.deliver(ACCOUNT, batch).await.unwrap();
                let before = self.delivered.contains(&number);
                assert_eq!(done[0] == Delivered::Before, before);
                if !before {
                    self.delivered.push(number);
                    self.models[0].add(vec![Flag::Keyword("$New".into())]);
                }
            }
            Step::Flag(at, on) => self.flag(at, &Flag::Flagged, on).await,
            Step::Keyword(at, on) => self.flag(at, &Flag::Keyword("$Work".into()), on).await,
            Step::Copy(at) | Step::Move(at) => {
                let Some(uid) = self.models[here].pick(at) else { return };
                let flags = self.models[here].messages[&uid].clone();
                if matches!(step, Step::Copy(_)) {
                    self.acting.copy(&[uid], &there).await.unwrap();
                } else {
                    self.acting.move_to(&[uid], &there).await.unwrap();
                    self.models[here].messages.remove(&uid);
                }
                self.models[1 - here].add(flags);
            }
            Step::Expunge(at) => {
                let Some(uid) = self.models[here].pick(at) else { return };
                self.acting.expunge(&[uid]).await.unwrap();
                self.models[here].messages.remove(&uid);
            }
            Step::Switch => {
                self.current = 1 - here;
                self.acting.select(&there).await.unwrap();
            }
            Step::Listen => self.listen().await,
            Step::Resume => self.resume().await,
        }
    }

    async fn flag(&mut self, at: u8, flag: &Flag, on: bool) {
        let Some(uid) = self.models[self.current].pick(at) else { return };
        let flags = [flag.clone()];
        let (add, remove) = if on { (&flags[..], &[][..]) } else { (&[][..], &flags[..]) };
        self.acting.store_flags(&[uid], add, remove).await.unwrap();
        self.models[self.current].change(uid, flag, on);
    }

    /// Takes the news in, as an account does.
    async fn listen(&mut self) {
        self.listening.noop().await.unwrap();
        let known: Vec<u32> = self.heard.keys().copied().collect();
        let news = self.listening.take_news(&known);
        assert!(!news.lost_track && !news.unsure && !news.by_position, "{news:?}");
        for uid in &news.gone {
            self.heard.remove(uid).unwrap();
        }
        for (uid, mut flags) in news.changed {
            flags.sort();
            self.heard.insert(uid, flags);
        }
        let newest = known.last().copied().unwrap_or(0);
        let rows = self.listening.rows_after(newest).await.unwrap();
        assert_eq!(rows.len(), news.unknown as usize);
        for mut row in rows {
            row.flags.sort();
            self.heard.insert(row.uid, row.flags);
        }
        assert_eq!(self.heard, self.models[0].messages);
        assert_eq!(self.listening.counted() as usize, self.heard.len());
    }

    /// Selects the inbox again, and takes in what changed meanwhile.
    async fn resume(&mut self) {
        let modseq = self.listening.selected().unwrap().1.highest_modseq.unwrap();
        let uid_validity = self.listening.selected().unwrap().1.uid_validity;
        // What it was told and did not take is lost with the old selection.
        self.listen().await;
        let uids: Vec<u32> = self.heard.keys().copied().collect();
        let known = Known { uid_validity, modseq, uids: &uids };
        let (selected, since) = self.listening.select_since(&name("INBOX"), known).await.unwrap();
        assert_eq!(selected.exists as usize, self.models[0].messages.len());
        let since = since.unwrap();
        assert_eq!((since.vanished, since.arrived), (vec![], vec![]));
    }

    async fn check(&mut self) {
        let model = &self.models[self.current];
        let uids: Vec<u32> = model.messages.keys().copied().collect();
        assert_eq!(self.acting.search(Criteria::All).await.unwrap(), uids);
        let mut flags = self.acting.flags_by_uid(&uids).await.unwrap();
        flags.iter_mut().for_each(|of| of.flags.sort());
        let flags: BTreeMap<u32, Vec<Flag>> =
            flags.into_iter().map(|of| (of.uid, of.flags)).collect();
        assert_eq!(flags, model.messages);
        for (at, model) in self.models.iter().enumerate() {
            let counts = self.acting.status(&name(MAILBOXES[at])).await.unwrap();
            assert_eq!(counts.messages as usize, model.messages.len());
            assert_eq!(counts.uid_next, Some(model.next + 1));
        }
        let shown = self.acting.selected().unwrap().1.exists;
        assert_eq!(shown as usize, uids.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]
    #[test]
    fn the_store_is_what_a_list_would_be(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.take(step).await;
                world.check().await;
            }
            world.listen().await;
        });
    }
}
