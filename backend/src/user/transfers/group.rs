//! Messages that are added together: one answer of the server, one transaction, for many.
//!
//! What is kept of an import stands behind a whole group, or behind as much of it as is done with when
//! it ends before its end.

use super::bringing::{Bringing, PAUSE, is_passing};
use super::course::End;
use crate::account::{self, Arrived, Floor, Whole};
use crate::bundle::Marks;
use crate::store;
use postern_shared::mailbox::MailboxId;
use postern_shared::transfer::Stage;

/// Messages of a group.
pub(super) const GROUP: usize = 64;
/// Octets of a group: nobody's click waits until more than that has travelled.
const OCTETS: u64 = 1 << 20;
/// Octets of a message that goes alone.
const ALONE: u64 = 256 << 10;

/// Messages of the file that were read, in its order.
#[derive(Default)]
pub(super) struct Group {
    entries: Vec<Entry>,
    octets: u64,
}

/// What is to become of a message.
pub(super) enum Entry {
    /// It could not be read.
    Failed,
    /// It was there before.
    Known,
    /// It was added already.
    Done,
    /// It is to be added.
    Add(Addition),
}

/// A message to be added.
#[derive(Clone)]
pub(super) struct Addition {
    pub(super) message_id: String,
    pub(super) marks: Marks,
    pub(super) whole: Whole,
}

/// How adding a group goes.
struct Way {
    /// Where what it adds begins.
    floor: Floor,
    /// The uids of the messages so far, where they are known.
    uids: Vec<Option<u32>>,
    /// The messages that are to be tried again, each by itself.
    left: Vec<usize>,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Takes the first of these messages out that has this Message-ID and size.
pub(super) fn take_same(
    arrived: &mut Vec<Arrived>,
    (message_id, size): (&str, u64),
) -> Option<Arrived> {
    let same = |it: &Arrived| it.message_id == message_id && it.size == size;
    arrived.iter().position(same).map(|at| arrived.remove(at))
}

impl Bringing {
    /// Puts a message with the others; a group that is full is done with at once.
    pub(super) async fn push(&mut self, entry: Entry) -> Result<(), End> {
        let octets = match &entry {
            Entry::Add(addition) => addition.whole.size(),
            _ => 0,
        };
        if octets > ALONE {
            self.flush().await?;
        }
        self.group.octets += octets;
        self.group.entries.push(entry);
        if octets > ALONE || self.group.len() >= GROUP || self.group.octets >= OCTETS {
            self.flush().await?;
        }
        Ok(())
    }

    /// Does with the group what is to be done, and writes down how far that came.
    pub(super) async fn flush(&mut self) -> Result<(), End> {
        let Group { entries, .. } = std::mem::take(&mut self.group);
        if entries.is_empty() {
            return Ok(());
        }
        let additions = entries.iter().filter_map(|entry| match entry {
            Entry::Add(addition) => Some(addition.clone()),
            _ => None,
        });
        let additions: Vec<Addition> = additions.collect();
        let (added, end) = self.add_all(&additions).await;
        let mut added = added.into_iter();
        for entry in &entries {
            let state = &mut self.course.state;
            match entry {
                Entry::Failed => state.failed += 1,
                Entry::Known => state.known += 1,
                Entry::Done => state.done += 1,
                Entry::Add(addition) => match added.next() {
                    Some(true) => state.done += 1,
                    Some(false) => {
                        state.failed += 1;
                        self.here.forget(&addition.message_id, addition.whole.size());
                    }
                    // What is behind it in the file is not done with either.
                    None => break,
                },
            }
            self.place.position += 1;
        }
        let written = self.write(Stage::Running).await;
        end?;
        written
    }

    /// Adds messages; of those that are settled, in their order, whether they were taken.
    async fn add_all(&mut self, all: &[Addition]) -> (Vec<bool>, Result<(), End>) {
        let mut settled = Vec::with_capacity(all.len());
        let done = match all {
            [] => Ok(()),
            [one] => self.add(one).await.map(|taken| settled.push(taken)),
            several => self.add_together(several, &mut settled).await,
        };
        (settled, done)
    }

    async fn add_together(&mut self, all: &[Addition], settled: &mut Vec<bool>) -> Result<(), End> {
        let Some((mailbox, floor)) = self.place.since.clone() else { return Ok(()) };
        let messages = all.iter().filter_map(|addition| match &addition.whole {
            Whole::Memory(bytes) => Some((addition.marks.clone(), bytes.clone())),
            Whole::Disk(_) => None,
        });
        let messages = messages.collect();
        let results = match self.target.account.append_each(&mailbox, messages).await {
            Ok(results) => results,
            // None was added: each waits for the account by itself.
            Err(error) if is_passing(&error) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut way = Way { floor, uids: Vec::with_capacity(all.len()), left: Vec::new() };
        for (at, result) in results.into_iter().enumerate() {
            let error = match result {
                Ok(key) => {
                    way.uids.push(key.map(|key| key.uid.0));
                    settled.push(true);
                    continue;
                }
                Err(error) => error,
            };
            match error {
                error if is_passing(&error) => {
                    self.find_out(all, (&mut way, settled), error).await?;
                    break;
                }
                account::Error::Store(store::Error::Refused { .. } | store::Error::Invalid(_)) => {
                    // Perhaps without its keywords.
                    way.left.push(at);
                    way.uids.push(None);
                    settled.push(false);
                }
                error => {
                    let at = way.left.first().copied().unwrap_or(at);
                    self.stand_at(at, (&way, settled));
                    return Err(error.into());
                }
            }
        }
        if let Some(told) = way.uids.last() {
            let next = told.map(|uid| (floor.uid_validity, uid.saturating_add(1)));
            self.advance(&mailbox, next).await?;
        }
        for at in way.left.clone() {
            match self.add(&all[at]).await {
                Ok(taken) => settled[at] = taken,
                Err(end) => {
                    self.stand_at(at, (&way, settled));
                    return Err(end);
                }
            }
        }
        for addition in &all[settled.len()..] {
            let taken = self.add(addition).await?;
            settled.push(taken);
        }
        Ok(())
    }

    /// Goes on from this message of the group the next time: what was added behind it is found then.
    fn stand_at(&mut self, at: usize, (way, settled): (&Way, &mut Vec<bool>)) {
        settled.truncate(at);
        let last = way.uids[..at].iter().rev().find_map(|uid| *uid);
        let uid = last.map_or(way.floor.uid, |uid| uid.saturating_add(1));
        if let Some((_, floor)) = &mut self.place.since {
            *floor = Floor { uid, ..way.floor };
        }
    }

    /// The connection was lost, with what it would have said: looks for what came all the same.
    async fn find_out(
        &mut self,
        all: &[Addition],
        (way, settled): (&mut Way, &mut Vec<bool>),
        error: account::Error,
    ) -> Result<(), End> {
        let Some((mailbox, _)) = self.place.since.clone() else { return Ok(()) };
        let mut pause = PAUSE;
        let arrived = match self.wait(&mut pause, error).await {
            Ok(()) => self.arrived(&mailbox, way.floor).await,
            Err(end) => Err(end),
        };
        let mut arrived = match arrived {
            Ok(arrived) => arrived,
            Err(end) => {
                let at = way.left.first().copied().unwrap_or(settled.len());
                self.stand_at(at, (way, settled));
                return Err(end);
            }
        };
        for (at, addition) in all.iter().enumerate() {
            if settled.get(at) == Some(&false) {
                continue;
            }
            let found = take_same(&mut arrived, (&addition.message_id, addition.whole.size()));
            if at < settled.len() {
                continue;
            }
            settled.push(found.is_some());
            if found.is_none() {
                way.left.push(at);
            }
            way.uids.push(found.map(|it| it.uid));
        }
        // What is added now has to be told from what is there.
        way.uids
            .push(arrived.iter().map(|it| it.uid).chain(way.uids.iter().flatten().copied()).max());
        Ok(())
    }

    /// Adds a message, however often the account is gone meanwhile; whether it was taken.
    async fn add(&mut self, addition: &Addition) -> Result<bool, End> {
        let Addition { message_id, marks, whole } = addition;
        let Some((mailbox, _)) = self.place.since.clone() else { return Ok(false) };
        let mut pause = PAUSE;
        loop {
            let message = (marks.clone(), whole.clone());
            let error = match self.target.account.append(&mailbox, message).await {
                Ok(key) => {
                    let next = key.map(|key| (key.uid_validity.0, key.uid.0.saturating_add(1)));
                    self.advance(&mailbox, next).await?;
                    return Ok(true);
                }
                Err(error) => error,
            };
            match error {
                error if is_passing(&error) => {
                    self.wait(&mut pause, error).await?;
                    let Some((_, floor)) = self.place.since else { continue };
                    let mut arrived = self.arrived(&mailbox, floor).await?;
                    if let Some(found) = take_same(&mut arrived, (message_id, whole.size())) {
                        let next = found.uid.saturating_add(1);
                        self.advance(&mailbox, Some((floor.uid_validity, next))).await?;
                        return Ok(true);
                    }
                }
                account::Error::Store(store::Error::Refused { .. } | store::Error::Invalid(_)) => {
                    return Ok(false);
                }
                error => return Err(error.into()),
            }
        }
    }

    /// What is added from here on lies behind what was added now.
    async fn advance(&mut self, mailbox: &MailboxId, next: Option<(u32, u32)>) -> Result<(), End> {
        let floor = match next {
            Some((uid_validity, uid)) => Floor { uid_validity, uid },
            None => self.floor(mailbox).await?,
        };
        self.place.since = Some((mailbox.clone(), floor));
        Ok(())
    }
}
