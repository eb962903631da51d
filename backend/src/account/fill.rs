//! Filling the index behind everything else, in bounded pieces, from the newest message to the
//! oldest; and keeping it true by what listings learn.
//!
//! A mailbox is taken up by comparing its uids with those in the index. What is missing is fetched,
//! what is gone removed; flags are compared by HIGHESTMODSEQ (RFC 7162) where the server has it,
//! else one by one in batches. So it goes on where it stopped, after a loss or a restart.

use postern_shared::flag::Flags;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::MessageKey;

use super::actor::Actor;
use super::error::Error;
use super::keeper::{Filling, Note};
use super::progress::{Shelf, Stage};
use super::resync::difference;
use crate::store::index::{self, Kind, Mark, Place};

/// Messages of one piece: nobody waits longer than they take.
const PIECE: usize = 250;
/// Messages of one piece whose flags alone are compared.
const FLAGS_PIECE: usize = 1_000;
/// Messages that are fetched at once because a search or a thread needs them.
const MOST_NOW: usize = 5_000;
/// Messages that arrived which are written down at once; more are a matter of filling.
const AT_ONCE: usize = 200;

impl Actor {
    /// A mailbox as the index knows it.
    pub(super) fn place(&self, mailbox: &MailboxId) -> Place {
        Place { account: self.facts.id.clone(), mailbox: mailbox.clone() }
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

    /// The next piece of work for the index.
    pub(super) async fn keep_index(&mut self) -> Result<(), Error> {
        let Some(shelf) = self.keeper.shelf.clone() else { return Ok(()) };
        let filling = self.keeper.filling.take();
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
                self.keeper.want(&mailbox, true);
                return Err(error);
            }
            Err(error) => {
                self.keeper.judge(false);
                self.keeper.held.remove(&mailbox);
                if matches!(&error, Error::Index(index::Error::Damaged | index::Error::Unknown)) {
                    self.keeper.want(&mailbox, true);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Compares a mailbox with what the index has of it.
    async fn take_up(&mut self, shelf: &Shelf, id: &MailboxId) -> Result<(), Error> {
        let selected = self.select(id).await?;
        self.absorb().await?;
        self.learn_uids(id).await?;
        let kind = match self.node(id)?.shown.role {
            Some(Role::Sent) => Kind::Sent,
            Some(Role::Trash | Role::Junk) => Kind::Hidden,
            _ => Kind::Plain,
        };
        let listing = self.listings.get(id).ok_or(Error::NonExistent)?;
        let uid_validity = listing.uid_validity.0;
        let place = self.place(id);
        let now = self.clock.unix_ms();
        let known = shelf.index.begin(&place, uid_validity, kind, now).await?;
        let indexed = shelf.index.uids(&place).await?;
        let compared = difference(&indexed, listing.uids());
        let of = u32::try_from(listing.uids().len()).unwrap_or(u32::MAX);
        if !compared.gone.is_empty() {
            shelf.index.remove(&place, &compared.gone).await?;
        }
        let mut recheck = Vec::new();
        match (known.mark.modseq, selected.highest_modseq) {
            _ if indexed.is_empty() => {}
            (Some(before), Some(now)) if before == now => {}
            (Some(before), Some(_)) => {
                let changed = self.imap()?.flags_since(before).await?;
                let changed: Vec<(u32, Flags)> =
                    changed.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
                shelf.index.set_flags(&place, &changed).await?;
            }
            _ => recheck = indexed,
        }
        self.keeper.held.insert(id.clone());
        let verified = shelf.progress.get(&place).verified;
        shelf.progress.set(&place, Stage { verified, of });
        // Of the modification number only that is true which is true of every message.
        let modseq = known.mark.modseq.filter(|_| !recheck.is_empty()).or(selected.highest_modseq);
        let mark = Mark { uid_next: selected.uid_next, modseq, complete: true };
        let missing = compared.arrived;
        let filling = Filling { mailbox: id.clone(), uid_validity, missing, recheck, mark };
        if filling.missing.is_empty() && filling.recheck.is_empty() {
            return self.finish(shelf, &filling).await;
        }
        self.keeper.filling = Some(filling);
        Ok(())
    }

    async fn fill_piece(&mut self, shelf: &Shelf, mut filling: Filling) -> Result<(), Error> {
        let id = filling.mailbox.clone();
        // Without its listing nobody has followed the mailbox in between.
        let followed = self.listings.contains_key(&id);
        let selected = self.select(&id).await?;
        self.absorb().await?;
        if !followed || selected.uid_validity != filling.uid_validity {
            self.keeper.want(&id, true);
            return Ok(());
        }
        let Some(listing) = self.listings.get(&id) else {
            self.keeper.want(&id, true);
            return Ok(());
        };
        let place = self.place(&id);
        let of = u32::try_from(listing.uids().len()).unwrap_or(u32::MAX);
        let there = |uid: &u32| listing.uids().binary_search(uid).is_ok();
        if !filling.missing.is_empty() {
            let start = filling.missing.len().saturating_sub(PIECE);
            let uids: Vec<u32> = filling.missing.drain(start..).filter(there).collect();
            filling.missing.shrink_to(filling.missing.len() + PIECE * 8);
            let rows = self.imap()?.index_rows(&uids).await?;
            shelf.index.add(&place, &rows).await?;
        } else {
            let start = filling.recheck.len().saturating_sub(FLAGS_PIECE);
            let uids: Vec<u32> = filling.recheck.drain(start..).filter(there).collect();
            let flags = self.imap()?.flags_by_uid(&uids).await?;
            let flags: Vec<(u32, Flags)> =
                flags.into_iter().map(|of| (of.uid, Flags(of.flags))).collect();
            shelf.index.set_flags(&place, &flags).await?;
        }
        let verified = shelf.progress.get(&place).verified;
        shelf.progress.set(&place, Stage { verified, of });
        if filling.missing.is_empty() && filling.recheck.is_empty() {
            return self.finish(shelf, &filling).await;
        }
        // So that a mailbox that is larger than the index does not fill the disk first.
        if (filling.missing.len() / PIECE).is_multiple_of(40) {
            shelf.index.make_room(&place).await?;
        }
        self.keeper.filling = Some(filling);
        Ok(())
    }

    async fn finish(&mut self, shelf: &Shelf, filling: &Filling) -> Result<(), Error> {
        let place = self.place(&filling.mailbox);
        shelf.index.make_room(&place).await?;
        shelf.index.mark(&place, filling.mark).await?;
        let of = self.listings.get(&filling.mailbox).map_or(0, |listing| listing.uids().len());
        let of = u32::try_from(of).unwrap_or(u32::MAX);
        shelf.progress.set(&place, Stage { verified: true, of });
        Ok(())
    }

    /// Writes down what listings have learned.
    pub(super) async fn write_notes(&mut self) -> Result<(), Error> {
        let notes = self.keeper.take_notes();
        let Some(shelf) = self.keeper.shelf.clone().filter(|_| !notes.is_empty()) else {
            return Ok(());
        };
        for (mailbox, note) in notes {
            if let Err(error) = self.write_note(&shelf, &mailbox, note).await {
                // What could not be written down is found out by comparing again.
                self.keeper.held.remove(&mailbox);
                self.keeper.want(&mailbox, true);
                return Err(error);
            }
        }
        shelf.progress.touch();
        Ok(())
    }

    async fn write_note(
        &mut self,
        shelf: &Shelf,
        mailbox: &MailboxId,
        note: Note,
    ) -> Result<(), Error> {
        let place = self.place(mailbox);
        match note {
            Note::Gone(uids) => shelf.index.remove(&place, &uids).await?,
            Note::Flags(changed) => shelf.index.set_flags(&place, &changed).await?,
            Note::Arrived(uids) => {
                if uids.len() > AT_ONCE || self.selected.as_ref() != Some(mailbox) {
                    self.keeper.want(mailbox, true);
                } else {
                    let rows = self.imap()?.index_rows(&uids).await?;
                    shelf.index.add(&place, &rows).await?;
                }
            }
        }
        let stage = shelf.progress.get(&place);
        if let Some(listing) = self.listings.get(mailbox) {
            let of = u32::try_from(listing.uids().len()).unwrap_or(u32::MAX);
            shelf.progress.set(&place, Stage { of, ..stage });
        }
        Ok(())
    }

    /// Sees to it that these messages of a mailbox are in the index, and gives their ids.
    pub(super) async fn index_now(
        &mut self,
        id: &MailboxId,
        uids: &[u32],
    ) -> Result<Vec<(u32, u32)>, Error> {
        let Some(shelf) = self.keeper.shelf.clone() else {
            return Err(crate::store::Error::Unsupported("no index is kept").into());
        };
        let selected = self.select(id).await?;
        let place = self.place(id);
        let known = shelf.index.known(&place).await?;
        if known.is_none_or(|known| known.uid_validity != selected.uid_validity) {
            let now = self.clock.unix_ms();
            shelf.index.begin(&place, selected.uid_validity, Kind::Plain, now).await?;
        }
        self.keeper.want(id, false);
        let known = shelf.index.ids(&place, uids).await?;
        let is_missing = |uid: &&u32| known.binary_search_by_key(*uid, |(uid, _)| *uid).is_err();
        let missing: Vec<u32> = uids.iter().filter(is_missing).copied().collect();
        if missing.is_empty() {
            return Ok(known);
        }
        if missing.len() > MOST_NOW {
            // Filling comes to them; a part of them is not the answer.
            return Err(Error::Limit("messages that are not in the index yet"));
        }
        for piece in missing.chunks(PIECE) {
            let rows = self.imap()?.index_rows(piece).await?;
            shelf.index.add(&place, &rows).await?;
        }
        Ok(shelf.index.ids(&place, uids).await?)
    }

    /// Mailboxes have other counts: what happened in one that is not selected is not known.
    pub(super) fn doubt_unfollowed(&mut self, changed: &[MailboxId]) {
        for id in changed {
            let followed = self.selected.as_ref() == Some(id) && self.listings.contains_key(id);
            if !followed && self.keeper.held.contains(id) {
                self.keeper.want(id, true);
            }
        }
    }

    /// The index does not follow a mailbox any longer unless it is compared again.
    pub(super) fn doubt_index(&mut self, mailbox: &MailboxId) {
        if self.keeper.held.remove(mailbox) {
            self.keeper.want(mailbox, true);
        }
    }
}

/// A message's mailbox as the index knows it.
pub(super) fn place_of(key: &MessageKey) -> Place {
    Place { account: key.account.clone(), mailbox: key.mailbox.clone() }
}
