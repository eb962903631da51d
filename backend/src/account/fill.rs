//! Filling the index behind everything else, in bounded pieces, from the newest message to the
//! oldest.
//!
//! A mailbox is taken up by comparing its uids with those in the index. What is missing is fetched,
//! what is gone removed; flags are compared by HIGHESTMODSEQ (RFC 7162) where the server has it,
//! else one by one in batches. So it goes on where it stopped, after a loss or a restart. A piece is
//! written down beside whatever comes next: no click waits for the disk.

use postern_shared::flag::Flags;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::MessageKey;

use super::actor::{Actor, Chore};
use super::error::Error;
use super::keeper::Filling;
use super::progress::{Shelf, Stage};
use super::stretches::{Comparison, Stretches};
use crate::store::index::{self, Kind, Mark, Place};

/// Messages of one piece: nobody waits longer than they take.
pub(super) const PIECE: usize = 250;
/// Messages of one piece whose flags alone are compared.
const FLAGS_PIECE: usize = 1_000;
/// Uids that are read out of the index at once.
const UIDS_PIECE: usize = 10_000;
/// Pieces after which it is seen to that there is room.
const ROOM_EVERY: u32 = 40;

impl Actor {
    /// A mailbox as the index knows it.
    pub(super) fn place(&self, mailbox: &MailboxId) -> Place {
        Place { account: self.facts.id.clone(), mailbox: mailbox.clone() }
    }

    /// What a mailbox is to the index.
    pub(super) fn kind(&self, mailbox: &MailboxId) -> Result<Kind, Error> {
        Ok(match self.node(mailbox)?.shown.role {
            Some(Role::Sent) => Kind::Sent,
            Some(Role::Trash | Role::Junk) => Kind::Hidden,
            _ => Kind::Plain,
        })
    }

    /// Asks for what a window on a mailbox will need: itself, the inbox and the sent mail.
    pub(super) fn want_index(&mut self, mailbox: &MailboxId) {
        self.keeper.want(mailbox, false);
        for role in [Role::Inbox, Role::Sent] {
            if let Some(id) = self.tree.of_role(role).map(|node| node.shown.id.clone()) {
                self.keeper.want(&id, false);
            }
        }
    }

    /// Offers every other mailbox for idle time: threads, searches and orders over everything are
    /// whole then. What only shows other mailboxes' mail is left out, refuse comes last.
    pub(super) fn offer_rest(&mut self) {
        let rank = |role: Option<Role>| match role {
            Some(Role::Inbox) => Some(0),
            Some(Role::Sent) => Some(1),
            Some(Role::Flagged | Role::Important) => None,
            Some(Role::Junk | Role::Trash) => Some(3),
            _ => Some(2),
        };
        let nodes = self.tree.selectable();
        let ranked = nodes.filter_map(|node| Some((rank(node.shown.role)?, &node.shown.id)));
        let mut rest: Vec<(u8, MailboxId)> = ranked.map(|(at, id)| (at, id.clone())).collect();
        rest.sort_by_key(|(at, _)| *at);
        self.keeper.offer(rest.into_iter().map(|(_, id)| id));
    }

    /// The next piece of work for the index.
    pub(super) async fn keep_index(&mut self) -> Result<(), Error> {
        let Some(shelf) = self.keeper.shelf.clone() else { return Ok(()) };
        let filling = self.keeper.take_filling();
        let next = match &filling {
            Some(filling) => Some(filling.mailbox.clone()),
            None => self.keeper.next(),
        };
        let Some(mailbox) = next else { return Ok(()) };
        let done = match filling {
            Some(filling) => self.fill_piece(&shelf, filling).await,
            None => self.take_up(&shelf, &mailbox).await,
        };
        match done {
            Ok(()) => self.keeper.judge(true),
            Err(error) if error.is_lost() => {
                // The next connection takes it up where this one stopped.
                self.keeper.doubt(&mailbox);
                return Err(error);
            }
            Err(error) => {
                self.keeper.judge(false);
                self.keeper.held.remove(&mailbox);
                if matches!(&error, Error::Index(index::Error::Damaged | index::Error::Unknown)) {
                    self.keeper.doubt(&mailbox);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Compares a mailbox with what the index has of it.
    async fn take_up(&mut self, shelf: &Shelf, id: &MailboxId) -> Result<(), Error> {
        let unasked = self.keeper.is_unasked(id);
        if unasked && !shelf.index.has_room().await? {
            self.keeper.decline_rest();
            return Ok(());
        }
        self.recall(id).await?;
        let selected = self.select(id).await?;
        self.absorb().await?;
        self.learn_uids(id).await?;
        if unasked {
            // One listing after the other would stay behind.
            self.drop_unused();
        }
        let kind = self.kind(id)?;
        let uid_validity = self.listings.get(id).ok_or(Error::NonExistent)?.uid_validity.0;
        let place = self.place(id);
        let now = self.clock.unix_ms();
        // What was fetched before must not come in behind the comparison, which shows how it ended.
        let _ = self.keeper.settled().await;
        let known = shelf.index.begin(&place, uid_validity, kind, now).await?;
        let again = match known.mark.modseq {
            // Otherwise than they were noted: they are fetched as if they were missing.
            Some(before) => self.store()?.completed_since(before).await?,
            None => Vec::new(),
        };
        if !again.is_empty() {
            shelf.index.remove(&place, &again).await?;
        }
        let listing = self.listings.get(id).ok_or(Error::NonExistent)?;
        let compared = compare(shelf, &place, listing.uids()).await?;
        let of = u32::try_from(listing.uids().len()).unwrap_or(u32::MAX);
        if !compared.gone.is_empty() {
            shelf.index.remove(&place, &compared.gone).await?;
        }
        let mut recheck = None;
        match (known.mark.modseq, selected.highest_modseq) {
            _ if compared.was_empty => {}
            (Some(before), Some(now)) if before == now => {}
            (Some(before), Some(_)) => {
                let changed = self.store()?.flags_since(before).await?;
                let changed: Vec<(u32, Flags)> =
                    changed.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
                shelf.index.set_flags(&place, &changed).await?;
            }
            _ => recheck = Some(u32::MAX),
        }
        self.keeper.held.insert(id.clone());
        let verified = shelf.progress.get(&place).verified;
        shelf.progress.set(&place, Stage { verified, of });
        // Of the modification number only that is true which is true of every message.
        let modseq = known.mark.modseq.filter(|_| recheck.is_some()).or(selected.highest_modseq);
        let mark = Mark { uid_next: selected.uid_next, modseq, complete: true };
        let (mailbox, missing) = (id.clone(), compared.missing);
        let filling = Filling { mailbox, uid_validity, missing, recheck, mark };
        self.go_on(shelf, filling).await
    }

    async fn fill_piece(&mut self, shelf: &Shelf, mut filling: Filling) -> Result<(), Error> {
        let id = filling.mailbox.clone();
        self.keeper.settled().await?;
        // Without its listing nobody has followed the mailbox in between.
        let followed = self.listings.contains_key(&id);
        let selected = self.select(&id).await?;
        self.absorb().await?;
        if !followed || selected.uid_validity != filling.uid_validity {
            self.keeper.doubt(&id);
            return Ok(());
        }
        let Some(listing) = self.listings.get(&id) else {
            self.keeper.doubt(&id);
            return Ok(());
        };
        let place = self.place(&id);
        let of = u32::try_from(listing.uids().len()).unwrap_or(u32::MAX);
        if filling.is_done() {
            return self.go_on(shelf, filling).await;
        }
        if !filling.missing.is_empty() {
            let uids = filling.missing.take_newest(listing.uids(), PIECE);
            let rows = self.store()?.index_rows(&uids).await?;
            self.keeper.write(shelf, place.clone(), rows).await;
        } else {
            let below = filling.recheck.unwrap_or(0);
            let end = listing.uids().partition_point(|uid| *uid < below);
            let uids = listing.uids()[end.saturating_sub(FLAGS_PIECE)..end].to_vec();
            filling.recheck = uids.first().copied().filter(|_| end > FLAGS_PIECE);
            let flags = self.store()?.flags_by_uid(&uids).await?;
            let flags: Vec<(u32, Flags)> =
                flags.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
            shelf.index.set_flags(&place, &flags).await?;
        }
        let verified = shelf.progress.get(&place).verified;
        shelf.progress.set(&place, Stage { verified, of });
        self.go_on(shelf, filling).await
    }

    /// Puts a filling down until its next piece, or ends it.
    async fn go_on(&mut self, shelf: &Shelf, filling: Filling) -> Result<(), Error> {
        if filling.is_done() && !self.keeper.is_writing() {
            return self.finish(shelf, &filling).await;
        }
        // So that a mailbox that is larger than the index does not fill the disk first.
        self.keeper.pieces = self.keeper.pieces.wrapping_add(1);
        if self.keeper.pieces.is_multiple_of(ROOM_EVERY) {
            if !self.keeper.is_unasked(&filling.mailbox) {
                shelf.index.make_room(&self.place(&filling.mailbox)).await?;
            } else if !shelf.index.has_room().await? {
                // Nothing that somebody uses goes for what nobody has asked for.
                self.keeper.decline_rest();
                return Ok(());
            }
        }
        self.keeper.filling = Some(filling);
        Ok(())
    }

    async fn finish(&mut self, shelf: &Shelf, filling: &Filling) -> Result<(), Error> {
        let place = self.place(&filling.mailbox);
        if !self.keeper.is_unasked(&filling.mailbox) {
            shelf.index.make_room(&place).await?;
        }
        shelf.index.mark(&place, filling.mark).await?;
        let of = self.listings.get(&filling.mailbox).map_or(0, |listing| listing.uids().len());
        let of = u32::try_from(of).unwrap_or(u32::MAX);
        shelf.progress.set(&place, Stage { verified: true, of });
        // What the user looks at is selected again, for the next click.
        let focused = self.windows.focused().filter(|id| self.selected.as_ref() != Some(id));
        if let Some(focused) = focused.filter(|_| !self.keeper.has_work()).cloned() {
            self.later(Chore::Refresh(focused));
        }
        Ok(())
    }
}

/// What a comparison found.
struct Compared {
    missing: Stretches,
    gone: Vec<u32>,
    was_empty: bool,
}

/// Compares the uids of the index, a piece at a time, with the server's.
async fn compare(shelf: &Shelf, place: &Place, listed: &[u32]) -> Result<Compared, Error> {
    let mut comparison = Comparison::with(listed);
    let (mut after, mut was_empty) = (0, true);
    loop {
        let indexed = shelf.index.uids_after(place, after, UIDS_PIECE).await?;
        was_empty &= indexed.is_empty();
        comparison.feed(&indexed);
        match indexed.last() {
            Some(last) if indexed.len() == UIDS_PIECE => after = *last,
            _ => break,
        }
    }
    let (missing, gone) = comparison.end();
    Ok(Compared { missing, gone, was_empty })
}

/// A message's mailbox as the index knows it.
pub(super) fn place_of(key: &MessageKey) -> Place {
    Place { account: key.account.clone(), mailbox: key.mailbox.clone() }
}
