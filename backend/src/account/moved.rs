//! Where moved messages went, on a server that does not say (no UIDPLUS, RFC 4315): what is new
//! in the target is compared by time of arrival and size.

use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::MailboxId;

use super::actor::Actor;
use super::error::Error;
use super::mutate::Batch;
use super::undo::Step;
use crate::store::{self, MailboxName, Traits};

/// More new messages in the target than this are not looked through.
const MOST: u32 = 2000;

/// What is known before messages are carried.
pub(super) struct Trail {
    traits: Vec<(u32, Traits)>,
    /// The first uid that a copy can have.
    from: u32,
}

impl Actor {
    /// What must be known before a batch of the selected mailbox is carried to `target`; none
    /// where the server says by itself where messages go.
    pub(super) async fn trail(
        &mut self,
        batch: &Batch,
        target: &MailboxName,
    ) -> Result<Option<Trail>, Error> {
        let capabilities = self.store()?.capabilities();
        if capabilities.has("UIDPLUS") || capabilities.has("IMAP4REV2") {
            return Ok(None);
        }
        let status = match self.store()?.status(target).await {
            Err(error) if error.is_lost() => return Err(error.into()),
            other => other.ok(),
        };
        let Some(from) = status.and_then(|status| status.uid_next) else { return Ok(None) };
        let traits = match self.store()?.traits(&batch.uids).await {
            Err(error) if error.is_lost() => return Err(error.into()),
            other => other.unwrap_or_default(),
        };
        Ok(Some(Trail { traits, from }))
    }

    /// Looks for what was carried; what cannot be found stays unknown. It is done already, so
    /// that nothing that fails here is a failure.
    pub(super) async fn follow_trail(
        &mut self,
        trail: Trail,
        to: &MailboxId,
        moved: &mut store::Moved,
    ) {
        match self.found(&trail, to).await {
            Ok((validity, found)) => {
                moved.uid_validity = Some(validity);
                for (old, new) in &mut moved.pairs {
                    let pair = found.iter().find(|(known, _)| known == old);
                    *new = pair.map(|(_, new)| *new);
                }
            }
            Err(error) => {
                tracing::debug!(account = %self.facts.id.0, %error, "moved messages not found");
            }
        }
    }

    async fn found(
        &mut self,
        trail: &Trail,
        to: &MailboxId,
    ) -> Result<(u32, Vec<(u32, u32)>), Error> {
        // What was told of the mailbox they left is settled before another one is selected.
        self.absorb().await?;
        // Selected after they came, so that what it says is new: where they came from is another.
        let selected = self.select(to).await?;
        let next = selected.uid_next.unwrap_or(trail.from);
        let end = next.min(trail.from.saturating_add(MOST));
        let fresh: Vec<u32> = (trail.from..end).collect();
        let arrived = match fresh.is_empty() {
            true => Vec::new(),
            false => self.store()?.traits(&fresh).await?,
        };
        Ok((selected.uid_validity, pair_up(&trail.traits, arrived)))
    }

    /// How a batch is taken back whose originals the server could only mark: they are unmarked,
    /// and what was made of them is marked instead.
    pub(super) fn exchange_marks(batch: &Batch, back: &[Step]) -> Vec<Step> {
        let marked = |add, remove| FlagChange { add, remove };
        let copies = back.iter().filter_map(|step| match step {
            Step::Move { at, .. } | Step::Expunge { at } => Some(at.clone()),
            _ => None,
        });
        let mark = |at| Step::Flags { at, change: marked(vec![Flag::Deleted], vec![]) };
        let unmark = Step::Flags { at: batch.clone(), change: marked(vec![], vec![Flag::Deleted]) };
        copies.map(mark).chain([unmark]).collect()
    }
}

/// Pairs old uids with new ones of the same traits, in their order; each is used once.
fn pair_up(before: &[(u32, Traits)], mut arrived: Vec<(u32, Traits)>) -> Vec<(u32, u32)> {
    arrived.sort_unstable_by_key(|(uid, _)| *uid);
    let mut before = before.to_vec();
    before.sort_unstable_by_key(|(uid, _)| *uid);
    let mut pairs = Vec::with_capacity(before.len());
    for (old, traits) in before {
        if let Some(at) = arrived.iter().position(|(_, other)| *other == traits) {
            pairs.push((old, arrived.remove(at).0));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_paired_in_order_and_once() {
        let one = |received_at, size| Traits { received_at, size };
        let before = [(5, one(1, 10)), (3, one(1, 10)), (9, one(2, 20)), (11, one(3, 30))];
        let arrived =
            vec![(101, one(1, 10)), (104, one(2, 20)), (103, one(1, 10)), (102, one(9, 9))];
        assert_eq!(pair_up(&before, arrived), [(3, 101), (5, 103), (9, 104)]);
    }
}
