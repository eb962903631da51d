//! Drafts in the store: the copies of one by its Message-ID, a new one, and old ones gone for good.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use postern_shared::api::messages::Urgency;
use postern_shared::draft::{Enclosed, Source};
use postern_shared::flag::Flag;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::message::MessageKey;
use postern_shared::uid::UidValidity;

use super::Account;
use super::actor::{Actor, Chore};
use super::cache::Opened;
use super::error::Error;
use super::mutate::Batch;
use super::open::SLICE;
use super::parts::transfer_size;
use crate::blob::Spooled;
use crate::mime::parse::text_of;
use crate::mime::{Part, attachment, body, quote};
use crate::store;
use crate::submission::{Memo, StoredDraft};

/// What a mailbox for drafts is called where the server has none.
const DRAFTS: &str = "Drafts";
/// Copies of one draft that are looked at: more are a defect that somebody else must repair.
const MOST_COPIES: usize = 32;

/// A draft's copies in Drafts, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// Drafts.
    pub mailbox: MailboxId,
    /// The generation of its uids.
    pub uid_validity: UidValidity,
    /// Uid, and which save made it; empty where none of ours did.
    pub found: Vec<(u32, String)>,
    /// Those that are marked `\Deleted` already.
    pub marked: Vec<u32>,
    /// Files that a copy only names, by its uid.
    pub missing: Vec<(u32, Enclosed)>,
}

impl Account {
    /// The copies of a draft, by its Message-ID and by a key that is known.
    ///
    /// # Errors
    /// The server's.
    pub async fn draft_copies(
        &self,
        message_id: String,
        known: Option<MessageKey>,
    ) -> Result<Copies, Error> {
        self.ask(Urgency::Now, move |actor| {
            let (message_id, known) = (message_id.clone(), known.clone());
            async move { actor.draft_copies(&message_id, known.as_ref()).await }.boxed()
        })
        .await
    }

    /// Adds a copy to Drafts and says where it is; `before` are the copies that were there.
    ///
    /// # Errors
    /// The server's. `is_lost`: nobody knows whether it is there.
    pub async fn add_draft(
        &self,
        message: Arc<Spooled>,
        message_id: String,
        before: Vec<u32>,
    ) -> Result<MessageKey, Error> {
        self.ask_once(Urgency::Now, move |actor| {
            let (message, id, before) = (message.clone(), message_id.clone(), before.clone());
            async move { actor.add_draft(&message, &id, &before).await }.boxed()
        })
        .await
    }

    /// Removes copies from Drafts for ever; those that are gone are no error.
    ///
    /// # Errors
    /// The server's; the same call again is harmless.
    pub async fn remove_copies(&self, batch: Batch) -> Result<(), Error> {
        self.ask(Urgency::Now, move |actor| {
            let batch = batch.clone();
            async move { actor.remove_copies(&batch).await }.boxed()
        })
        .await
    }

    /// Removes every copy of a draft from Drafts; that there is none is no error.
    ///
    /// # Errors
    /// As for `remove_copies`.
    pub async fn remove_drafts(
        &self,
        message_id: String,
        known: Option<MessageKey>,
    ) -> Result<(), Error> {
        self.ask(Urgency::Now, move |actor| {
            let (message_id, known) = (message_id.clone(), known.clone());
            async move {
                if actor.tree.of_role(Role::Drafts).is_none() {
                    return Ok(());
                }
                let copies = actor.draft_copies(&message_id, known.as_ref()).await?;
                let found = copies.found.iter().map(|(uid, _)| *uid);
                let uids = found.chain(copies.marked.iter().copied()).collect();
                let Copies { mailbox, uid_validity, .. } = copies;
                actor.remove_copies(&Batch { mailbox, uid_validity, uids }).await
            }
            .boxed()
        })
        .await
    }

    /// A message as it was stored, to be written on.
    ///
    /// # Errors
    /// `NonExistent`; `Limit` for a text that would be cut.
    pub async fn stored_draft(&self, key: MessageKey) -> Result<StoredDraft, Error> {
        let opened = self.opened(&key, Urgency::Now).await?;
        let header = self.part_bytes(&key, "HEADER", SLICE.into(), Urgency::Now).await?.to_vec();
        let display = body::choose(&opened.parts);
        let is = |index: &usize, kind: &str| opened.parts[*index].content_type == kind;
        let plain: Vec<usize> =
            display.plain.iter().copied().filter(|index| is(index, "text/plain")).collect();
        let rich = match display.rich.iter().filter(|it| is(it, "text/html")).collect::<Vec<_>>()[..]
        {
            [one] if plain.len() <= 1 => Some(*one),
            _ => None,
        };
        let html = match rich {
            Some(index) => Some(self.text(&key, &opened, &opened.parts[index]).await?),
            None => None,
        };
        let mut texts = Vec::new();
        // HTML that stands alone, and whatever is more than one text, is taken as text.
        let read = if plain.is_empty() { &display.rich } else { &plain };
        for index in read.iter().filter(|it| opened.parts[**it].content_type.starts_with("text/")) {
            let part = &opened.parts[*index];
            texts.push(quote::part_text(part, &self.text(&key, &opened, part).await?));
        }
        let used = |index: usize| Some(index) == rich || read.contains(&index);
        let other = display.rich.iter().copied().filter(|it| is(it, "text/html") && rich.is_none());
        let other: Vec<usize> = other.collect();
        let files = files(&key, &opened.parts, |index| used(index) || other.contains(&index));
        Ok(StoredDraft { key, header, text: texts.join("\n\n"), html, files })
    }

    /// The whole text of a part.
    async fn text(&self, key: &MessageKey, opened: &Opened, part: &Part) -> Result<String, Error> {
        let limit = body::TEXT_LIMIT as u64;
        let whole = opened.parsed.as_ref().filter(|parsed| parsed.raw().len() < body::TEXT_LIMIT);
        let bytes = match whole {
            Some(parsed) => parsed.encoded(part),
            None => self.part_bytes(key, &part.section, limit, Urgency::Now).await?,
        };
        match bytes.len() as u64 >= limit {
            true => Err(Error::Limit("the text of a draft")),
            false => Ok(text_of(part, &bytes).0.replace("\r\n", "\n")),
        }
    }
}

/// Every part that is neither read as text nor only holds others.
fn files(key: &MessageKey, parts: &[Part], used: impl Fn(usize) -> bool) -> Vec<Enclosed> {
    let is_file = |(index, part): &(usize, &Part)| {
        let container = part.parent.filter(|_| part.embedded.is_some());
        let beside = container.is_none_or(&used);
        beside && !part.is_multipart() && !part.is_inside_message(parts) && !used(*index)
    };
    let file = |(_, part): (usize, &Part)| Enclosed {
        name: attachment::file_name(part.name.as_deref(), &part.content_type),
        content_type: attachment::content_type(&part.content_type),
        size: transfer_size(part),
        source: Source::Part(key.clone(), part.section.clone()),
        content_id: part.content_id.clone(),
    };
    parts.iter().enumerate().filter(is_file).map(file).collect()
}

impl Actor {
    /// Drafts, made where there is none.
    async fn drafts_mailbox(&mut self) -> Result<MailboxId, Error> {
        if let Some(node) = self.tree.of_role(Role::Drafts) {
            return Ok(node.shown.id.clone());
        }
        self.create_for(Role::Drafts, DRAFTS).await
    }

    async fn draft_copies(
        &mut self,
        message_id: &str,
        known: Option<&MessageKey>,
    ) -> Result<Copies, Error> {
        let mailbox = self.drafts_mailbox().await?;
        let uid_validity = UidValidity(self.select(&mailbox).await?.uid_validity);
        // A copy that another connection made a moment ago counts (RFC 9051 §6.1.2).
        self.store()?.noop().await?;
        let mut uids = match message_id {
            "" => Vec::new(),
            id => self.store()?.with_message_id(id).await?,
        };
        let here = |key: &&MessageKey| key.mailbox == mailbox && key.uid_validity == uid_validity;
        uids.extend(known.filter(here).map(|key| key.uid.0));
        uids.sort_unstable();
        uids.dedup();
        if uids.len() > MOST_COPIES {
            return Err(Error::Limit("copies of a draft"));
        }
        let mut copies =
            Copies { mailbox, uid_validity, found: vec![], marked: vec![], missing: vec![] };
        if uids.is_empty() {
            return Ok(copies);
        }
        let mut flags = self.store()?.flags_by_uid(&uids).await?;
        flags.sort_unstable_by_key(|of| of.uid);
        for of in flags {
            if of.flags.contains(&Flag::Deleted) {
                copies.marked.push(of.uid);
                continue;
            }
            match self.store()?.body(of.uid, "HEADER", 0, SLICE).await {
                Ok(header) => {
                    let Memo { revision, missing, .. } = Memo::read(&header.bytes);
                    copies.found.push((of.uid, revision));
                    copies.missing.extend(missing.into_iter().map(|file| (of.uid, file)));
                }
                Err(store::Error::NonExistent) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(copies)
    }

    async fn add_draft(
        &mut self,
        message: &Spooled,
        message_id: &str,
        before: &[u32],
    ) -> Result<MessageKey, Error> {
        let mailbox = self.drafts_mailbox().await?;
        let name = self.name(&mailbox)?;
        let bytes = message.stream().await?.map_err(std::io::Error::other).boxed();
        let flags = [Flag::Draft, Flag::Seen];
        let added = self.store()?.append_from(&name, &flags, None, (message.size, bytes)).await?;
        self.later(Chore::Count(mailbox.clone()));
        self.later(Chore::Refresh(mailbox.clone()));
        let (validity, uid) = match added {
            Some(added) => added,
            None => {
                // Without UIDPLUS the server does not say: it is looked for (RFC 4315).
                let selected = self.select(&mailbox).await?;
                self.store()?.noop().await?;
                let uids = self.store()?.with_message_id(message_id).await?;
                let fresh = uids.into_iter().rfind(|uid| !before.contains(uid));
                (selected.uid_validity, fresh.ok_or(Error::Halfway)?)
            }
        };
        Ok(self.key(&mailbox, UidValidity(validity), uid))
    }

    async fn remove_copies(&mut self, batch: &Batch) -> Result<(), Error> {
        let drafts = self.tree.of_role(Role::Drafts).map(|node| node.shown.id.clone());
        if batch.uids.is_empty() || drafts.as_ref() != Some(&batch.mailbox) {
            return Ok(());
        }
        let selected = self.select(&batch.mailbox).await?;
        if selected.uid_validity != batch.uid_validity.0 {
            return Ok(());
        }
        self.store()?.expunge_only(&batch.uids).await?;
        self.later(Chore::Count(batch.mailbox.clone()));
        self.later(Chore::Refresh(batch.mailbox.clone()));
        Ok(())
    }
}
