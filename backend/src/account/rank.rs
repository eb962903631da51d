//! The order of a mailbox by its server: SORT and THREAD (RFC 5256).

use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::mailbox::MailboxId;
use postern_shared::uid::UidValidity;
use postern_shared::window::{Filter, Grouping, Scope, SortKey, View};

use super::Account;
use super::actor::{Actor, verb};
use super::error::Error;
use crate::store::{self, Criteria, SortBy};

/// A mailbox in an order: 4 bytes a message, and as much again for threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The generation of the uids.
    pub uid_validity: UidValidity,
    /// The uids of the rows: of a thread that of its newest message.
    pub rows: Vec<u32>,
    /// All members of all threads, thread by thread; none where rows are messages.
    members: Vec<u32>,
    /// Where the members of each row end.
    ends: Vec<u32>,
}

impl Ranked {
    /// How many messages there are in it.
    #[must_use]
    pub fn messages(&self) -> u32 {
        u32::try_from(self.rows.len().max(self.members.len())).unwrap_or(u32::MAX)
    }

    /// The other messages that a row stands for.
    pub fn members(&self, row: usize) -> impl Iterator<Item = u32> {
        let end = |row: usize| self.ends.get(row).copied().unwrap_or(0) as usize;
        let start = row.checked_sub(1).map_or(0, end);
        self.members.get(start..end(row)).unwrap_or_default().iter().copied()
    }
}

impl Account {
    /// The order of a view of one mailbox, by the server.
    ///
    /// # Errors
    /// `Unsupported` where the server cannot give it; the server's.
    pub async fn rank(&self, view: View) -> Result<Ranked, Error> {
        let work = verb(move |actor: &mut Actor| {
            let view = view.clone();
            async move { actor.rank(&view).await }.boxed()
        });
        self.ask(Urgency::Now, work).await
    }
}

impl Actor {
    async fn rank(&mut self, view: &View) -> Result<Ranked, Error> {
        let unsupported = || Error::from(store::Error::Unsupported("this order"));
        let Scope::Mailbox(_, mailbox) = &view.scope else { return Err(unsupported()) };
        let criteria = match view.filter {
            Filter::All => Criteria::All,
            Filter::Unseen => Criteria::Unseen,
            Filter::Flagged => Criteria::Flagged,
            Filter::WithAttachment | Filter::FromKnown => return Err(unsupported()),
        };
        match view.grouping {
            Grouping::Messages => {
                let by = match view.sort.by {
                    SortKey::ReceivedAt => SortBy::Arrival,
                    SortKey::SentAt => SortBy::Date,
                    SortKey::From => SortBy::From,
                    SortKey::Subject => SortBy::Subject,
                    SortKey::Size => SortBy::Size,
                    SortKey::Flagged => return Err(unsupported()),
                };
                let uid_validity = self.enter_for_order(mailbox, "SORT").await?;
                let rows = self.store()?.sort(by, view.sort.descending, criteria).await?;
                Ok(Ranked { uid_validity, rows, members: Vec::new(), ends: Vec::new() })
            }
            Grouping::Threads if view.sort.by == SortKey::ReceivedAt => {
                let uid_validity = self.enter_for_order(mailbox, "THREAD").await?;
                let threads = self.store()?.threads(criteria).await?;
                Ok(ranked(uid_validity, threads, view.sort.descending))
            }
            Grouping::Threads => Err(unsupported()),
        }
    }

    async fn enter_for_order(
        &mut self,
        mailbox: &MailboxId,
        ability: &'static str,
    ) -> Result<UidValidity, Error> {
        let name = |word: &str| word.split('=').next() == Some(ability);
        if !self.store()?.capabilities().iter().any(name) {
            return Err(store::Error::Unsupported(ability).into());
        }
        let selected = self.select(mailbox).await?;
        self.absorb().await?;
        Ok(UidValidity(selected.uid_validity))
    }
}

/// Threads in the order of their newest messages.
fn ranked(uid_validity: UidValidity, threads: Vec<Vec<u32>>, descending: bool) -> Ranked {
    let newest = |thread: &Vec<u32>| thread.iter().copied().max().unwrap_or(0);
    let mut threads = threads;
    threads.sort_by_cached_key(newest);
    if descending {
        threads.reverse();
    }
    let rows = threads.iter().map(newest).collect();
    let mut members = Vec::with_capacity(threads.iter().map(Vec::len).sum());
    let mut ends = Vec::with_capacity(threads.len());
    for thread in threads {
        members.extend(thread);
        ends.push(u32::try_from(members.len()).unwrap_or(u32::MAX));
    }
    Ranked { uid_validity, rows, members, ends }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_stand_where_their_newest_message_does() {
        let found = ranked(UidValidity(1), vec![vec![2, 9], vec![3], vec![5, 4]], true);
        assert_eq!(found.rows, [9, 5, 3]);
        let members: Vec<Vec<u32>> = (0..4).map(|row| found.members(row).collect()).collect();
        assert_eq!(members, [vec![2, 9], vec![5, 4], vec![3], vec![]]);
        assert_eq!(ranked(UidValidity(1), vec![vec![2], vec![1]], false).rows, [1, 2]);
    }
}
