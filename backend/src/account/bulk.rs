//! Mutations of any number of messages: in pieces, so that a click never waits for all of them.
//!
//! The first piece is done at once, the others one at a time when nobody waits for anything else;
//! the windows follow by deltas. What was done before a failure is told, and can be undone.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::api::messages::{ArchiveBy, MAX_KEYS, Outcome, Targets, Urgency, Verdict};
use postern_shared::error::CallError;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::MessageKey;
use postern_shared::uid::UidValidity;
use postern_shared::window::View;

use super::Account;
use super::actor::{Actor, Chore, verb};
use super::error::Error;
use super::mutate::{Batch, Carry, Part};
use super::undo::Step;
use super::windows::lens_of;
use crate::store::Criteria;

/// Messages of one piece: one command's worth of uids.
const PIECE: usize = 500;

/// What was done, and how it is taken back.
#[derive(Debug, Default)]
pub struct Done {
    /// What the page is told.
    pub outcome: Outcome,
    /// The steps back, the last thing done first.
    pub undo: Vec<Step>,
}

/// What is done to each piece.
#[derive(Debug, Clone)]
enum Deed {
    Flags(FlagChange),
    Carry(MailboxId, Carry),
    Expunge,
    Archive(ArchiveBy),
    Judge(Verdict),
    /// Expunge where nothing else is there that should stay.
    Clear,
}

impl Deed {
    /// Whether another try after a lost connection would do it twice.
    fn is_once(&self) -> bool {
        matches!(self, Self::Carry(_, Carry::Copy) | Self::Archive(_))
    }
}

/// The messages that something is done to.
#[derive(Debug, Clone)]
pub enum Aim {
    /// These; at most `MAX_KEYS`.
    Keys(Vec<MessageKey>),
    /// What a mailbox's own list holds, apart from these.
    List {
        /// The view.
        view: View,
        /// What is spared.
        except: Vec<MessageKey>,
    },
    /// These, however many.
    Batches(Vec<Batch>),
}

impl Aim {
    /// Whether whoever aims knows each message by its name.
    #[must_use]
    pub fn is_named(&self) -> bool {
        matches!(self, Self::Keys(_))
    }
}

impl From<Targets> for Aim {
    fn from(targets: Targets) -> Self {
        match targets {
            Targets::Keys(keys) => Self::Keys(keys),
            Targets::View { view, except } => Self::List { view, except },
        }
    }
}

/// Groups keys by mailbox, in order of appearance.
fn batches(keys: &[MessageKey]) -> Result<Vec<Batch>, Error> {
    if keys.len() > MAX_KEYS {
        return Err(Error::Limit("messages of one call"));
    }
    let mut batches: Vec<Batch> = Vec::new();
    keys.iter().for_each(|key| Batch::gather(&mut batches, key));
    Ok(batches)
}

impl Account {
    /// Sets and clears flags and keywords.
    ///
    /// # Errors
    /// `NonExistent` where a mailbox's uid_validity has passed; messages that are gone are no error.
    pub async fn change_flags(
        &self,
        aim: impl Into<Aim>,
        change: FlagChange,
    ) -> Result<Done, Error> {
        self.perform(aim.into(), Deed::Flags(change)).await
    }

    /// Moves messages within the account.
    ///
    /// # Errors
    /// `NonExistent` for an unknown target or a passed uid_validity. Where the server has no MOVE and
    /// was lost the outcome says so: there may be copies, the originals are still there or marked.
    pub async fn move_messages(&self, aim: impl Into<Aim>, to: MailboxId) -> Result<Done, Error> {
        self.perform(aim.into(), Deed::Carry(to, Carry::Move)).await
    }

    /// Copies messages within the account.
    ///
    /// # Errors
    /// As for `move_messages`; a copy whose connection was lost is answered as failed, so that a
    /// repeat of the call does not copy twice.
    pub async fn copy_messages(&self, aim: impl Into<Aim>, to: MailboxId) -> Result<Done, Error> {
        self.perform(aim.into(), Deed::Carry(to, Carry::Copy)).await
    }

    /// Removes messages for ever.
    ///
    /// # Errors
    /// `Unsupported` where the server could only have removed others along with them.
    pub async fn expunge_messages(&self, aim: impl Into<Aim>) -> Result<Done, Error> {
        self.perform(aim.into(), Deed::Expunge).await
    }

    /// Moves messages into the archive.
    ///
    /// # Errors
    /// As for `move_messages`, and what keeps the archive from being made.
    pub async fn archive_messages(
        &self,
        aim: impl Into<Aim>,
        by: ArchiveBy,
    ) -> Result<Done, Error> {
        self.perform(aim.into(), Deed::Archive(by)).await
    }

    /// Files messages as junk, or as not.
    ///
    /// # Errors
    /// As for `move_messages`.
    pub async fn judge_messages(
        &self,
        aim: impl Into<Aim>,
        verdict: Verdict,
    ) -> Result<Done, Error> {
        self.perform(aim.into(), Deed::Judge(verdict)).await
    }

    /// Sets `\Seen` on every message of a mailbox.
    ///
    /// # Errors
    /// `NonExistent`, or the server's.
    pub async fn mark_all_seen(&self, mailbox: MailboxId) -> Result<Done, Error> {
        let unseen = self
            .ask(Urgency::Now, move |actor| {
                let mailbox = mailbox.clone();
                async move { actor.unseen_of(&mailbox).await }.boxed()
            })
            .await?;
        let change = FlagChange { add: vec![Flag::Seen], remove: vec![] };
        self.perform_on(vec![unseen], Deed::Flags(change)).await
    }

    /// Removes every message of a mailbox that is trash or junk for ever.
    ///
    /// # Errors
    /// `Invalid` for any other mailbox.
    pub async fn empty_mailbox(&self, mailbox: MailboxId) -> Result<Done, Error> {
        let all = self
            .ask(Urgency::Now, move |actor| {
                let mailbox = mailbox.clone();
                async move { actor.all_of_refuse(&mailbox).await }.boxed()
            })
            .await?;
        self.perform_on(vec![all], Deed::Clear).await
    }

    async fn perform(&self, aim: Aim, deed: Deed) -> Result<Done, Error> {
        let named = aim.is_named();
        let mut done = self.perform_on(self.resolve(aim).await?, deed).await?;
        if !named {
            // The page never named them, and is not told their names.
            done.outcome.moved.clear();
        }
        Ok(done)
    }

    /// Which messages are aimed at.
    ///
    /// # Errors
    /// `Limit`, `NonExistent`, or the server's.
    pub async fn resolve(&self, aim: Aim) -> Result<Vec<Batch>, Error> {
        match aim {
            Aim::Keys(keys) => batches(&keys),
            Aim::Batches(batches) => Ok(batches),
            Aim::List { view, except } => {
                let except = batches(&except)?;
                let found = self.ask(Urgency::Now, move |actor| {
                    let (view, except) = (view.clone(), except.clone());
                    async move { actor.view_batch(&view, &except).await }.boxed()
                });
                Ok(vec![found.await?])
            }
        }
    }

    async fn perform_on(&self, batches: Vec<Batch>, deed: Deed) -> Result<Done, Error> {
        let mut whole = Part::default();
        let mut pieces = Vec::new();
        for batch in &batches {
            pieces.extend(batch.uids.chunks(PIECE).map(|uids| batch.with(uids.to_vec())));
        }
        for (number, piece) in pieces.into_iter().enumerate() {
            let urgency = if number == 0 { Urgency::Now } else { Urgency::Ahead };
            let part = self.perform_piece(urgency, piece, deed.clone()).await;
            whole.add_or_fail(part)?;
            if whole.failure.is_some() {
                break;
            }
        }
        Ok(whole.into())
    }

    async fn perform_piece(
        &self,
        urgency: Urgency,
        piece: Batch,
        deed: Deed,
    ) -> Result<Part, Error> {
        let once = deed.is_once();
        let work = verb(move |actor: &mut Actor| {
            let (piece, deed) = (piece.clone(), deed.clone());
            async move { actor.perform(&piece, &deed).await }.boxed()
        });
        match once {
            true => self.ask_once(urgency, work).await,
            false => self.ask(urgency, work).await,
        }
    }
}

impl From<Part> for Done {
    fn from(part: Part) -> Self {
        let Part { done, moved, mut undo, failure } = part;
        undo.reverse();
        let failure = failure.as_ref().map(CallError::from);
        let undoable = !undo.is_empty();
        Self { outcome: Outcome { done, moved, failure, undoable }, undo }
    }
}

impl Actor {
    fn perform<'a>(
        &'a mut self,
        piece: &'a Batch,
        deed: &'a Deed,
    ) -> BoxFuture<'a, Result<Part, Error>> {
        match deed {
            Deed::Flags(change) => self.change_flags(piece, change).boxed(),
            Deed::Carry(to, how) => self.carry(piece, to, *how).boxed(),
            Deed::Expunge => self.expunge(piece).boxed(),
            Deed::Archive(by) => self.archive(piece, *by).boxed(),
            Deed::Judge(verdict) => self.judge(piece, *verdict).boxed(),
            Deed::Clear => self.clear(piece).boxed(),
        }
    }

    /// What a view holds now, in the order of its uids.
    async fn view_batch(&mut self, view: &View, except: &[Batch]) -> Result<Batch, Error> {
        let (mailbox, lens) = lens_of(&self.facts.id, view)?;
        self.select(&mailbox).await?;
        self.absorb().await?;
        self.learn_uids(&mailbox).await?;
        self.learn_filter(&mailbox, lens.filter).await?;
        self.absorb().await?;
        let listing = self.listings.get(&mailbox).ok_or(Error::NonExistent)?;
        let uid_validity = listing.uid_validity;
        let mut uids = listing.stretch(lens, 0, u32::MAX);
        let spared = except
            .iter()
            .find(|batch| batch.mailbox == mailbox && batch.uid_validity == uid_validity);
        if let Some(spared) = spared {
            let mut spared = spared.uids.clone();
            spared.sort_unstable();
            uids.retain(|uid| spared.binary_search(uid).is_err());
        }
        uids.sort_unstable();
        Ok(Batch { mailbox, uid_validity, uids })
    }

    async fn unseen_of(&mut self, mailbox: &MailboxId) -> Result<Batch, Error> {
        let selected = self.select(mailbox).await?;
        let uids = self.store()?.search(Criteria::Unseen).await?;
        let uid_validity = UidValidity(selected.uid_validity);
        Ok(Batch { mailbox: mailbox.clone(), uid_validity, uids })
    }

    /// Every message of a mailbox for what nobody wants.
    async fn all_of_refuse(&mut self, mailbox: &MailboxId) -> Result<Batch, Error> {
        let refuse = |role| matches!(role, Some(Role::Trash | Role::Junk));
        if !self.tree.lineage(mailbox).any(|node| refuse(node.shown.role)) {
            return Err(Error::Invalid("only trash and junk are emptied"));
        }
        let selected = self.select(mailbox).await?;
        let uids = self.store()?.uids().await?;
        let uid_validity = UidValidity(selected.uid_validity);
        self.later(Chore::Count(mailbox.clone()));
        Ok(Batch { mailbox: mailbox.clone(), uid_validity, uids })
    }
}

#[cfg(test)]
mod tests {
    use postern_shared::account::AccountId;
    use postern_shared::uid::Uid;

    use super::*;

    fn key(mailbox: &str, uid: u32) -> MessageKey {
        MessageKey {
            account: AccountId("a".into()),
            mailbox: MailboxId(mailbox.into()),
            uid_validity: UidValidity(1),
            uid: Uid(uid),
        }
    }

    #[test]
    fn keys_are_grouped_by_mailbox() {
        let batches = batches(&[key("m", 1), key("n", 2), key("m", 3)]).unwrap();
        let uids: Vec<_> = batches.iter().map(|batch| batch.uids.clone()).collect();
        assert_eq!(uids, [vec![1, 3], vec![2]]);
    }

    #[test]
    fn too_many_keys_are_refused() {
        let keys: Vec<_> = (0..=u32::try_from(MAX_KEYS).unwrap()).map(|n| key("m", n)).collect();
        assert!(matches!(batches(&keys), Err(Error::Limit(_))));
    }
}
