//! Mutations of messages in one mailbox: flags, moves, copies, removal for ever.
//!
//! Each is done to a batch and says how it can be taken back. A batch is small enough for one
//! command, so it is done as a whole or not at all; `bulk` cuts what is larger.

use postern_shared::flag::{Flag, FlagChange, Flags};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, Moved};
use postern_shared::uid::UidValidity;
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Chore};
use super::error::Error;
use super::undo::Step;
use crate::store::{self, Selected};

/// Messages of one mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Where they are.
    pub mailbox: MailboxId,
    /// The generation of their uids.
    pub uid_validity: UidValidity,
    /// Their uids.
    pub uids: Vec<u32>,
}

impl Batch {
    /// Puts a message with those of its mailbox.
    pub fn gather(batches: &mut Vec<Self>, key: &MessageKey) {
        let same = |batch: &&mut Self| {
            batch.mailbox == key.mailbox && batch.uid_validity == key.uid_validity
        };
        match batches.iter_mut().find(same) {
            Some(batch) => batch.uids.push(key.uid.0),
            None => batches.push(Self {
                mailbox: key.mailbox.clone(),
                uid_validity: key.uid_validity,
                uids: vec![key.uid.0],
            }),
        }
    }

    /// The same place, other messages.
    pub(super) fn with(&self, uids: Vec<u32>) -> Self {
        Self { mailbox: self.mailbox.clone(), uid_validity: self.uid_validity, uids }
    }
}

/// Which verb carries messages to another mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carry {
    Move,
    Copy,
}

/// What was done to a batch.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// To how many messages.
    pub done: u32,
    /// Where they went.
    pub moved: Vec<Moved>,
    /// How it is taken back, in this order.
    pub undo: Vec<Step>,
    /// Why it ended before its end.
    pub failure: Option<Error>,
}

impl Part {
    /// Adds what was done next.
    pub(super) fn add(&mut self, next: Self) {
        self.done = self.done.saturating_add(next.done);
        self.moved.extend(next.moved);
        self.undo.extend(next.undo);
        self.failure = next.failure;
    }

    /// Adds what was done next, or why nothing was: an error only where nothing was done before,
    /// so that a repeat does nothing twice. Halfway is not nothing.
    pub(super) fn add_or_fail(&mut self, next: Result<Self, Error>) -> Result<(), Error> {
        match next {
            Ok(next) => self.add(next),
            Err(Error::Halfway) => self.failure = Some(Error::Halfway),
            Err(error) if self.done == 0 && self.undo.is_empty() => return Err(error),
            Err(error) => self.failure = Some(error),
        }
        Ok(())
    }
}

impl Actor {
    /// Sets and clears flags of a batch.
    pub(super) async fn change_flags(
        &mut self,
        batch: &Batch,
        change: &FlagChange,
    ) -> Result<Part, Error> {
        let selected = self.select_for(&batch.mailbox, batch.uid_validity).await?;
        check_keepable(&selected, change)?;
        let before: Vec<(u32, Flags)> = self
            .store()?
            .flags_by_uid(&batch.uids)
            .await?
            .into_iter()
            .map(|of| (of.uid, Flags(of.flags)))
            .collect();
        let uids: Vec<u32> = before.iter().map(|(uid, _)| *uid).collect();
        if uids.is_empty() {
            return Ok(Part::default());
        }
        self.store()?.store_flags(&uids, &change.add, &change.remove).await?;
        self.later(Chore::ShowFlags(batch.mailbox.clone(), uids));
        self.later(Chore::Count(batch.mailbox.clone()));
        let done = u32::try_from(before.len()).unwrap_or(u32::MAX);
        Ok(Part { done, undo: flags_back(batch, &before, change), ..Part::default() })
    }

    /// Asks for the flags that messages have now and tells the mailbox's windows.
    pub(super) async fn show_flags_of(
        &mut self,
        mailbox: &MailboxId,
        uids: &[u32],
    ) -> Result<(), Error> {
        if self.selected.as_ref() != Some(mailbox) {
            // Whoever selects it next compares it as a whole.
            return Ok(());
        }
        let now = self.store()?.flags_by_uid(uids).await?;
        let changed: Vec<(u32, Flags)> =
            now.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
        self.show_flags(mailbox, &changed);
        Ok(())
    }

    /// Carries a batch to another mailbox.
    pub(super) async fn carry(
        &mut self,
        batch: &Batch,
        to: &MailboxId,
        how: Carry,
    ) -> Result<Part, Error> {
        let target = self.name(to)?;
        self.select_for(&batch.mailbox, batch.uid_validity).await?;
        let trail = self.trail(batch, &target).await?;
        let connection = self.store()?;
        let capabilities = connection.capabilities();
        let in_one = capabilities.has("MOVE") || capabilities.has("IMAP4REV2");
        let moved = match how {
            Carry::Move => connection.move_to(&batch.uids, &target).await,
            Carry::Copy => connection.copy(&batch.uids, &target).await,
        };
        let mut moved = match moved.map_err(Error::from) {
            // Another try would copy what may be copied already.
            Err(error) if error.is_lost() && (how == Carry::Copy || !in_one) => {
                self.lose(&error);
                return Err(Error::Halfway);
            }
            moved => moved?,
        };
        self.later(Chore::Count(batch.mailbox.clone()));
        self.later(Chore::Refresh(to.clone()));
        if let Some(trail) = trail {
            self.follow_trail(trail, to, &mut moved).await;
        }
        let remain = moved.originals_remain;
        let mut part = self.carried(batch, to, moved, how);
        if remain {
            part.undo = Self::exchange_marks(batch, &part.undo);
        }
        Ok(part)
    }

    fn carried(&self, batch: &Batch, to: &MailboxId, moved: store::Moved, how: Carry) -> Part {
        let validity = moved.uid_validity.map(UidValidity);
        let known: Vec<u32> = moved.pairs.iter().filter_map(|(_, new)| *new).collect();
        let key = |(old, new): (u32, Option<u32>)| Moved {
            from: self.key(&batch.mailbox, batch.uid_validity, old),
            to: new.zip(validity).map(|(new, validity)| self.key(to, validity, new)),
        };
        let undo = validity.filter(|_| !known.is_empty()).map(|uid_validity| {
            let at = Batch { mailbox: to.clone(), uid_validity, uids: known };
            match how {
                Carry::Move => Step::Move { at, to: batch.mailbox.clone() },
                Carry::Copy => Step::Expunge { at },
            }
        });
        // COPYUID names those that were there; without it nobody knows.
        let pairs = moved.pairs;
        let done = pairs.iter().filter(|(_, new)| validity.is_none() || new.is_some()).count();
        Part {
            done: u32::try_from(done).unwrap_or(u32::MAX),
            moved: pairs.into_iter().map(key).collect(),
            undo: undo.into_iter().collect(),
            failure: None,
        }
    }

    /// Removes a batch for ever, of a mailbox of which nothing is to stay.
    pub(super) async fn clear(&mut self, batch: &Batch) -> Result<Part, Error> {
        match self.expunge(batch).await {
            Err(Error::Store(store::Error::Unsupported(_))) => {
                self.store()?.expunge_marked().await?;
                let done = u32::try_from(batch.uids.len()).unwrap_or(u32::MAX);
                Ok(Part { done, ..Part::default() })
            }
            other => other,
        }
    }

    /// Removes a batch for ever.
    pub(super) async fn expunge(&mut self, batch: &Batch) -> Result<Part, Error> {
        self.select_for(&batch.mailbox, batch.uid_validity).await?;
        let done = self.store()?.expunge(&batch.uids).await?;
        self.later(Chore::Count(batch.mailbox.clone()));
        match done {
            store::Expunged::Removed => {
                let done = u32::try_from(batch.uids.len()).unwrap_or(u32::MAX);
                Ok(Part { done, ..Part::default() })
            }
            store::Expunged::MarkedOnly => Err(store::Error::Unsupported("UIDPLUS").into()),
        }
    }
}

/// Whether a mailbox can keep these flags (RFC 9051 §7.1, PERMANENTFLAGS).
pub(super) fn check_keepable(selected: &Selected, change: &FlagChange) -> Result<(), Error> {
    if selected.read_only {
        return Err(Error::ReadOnly);
    }
    if change.add.iter().all(|flag| can_keep(selected, flag)) {
        return Ok(());
    }
    Err(Error::FlagNotKept)
}

/// Whether a mailbox can keep this flag.
pub(super) fn can_keep(selected: &Selected, flag: &Flag) -> bool {
    let known = |kept: &Flag| kept.as_imap().eq_ignore_ascii_case(flag.as_imap());
    let keyword = matches!(flag, Flag::Keyword(_));
    (keyword && selected.any_keyword) || selected.permanent_flags.iter().any(known)
}

/// How flags get back to what they were: one step a flag, for the messages that it changed.
fn flags_back(batch: &Batch, before: &[(u32, Flags)], change: &FlagChange) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut back = |flag: &Flag, had: bool, change: FlagChange| {
        let uids = before.iter().filter(|(_, flags)| flags.has(flag) == had);
        let uids: Vec<u32> = uids.map(|(uid, _)| *uid).collect();
        if !uids.is_empty() {
            steps.push(Step::Flags { at: batch.with(uids), change });
        }
    };
    for flag in change.add.iter().filter(|flag| !change.remove.contains(flag)) {
        back(flag, false, FlagChange { add: vec![], remove: vec![flag.clone()] });
    }
    for flag in &change.remove {
        back(flag, true, FlagChange { add: vec![flag.clone()], remove: vec![] });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(uids: &[u32]) -> Batch {
        let (mailbox, uid_validity) = (MailboxId("m".into()), UidValidity(1));
        Batch { mailbox, uid_validity, uids: uids.to_vec() }
    }

    #[test]
    fn only_what_changed_is_taken_back() {
        let before =
            [(1, Flags(vec![Flag::Seen])), (2, Flags(vec![])), (3, Flags(vec![Flag::Flagged]))];
        let change = FlagChange { add: vec![Flag::Seen], remove: vec![Flag::Flagged] };
        let steps = flags_back(&batch(&[1, 2, 3]), &before, &change);
        let unsee = FlagChange { add: vec![], remove: vec![Flag::Seen] };
        let flag = FlagChange { add: vec![Flag::Flagged], remove: vec![] };
        assert_eq!(
            steps,
            [
                Step::Flags { at: batch(&[2, 3]), change: unsee },
                Step::Flags { at: batch(&[3]), change: flag }
            ]
        );
    }

    #[test]
    fn a_mailbox_that_keeps_few_flags_says_so() {
        let tag = FlagChange { add: vec![Flag::Keyword("$Work".into())], remove: vec![] };
        let mut selected = Selected {
            permanent_flags: vec![Flag::Seen],
            any_keyword: true,
            ..Selected::default()
        };
        assert!(check_keepable(&selected, &tag).is_ok());
        selected.any_keyword = false;
        assert!(matches!(check_keepable(&selected, &tag), Err(Error::FlagNotKept)));
        selected.permanent_flags.push(Flag::Keyword("$work".into()));
        assert!(check_keepable(&selected, &tag).is_ok());
        selected.read_only = true;
        assert!(matches!(check_keepable(&selected, &tag), Err(Error::ReadOnly)));
    }
}
