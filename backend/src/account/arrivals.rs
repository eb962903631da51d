//! New mail in the inbox is announced once, whether or not a window shows the inbox.

use postern_shared::event::Event;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::MessageSummary;
use postern_shared::uid::UidValidity;

use super::actor::{Actor, Chore};
use super::error::Error;
use crate::store;

/// Arrivals that are announced at once; the newest of more.
const MOST: u32 = 50;

/// Up to where the inbox has been announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    validity: u32,
    /// The first uid that was not announced.
    next: u32,
}

impl Actor {
    /// Takes in what STATUS said of the inbox: what nobody announced yet is due.
    pub(super) fn note_inbox(&mut self, status: &store::Counts) {
        let (Some(validity), Some(next)) = (status.uid_validity, status.uid_next) else { return };
        match self.announced {
            Some(known) if known.validity == validity => {
                if next > known.next {
                    self.later(Chore::Announce(next));
                }
            }
            // What is there when somebody begins to look is no news.
            _ => self.announced = Some(Announced { validity, next }),
        }
    }

    /// Fetches and announces what came into the inbox while no window showed it.
    pub(super) async fn announce_up_to(&mut self, next: u32) -> Result<(), Error> {
        let Some(inbox) = self.tree.of_role(Role::Inbox).map(|node| node.shown.id.clone()) else {
            return Ok(());
        };
        let looked_at = self.selected.clone();
        // Where the inbox is known from before, comparing it announces by itself.
        let selected = self.select(&inbox).await?;
        let due = self.announced.filter(|known| known.validity == selected.uid_validity);
        if let Some(known) = due.filter(|known| known.next < next) {
            let first = known.next.max(next.saturating_sub(MOST));
            let uids: Vec<u32> = (first..next).collect();
            let rows = self.store()?.rows_by_uid(&uids).await?;
            let validity = UidValidity(selected.uid_validity);
            let rows: Vec<MessageSummary> =
                rows.into_iter().map(|row| self.row(&inbox, validity, row)).collect();
            self.announce(&inbox, &rows);
            self.announced = Some(Announced { next, ..known });
        }
        if let Some(back) = looked_at.filter(|id| *id != inbox && self.windows.has(id)) {
            self.later(Chore::Refresh(back));
        }
        Ok(())
    }

    /// Announces what arrived in the inbox, each message once.
    pub(super) fn announce(&mut self, mailbox: &MailboxId, rows: &[MessageSummary]) {
        let inbox = self.tree.of_role(Role::Inbox).is_some_and(|node| node.shown.id == *mailbox);
        let Some(last) = rows.iter().map(|row| row.key.uid.0).max().filter(|_| inbox) else {
            return;
        };
        let validity = rows[0].key.uid_validity.0;
        let known = self.announced.filter(|known| known.validity == validity);
        let from = known.map_or(0, |known| known.next);
        let fresh = |row: &&MessageSummary| row.key.uid.0 >= from && !row.flags.seen();
        let arrived: Vec<MessageSummary> = rows.iter().filter(fresh).cloned().collect();
        self.announced = Some(Announced { validity, next: from.max(last.saturating_add(1)) });
        if !arrived.is_empty() {
            self.audience.publish(&Event::MailArrived(arrived));
        }
    }
}
