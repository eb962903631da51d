//! The newest message that is known is looked at each round: one that took the uidl and the size of
//! one that went is told by its Message-ID alone.
//!
//! A digest says less: there are servers that write a message anew, with other boundaries, each time
//! it is asked for.

use super::round::Round;
use super::{Error, Maildrop, digest};
use crate::store::pop3::Pop3Connection;

impl Round<'_> {
    /// Doubts the newest known message where its Message-ID is not that of what came by its uidl.
    pub(super) async fn probe(&mut self, connection: &mut Pop3Connection) -> Result<(), Error> {
        let newest = self.found.known.iter().max_by_key(|(at, _)| self.listed[*at].number);
        let Some(&(at, row)) = newest else { return Ok(()) };
        let (number, entry) = (self.listed[at].number, &self.ledger[row]);
        if digest::is_stand_in(&self.listed[at].uidl) {
            return Ok(());
        }
        let Maildrop { store, account, .. } = self.maildrop;
        let here = store.message_id_of(account, &entry.name).await?;
        self.look(connection, &[number]).await?;
        let there = self.heads.get(&number).map_or("", |head| &head.message_id);
        if !here.is_empty() && !here.contains(there) {
            self.found.known.retain(|known| *known != (at, row));
            self.found.doubtful.push(at);
        }
        Ok(())
    }
}
