//! The end of a round: removes at the server what the policy says.

use std::collections::HashSet;

use postern_shared::collecting::Removal;

use super::round::Round;
use super::{Error, Maildrop, digest, plan};
use crate::store::local::{Amendment, Entry, Taken};
use crate::store::pop3::Pop3Connection;

impl Round<'_> {
    /// Removes at the server what the policy says, of what is durable here and proved to be what is
    /// there; ends the session.
    pub(super) async fn remove(&mut self, mut connection: Pop3Connection) -> Result<(), Error> {
        let Maildrop { store, account, clock, .. } = self.maildrop;
        let now = clock.unix_ms() / 1000;
        let removal = self.policy.removal;
        let expunged = match removal {
            Removal::WhenExpunged => store.expunged_deliveries(account).await?,
            _ => HashSet::new(),
        };
        let due = |row: &usize| {
            let entry = &self.ledger[*row];
            plan::is_due(entry, removal, expunged.contains(&entry.name), now)
        };
        let due: Vec<(usize, usize)> =
            self.found.known.iter().copied().filter(|(_, row)| due(row)).collect();
        let unproved = due.iter().filter(|(at, row)| {
            !self.proved.contains(row) && !digest::is_stand_in(&self.listed[*at].uidl)
        });
        let numbers: Vec<u32> = unproved.map(|(at, _)| self.listed[*at].number).collect();
        self.look(&mut connection, &numbers).await?;
        let mut going: Vec<(u32, String)> = Vec::new();
        for (at, row) in due {
            if self.is_proved(at, row) {
                going.push((self.listed[at].number, self.ledger[row].name.clone()));
            }
        }
        if removal == Removal::AfterDownload {
            going.append(&mut self.durable);
        }
        let numbers: Vec<u32> = going.iter().map(|(number, _)| *number).collect();
        let refused = connection.dele(&numbers).await?;
        for (number, error) in &refused {
            tracing::warn!(account, number, %error, "a message could not be marked");
        }
        let refused: HashSet<u32> = refused.into_iter().map(|(number, _)| number).collect();
        going.retain(|(number, _)| !refused.contains(number));
        match connection.quit().await {
            // Whoever has nothing to remove does not mind how a session ends.
            Err(error) if !going.is_empty() => return Err(error.into()),
            _ => {}
        }
        let removed = u32::try_from(going.len()).unwrap_or(u32::MAX);
        self.progress.send_modify(|it| it.removed = removed);
        let amendments: Vec<(String, Amendment)> =
            going.into_iter().map(|(_, name)| (name, Amendment::Removed(now))).collect();
        Ok(store.amend(account, &amendments).await?)
    }

    /// Whether what is listed is what was collected.
    fn is_proved(&self, at: usize, row: usize) -> bool {
        let (one, Entry { label, taken, .. }) = (&self.listed[at], &self.ledger[row]);
        let alike = one.uidl == label.uidl && one.octets == label.octets;
        match self.heads.get(&one.number) {
            _ if self.proved.contains(&row) => true,
            Some(head) => head.digest == label.header,
            // What stands for a uidl was read of the header.
            None if digest::is_stand_in(&one.uidl) => alike,
            // Without TOP there is only the size: not enough where the whole is nowhere else.
            None => alike && *taken == Taken::Whole,
        }
    }
}
