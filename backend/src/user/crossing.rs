//! Messages that go from one account to another: read whole, added there with their flags and the
//! time of their arrival, and only then removed here.
//!
//! Whatever is cut off in between leaves a message twice, never not at all. An action that is asked
//! for again finds what it added before by Message-ID and size, among what came since it began.

use std::collections::{HashMap, HashSet};

use postern_shared::action::ActionId;
use postern_shared::api::messages::Outcome;
use postern_shared::error::CallError;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::frame;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, Moved};
use postern_shared::uid::{Uid, UidValidity};

use super::{Error, User};
use crate::account::{self, Account, Aim, Arrived, Batch, Floor, Noted, Step};
use crate::db::crossings;
use crate::store;

/// Messages after which the originals are removed.
const PIECE: usize = 50;

/// What becomes of the originals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crossing {
    Move,
    Copy,
}

/// A crossing under way.
struct Way<'a> {
    user: &'a User,
    from: &'a Account,
    to: &'a Account,
    mailbox: MailboxId,
    how: Crossing,
    floor: Floor,
    /// What an earlier run may have added.
    left: Vec<Arrived>,
    /// Uids that are known to be this run's.
    own: HashSet<u32>,
    /// Why some messages cannot be had whole.
    lacking: HashMap<MessageKey, account::Error>,
    outcome: Outcome,
    undo: Vec<Step>,
}

impl User {
    /// The account that a mailbox belongs to, if it is another one than this.
    pub(super) fn other_owner(&self, account: &Account, mailbox: &MailboxId) -> Option<Account> {
        if account.has_mailbox(mailbox) {
            return None;
        }
        self.roster.all().into_iter().find(|other| other.has_mailbox(mailbox))
    }

    /// Takes messages into a mailbox of another account.
    ///
    /// # Errors
    /// Those of either account, where nothing was done.
    pub(super) async fn cross(
        &self,
        action: ActionId,
        (from, aim): (&Account, Aim),
        (to, mailbox): (&Account, MailboxId),
        how: Crossing,
    ) -> Result<Outcome, Error> {
        let named = aim.is_named();
        let batches = from.resolve(aim).await?;
        let (mut outcome, undo) =
            self.carry_over(action, (from, batches), (to, mailbox), how).await?;
        if !named {
            outcome.moved.clear();
        }
        outcome.undoable = self.keep_way_back(action, to, undo).await;
        Ok(outcome)
    }

    /// Takes messages back to the accounts that they came from.
    pub(super) async fn cross_back(
        &self,
        action: ActionId,
        from: &Account,
        steps: Vec<Step>,
    ) -> Result<Outcome, Error> {
        let (mut whole, mut again, mut home) = (Outcome::default(), Vec::new(), None);
        for step in steps {
            let Step::Cross { at, account, to } = step else { continue };
            let owner = self.account(&account)?;
            let ends = ((from, vec![at]), (&owner, to));
            let (outcome, undo) =
                match self.carry_over(action, ends.0, ends.1, Crossing::Move).await {
                    Err(error) if whole.done == 0 => return Err(error),
                    Err(error) => {
                        whole.failure = Some(CallError::from(error));
                        break;
                    }
                    Ok(done) => done,
                };
            whole.done = whole.done.saturating_add(outcome.done);
            whole.moved.extend(outcome.moved);
            whole.failure = outcome.failure;
            again.extend(undo);
            home = Some(owner);
            if whole.failure.is_some() {
                break;
            }
        }
        if let Some(home) = home {
            whole.undoable = self.keep_way_back(action, &home, again).await;
        }
        Ok(whole)
    }

    async fn carry_over(
        &self,
        action: ActionId,
        (from, batches): (&Account, Vec<Batch>),
        (to, mailbox): (&Account, MailboxId),
        how: Crossing,
    ) -> Result<(Outcome, Vec<Step>), Error> {
        let now = to.floor(&mailbox).await?;
        let (encoded, at) = (frame::encode(&now), self.clock.unix_ms());
        let known =
            crossings::begin(&self.db, self.id, (action.0, &mailbox.0), (&encoded, at)).await?;
        let before: Option<Floor> = known.and_then(|bytes| frame::decode(&bytes).ok());
        let left = match before {
            Some(floor) => to.arrived_since(&mailbox, floor).await?,
            None => Vec::new(),
        };
        // In one session for all, where only their headers are here.
        let lacking = from.fetch_rest(&batches).await?;
        let mut way = Way {
            user: self,
            from,
            to,
            mailbox,
            how,
            floor: before.unwrap_or(now),
            left,
            own: HashSet::new(),
            lacking,
            outcome: Outcome::default(),
            undo: Vec::new(),
        };
        for batch in &batches {
            for uids in batch.uids.chunks(PIECE) {
                let piece = Batch { uids: uids.to_vec(), ..batch.clone() };
                match way.piece(&piece).await {
                    Err(error) if way.outcome.done == 0 && way.undo.is_empty() => {
                        return Err(error);
                    }
                    Err(error) => way.outcome.failure = Some(CallError::from(error)),
                    Ok(()) => {}
                }
                if way.outcome.failure.is_some() {
                    return Ok((way.outcome, way.undo));
                }
            }
        }
        Ok((way.outcome, way.undo))
    }
}

impl Way<'_> {
    /// Adds a piece there and removes it here; what was added before a failure is removed as well.
    async fn piece(&mut self, piece: &Batch) -> Result<(), Error> {
        let mut added: Vec<(Noted, u64, Option<u32>)> = Vec::new();
        let mut failure = None;
        for note in self.from.noted(piece).await? {
            match self.add(&note).await {
                Ok(Some((size, uid))) => added.push((note, size, uid)),
                Ok(None) => {}
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        self.learn_uids(&mut added).await;
        let keys: Vec<MessageKey> = added.iter().map(|(note, ..)| note.key.clone()).collect();
        if !keys.is_empty() {
            self.settle(piece, &keys).await?;
            let there: Vec<u32> = added.iter().filter_map(|(.., uid)| *uid).collect();
            self.note_undo(piece, there);
            self.outcome.done += u32::try_from(keys.len()).unwrap_or(u32::MAX);
            let moved = added.into_iter().map(|(note, _, uid)| {
                let to = uid.map(|uid| self.key(uid));
                Moved { from: note.key, to }
            });
            let moved: Vec<Moved> = moved.collect();
            self.outcome.moved.extend(moved);
        }
        failure.map_or(Ok(()), Err)
    }

    /// Adds one message: its size and, where it is known, its uid; none where it is gone here.
    async fn add(&mut self, note: &Noted) -> Result<Option<(u64, Option<u32>)>, Error> {
        if let Some(error) = self.lacking.remove(&note.key) {
            return Err(error.into());
        }
        let whole = match self.from.whole(&note.key, &self.user.blobs).await {
            Err(account::Error::NonExistent | account::Error::Store(store::Error::NonExistent)) => {
                return Ok(None);
            }
            whole => whole?,
        };
        let size = whole.size();
        let same = |there: &Arrived| there.message_id == note.message_id && there.size == size;
        if let Some(at) = self.left.iter().position(same) {
            let uid = self.left.remove(at).uid;
            self.own.insert(uid);
            return Ok(Some((size, Some(uid))));
        }
        let marks = note.marks.clone();
        let mut appended = self.to.append(&self.mailbox, (marks.clone(), whole.clone())).await;
        if appended.as_ref().is_err_and(account::Error::is_lost) {
            let arrived = self.to.arrived_since(&self.mailbox, self.floor).await?;
            let found = arrived.iter().find(|it| same(it) && !self.own.contains(&it.uid));
            if let Some(found) = found {
                self.own.insert(found.uid);
                return Ok(Some((size, Some(found.uid))));
            }
            appended = self.to.append(&self.mailbox, (marks, whole)).await;
        }
        let uid = appended?.map(|key| key.uid.0);
        self.own.extend(uid);
        Ok(Some((size, uid)))
    }

    /// Where the server did not say which uids it gave they are looked for. It is done already, so
    /// that nothing that fails here is a failure.
    async fn learn_uids(&mut self, added: &mut [(Noted, u64, Option<u32>)]) {
        if added.iter().all(|(.., uid)| uid.is_some()) {
            return;
        }
        let Ok(arrived) = self.to.arrived_since(&self.mailbox, self.floor).await else { return };
        for (note, size, uid) in added.iter_mut().filter(|(.., uid)| uid.is_none()) {
            let found = arrived.iter().find(|it| {
                it.message_id == note.message_id && it.size == *size && !self.own.contains(&it.uid)
            });
            *uid = found.map(|it| it.uid);
            self.own.extend(*uid);
        }
    }

    /// Removes the originals; where the server could only remove others along they are marked.
    async fn settle(&self, piece: &Batch, keys: &[MessageKey]) -> Result<(), Error> {
        if self.how == Crossing::Copy {
            return Ok(());
        }
        let uids = keys.iter().map(|key| key.uid.0).collect();
        let aim = Aim::Batches(vec![Batch { uids, ..piece.clone() }]);
        match self.from.expunge_messages(aim.clone()).await {
            Err(account::Error::Store(store::Error::Unsupported(_))) => {
                let change = FlagChange { add: vec![Flag::Deleted], remove: vec![] };
                self.from.change_flags(aim, change).await?;
                Ok(())
            }
            done => Ok(done.map(drop)?),
        }
    }

    fn note_undo(&mut self, piece: &Batch, uids: Vec<u32>) {
        if uids.is_empty() {
            return;
        }
        let uid_validity = UidValidity(self.floor.uid_validity);
        let at = Batch { mailbox: self.mailbox.clone(), uid_validity, uids };
        let account = self.from.facts().id.clone();
        self.undo.push(match self.how {
            Crossing::Move => Step::Cross { at, account, to: piece.mailbox.clone() },
            Crossing::Copy => Step::Expunge { at },
        });
    }

    fn key(&self, uid: u32) -> MessageKey {
        MessageKey {
            account: self.to.facts().id.clone(),
            mailbox: self.mailbox.clone(),
            uid_validity: UidValidity(self.floor.uid_validity),
            uid: Uid(uid),
        }
    }
}
