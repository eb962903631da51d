//! Keeping the index true by what listings learn, behind the work that brought it.

use postern_shared::mailbox::MailboxId;

use super::actor::Actor;
use super::error::Error;
use super::keeper::Note;
use super::progress::{Shelf, Stage};

/// Messages that arrived which are written down at once; more are a matter of filling.
const AT_ONCE: usize = 200;

impl Actor {
    /// Writes down what listings have learned.
    pub(super) async fn write_notes(&mut self) -> Result<(), Error> {
        let notes = self.keeper.take_notes();
        let Some(shelf) = self.keeper.shelf.clone().filter(|_| !notes.is_empty()) else {
            return Ok(());
        };
        // What was fetched before the news has its place before them.
        self.keeper.at_rest().await;
        for (mailbox, note) in notes {
            if let Err(error) = self.write_note(&shelf, &mailbox, note).await {
                // What could not be written down is found out by comparing again.
                self.keeper.held.remove(&mailbox);
                self.keeper.doubt(&mailbox);
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
                    self.keeper.doubt(mailbox);
                } else {
                    let rows = self.store()?.index_rows(&uids).await?;
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

    /// Mailboxes have other counts: what happened in one that is not selected is not known.
    pub(super) fn doubt_unfollowed(&mut self, changed: &[MailboxId]) {
        for id in changed {
            let followed = self.selected.as_ref() == Some(id) && self.listings.contains_key(id);
            if !followed && self.keeper.held.contains(id) {
                self.keeper.doubt(id);
            }
        }
    }

    /// The index does not follow a mailbox any longer unless it is compared again.
    pub(super) fn doubt_index(&mut self, mailbox: &MailboxId) {
        if self.keeper.held.remove(mailbox) {
            self.keeper.doubt(mailbox);
        }
    }
}
