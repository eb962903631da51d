//! Where brought messages go, and what is there: asked until the account answers.

use std::collections::HashSet;

use postern_shared::mailbox::{Mailbox, MailboxId, Role};
use postern_shared::window::View;
use sha2::{Digest, Sha256};

use super::bringing::{Bringing, PAUSE, is_passing};
use super::course::End;
use crate::account::{self, Account, Aim, Arrived, Batch, Floor, Whole};

/// Messages that are looked at together.
const PIECE: usize = 500;
/// A mailbox that holds more messages is looked at only if the file has a good part of them.
const MOST_LOOKED_AT: usize = 2_000;
const MOST_TIMES: usize = 20;

/// What a mailbox holds, as far as that was asked.
#[derive(Default)]
pub(super) struct Here {
    mailbox: Option<MailboxId>,
    /// All of it is known.
    is_whole: bool,
    /// Hashes of Message-ID and size.
    named: HashSet<[u8; 16]>,
    /// Sizes of messages that have no Message-ID.
    nameless: HashSet<u64>,
}

impl Here {
    /// Notes a message that is there, or will be.
    pub(super) fn note(&mut self, message_id: &str, size: u64) {
        match message_id {
            "" => self.nameless.insert(size),
            id => self.named.insert(name(id, size)),
        };
    }

    /// Forgets a message that did not come after all.
    pub(super) fn forget(&mut self, message_id: &str, size: u64) {
        self.named.remove(&name(message_id, size));
    }

    /// Whether a message is there; none where that has to be asked.
    fn says(&self, message_id: &str, size: u64) -> Option<bool> {
        let known = match message_id {
            "" => !self.nameless.contains(&size) && self.is_whole,
            id => self.named.contains(&name(id, size)),
        };
        match (message_id.is_empty(), known) {
            // None has its size, so that none has its bytes.
            (true, true) => Some(false),
            (false, true) => Some(true),
            (false, false) if self.is_whole => Some(false),
            _ => None,
        }
    }
}

fn name(message_id: &str, size: u64) -> [u8; 16] {
    let sum = Sha256::new().chain_update(size.to_le_bytes()).chain_update(message_id).finalize();
    let mut name = [0; 16];
    name.copy_from_slice(&sum[..16]);
    name
}

impl Bringing {
    /// Asks the account until it answers.
    async fn asked<T, F>(&mut self, ask: impl Fn(Account) -> F) -> Result<T, End>
    where
        F: Future<Output = Result<T, account::Error>>,
    {
        let mut pause = PAUSE;
        loop {
            match ask(self.target.account.clone()).await {
                Err(error) if is_passing(&error) => self.wait(&mut pause, error).await?,
                other => return Ok(other?),
            }
        }
    }

    pub(super) async fn floor(&mut self, mailbox: &MailboxId) -> Result<Floor, End> {
        self.asked(async |account| account.floor(mailbox).await).await
    }

    pub(super) async fn arrived(
        &mut self,
        mailbox: &MailboxId,
        floor: Floor,
    ) -> Result<Vec<Arrived>, End> {
        self.asked(async |account| account.arrived_since(mailbox, floor).await).await
    }

    /// Whether the mailbox holds the message, or is about to: by its Message-ID and size, or, where
    /// it has none, by all of its bytes.
    pub(super) async fn is_known(
        &mut self,
        mailbox: &MailboxId,
        (message_id, whole): (&str, &Whole),
    ) -> Result<bool, End> {
        if self.here.mailbox.as_ref() != Some(mailbox) {
            self.here = self.look_around(mailbox).await?;
        }
        let size = whole.size();
        match self.here.says(message_id, size) {
            Some(known) => return Ok(known),
            None if !message_id.is_empty() => {
                let ask = async |account: Account| {
                    account.with_message_id(mailbox, (message_id, size)).await
                };
                return Ok(!self.asked(ask).await?.is_empty());
            }
            None => {}
        }
        // It may be like one that waits with the others.
        self.flush().await?;
        let blobs = self.blobs.clone();
        self.asked(async |account| account.same_bytes(mailbox, whole, &blobs).await).await
    }

    /// Learns what a mailbox holds, unless that is far more than the file does: then each message is
    /// looked for by itself.
    async fn look_around(&mut self, mailbox: &MailboxId) -> Result<Here, End> {
        let view = View::of_mailbox(self.target.account.facts().id.clone(), mailbox.clone());
        let aim = Aim::List { view, except: Vec::new() };
        let batches = self.asked(async |account| account.resolve(aim.clone()).await).await?;
        let count: usize = batches.iter().map(|batch| batch.uids.len()).sum();
        let most =
            (self.course.state.total as usize).saturating_mul(MOST_TIMES).max(MOST_LOOKED_AT);
        let mut here = Here { mailbox: Some(mailbox.clone()), ..Here::default() };
        if count > most {
            return Ok(here);
        }
        for batch in batches {
            for uids in batch.uids.chunks(PIECE) {
                let piece = Batch { uids: uids.to_vec(), ..batch.clone() };
                let notes = self.asked(async |account| account.noted(&piece).await).await?;
                notes.iter().for_each(|note| here.note(&note.message_id, note.size));
            }
        }
        here.is_whole = true;
        Ok(here)
    }

    /// The mailbox that a message goes into; made, with those it lies in, where it is not there.
    pub(super) async fn target(&mut self, levels: Vec<String>) -> Result<MailboxId, End> {
        if let Some(mailbox) = &self.target.mailbox {
            return Ok(mailbox.clone());
        }
        if let Some(known) = self.places.get(&levels) {
            return Ok(known.clone());
        }
        let made = self.asked(async |account| make(&account, &levels).await).await?;
        self.places.insert(levels, made.clone());
        Ok(made)
    }
}

async fn make(account: &Account, levels: &[String]) -> Result<MailboxId, account::Error> {
    let mut all = account.list_mailboxes().await?;
    let (mut place, mut rest) = (None, levels);
    let is_inbox = levels.first().is_none_or(|first| first.eq_ignore_ascii_case("inbox"));
    if is_inbox {
        let inbox = all.iter().find(|it| it.role == Some(Role::Inbox));
        place = Some(inbox.ok_or(account::Error::NonExistent)?.id.clone());
        rest = levels.get(1..).unwrap_or_default();
    }
    for level in rest {
        let child = |it: &&Mailbox| it.parent == place && it.name == *level;
        let known = all.iter().find(child).filter(|it| it.selectable).map(|it| it.id.clone());
        place = Some(match known {
            Some(known) => known,
            None => {
                let made = account.create_mailbox(place, level.clone()).await?.0;
                all = account.list_mailboxes().await?;
                made
            }
        });
    }
    place.ok_or(account::Error::NonExistent)
}
