//! COPY and MOVE (RFC 9051 §6.4.7, §6.4.8), with COPYUID (RFC 4315) read.

use std::collections::HashMap;

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::ext::esearch;
use super::wire::{Exchange, Response, Status};
use crate::store::{Error, Expunged, MailboxName, Moved};

impl ImapConnection {
    /// Copies messages of the selected mailbox.
    ///
    /// # Errors
    /// `NonExistent` if there is no such mailbox; `OverQuota`.
    pub async fn copy(&mut self, uids: &[u32], target: &MailboxName) -> Result<Moved, Error> {
        self.transfer("UID COPY", uids, target).await
    }

    /// Moves messages of the selected mailbox. Without MOVE they are copied and expunged; where
    /// single messages cannot be expunged, `originals_remain`, marked `\Deleted`.
    ///
    /// # Errors
    /// As `copy`. Nothing is marked or expunged unless it was copied.
    pub async fn move_to(&mut self, uids: &[u32], target: &MailboxName) -> Result<Moved, Error> {
        if self.capabilities.has("MOVE") {
            return self.transfer("UID MOVE", uids, target).await;
        }
        let mut moved = self.copy(uids, target).await?;
        moved.originals_remain = self.expunge(uids).await? == Expunged::MarkedOnly;
        Ok(moved)
    }

    async fn transfer(
        &mut self,
        words: &str,
        uids: &[u32],
        target: &MailboxName,
    ) -> Result<Moved, Error> {
        let mut copied = HashMap::new();
        let mut uid_validity = None;
        for set in sets(uids) {
            let exchange = self.run(Command::new(words).words(&set).mailbox(target)?).await?;
            if let Some((validity, pairs)) = copyuid(&exchange, self.limits.uids) {
                uid_validity = Some(validity);
                copied.extend(pairs);
            }
            self.absorb(exchange.untagged);
        }
        let pairs = uids.iter().map(|uid| (*uid, copied.get(uid).copied())).collect();
        Ok(Moved { pairs, uid_validity, originals_remain: false })
    }
}

/// COPYUID: of COPY in the tagged status, of MOVE in an untagged one.
fn copyuid(exchange: &Exchange, limit: usize) -> Option<(u32, Vec<(u32, u32)>)> {
    let untagged = exchange.untagged.iter().filter_map(Response::status);
    let mut statuses = untagged.chain(exchange.status.as_ref());
    statuses.find_map(|status: &Status| {
        let mut words = status.code_arguments("COPYUID")?.split_whitespace();
        let validity = words.next()?.parse().ok()?;
        let (mut from, mut to) = (Vec::new(), Vec::new());
        esearch::expand(words.next()?.as_bytes(), limit, &mut from).ok()?;
        esearch::expand(words.next()?.as_bytes(), limit, &mut to).ok()?;
        (from.len() == to.len()).then(|| (validity, from.into_iter().zip(to).collect()))
    })
}
