//! Where brought messages go, and what is there: asked until the account answers.

use postern_shared::mailbox::{Mailbox, MailboxId, Role};

use super::bringing::{Bringing, PAUSE, is_passing};
use super::course::End;
use crate::account::{self, Arrived, Floor, Whole};

impl Bringing {
    pub(super) async fn floor(&mut self, mailbox: &MailboxId) -> Result<Floor, End> {
        let mut pause = PAUSE;
        loop {
            match self.target.account.floor(mailbox).await {
                Err(error) if is_passing(&error) => self.wait(&mut pause, error).await?,
                other => return Ok(other?),
            }
        }
    }

    pub(super) async fn arrived(
        &mut self,
        mailbox: &MailboxId,
        floor: Floor,
    ) -> Result<Vec<Arrived>, End> {
        let mut pause = PAUSE;
        loop {
            match self.target.account.arrived_since(mailbox, floor).await {
                Err(error) if is_passing(&error) => self.wait(&mut pause, error).await?,
                other => return Ok(other?),
            }
        }
    }

    /// Whether the mailbox holds the message: by its Message-ID and size, or, where it has none, by
    /// all of its bytes.
    pub(super) async fn is_known(
        &mut self,
        mailbox: &MailboxId,
        (message_id, whole): (&str, &Whole),
    ) -> Result<bool, End> {
        let (account, size) = (self.target.account.clone(), whole.size());
        let mut pause = PAUSE;
        loop {
            let found = match message_id {
                "" => account.same_bytes(mailbox, whole, &self.blobs).await,
                id => account.with_message_id(mailbox, (id, size)).await.map(|all| !all.is_empty()),
            };
            match found {
                Err(error) if is_passing(&error) => self.wait(&mut pause, error).await?,
                other => return Ok(other?),
            }
        }
    }

    /// The mailbox that a message goes into; made, with those it lies in, where it is not there.
    pub(super) async fn target(&mut self, levels: Vec<String>) -> Result<MailboxId, End> {
        if let Some(mailbox) = &self.target.mailbox {
            return Ok(mailbox.clone());
        }
        if let Some(known) = self.places.get(&levels) {
            return Ok(known.clone());
        }
        let mut pause = PAUSE;
        let made = loop {
            match self.make(&levels).await {
                Err(error) if is_passing(&error) => self.wait(&mut pause, error).await?,
                other => break other?,
            }
        };
        self.places.insert(levels, made.clone());
        Ok(made)
    }

    async fn make(&self, levels: &[String]) -> Result<MailboxId, account::Error> {
        let mut all = self.target.account.list_mailboxes().await?;
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
                    let made = self.target.account.create_mailbox(place, level.clone()).await?.0;
                    all = self.target.account.list_mailboxes().await?;
                    made
                }
            });
        }
        place.ok_or(account::Error::NonExistent)
    }
}
