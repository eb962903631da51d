//! Drafts in the store: one copy each, replaced so that neither a crash nor a refusal loses one.
//!
//! The new copy is added before the old one goes. In between stands a row that says what is to go,
//! so that a bridge that was killed there knows (`settle_drafts`).

use postern_shared::action::ActionId;
use postern_shared::api::drafts::{DiscardDraft, KeptDraft, MAX_MINE, SaveDraft, Saved};
use postern_shared::draft::{Draft, Enclosed, Origin, Source};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageKey;
use postern_shared::uid::{Uid, UidValidity};
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

use super::enclosing::Reading;
use super::submissions::digest;
use super::{Error, User, uploads};
use crate::account::{self, Account, Batch, Copies};
use crate::db::drafts::{self, DraftRow};
use crate::submission::{Memo, PartHead, Purpose, Stamp, fill, layout, reopen, sections};

impl User {
    /// Keeps a draft in the store, in the place of the copy before.
    ///
    /// # Errors
    /// `Limit`, `NonExistent`, `Invalid`, or the account's; then the copy before is still there.
    pub async fn save_draft(&self, call: SaveDraft) -> Result<Saved, Error> {
        let SaveDraft { action, mut draft, mine } = call;
        if mine.len() > MAX_MINE {
            return Err(Error::Limit("earlier saves"));
        }
        let account = &self.account(&draft.account)?.clone();
        let _turn = self.saving.lock().await;
        self.settle_drafts(account).await?;
        let id = digest(self.id, action);
        if draft.options.message_id.is_empty() {
            draft.options.message_id = fresh_id(&draft, &id);
        }
        let message_id = draft.options.message_id.clone();
        let stored = draft.options.stored.clone();
        let copies = account.draft_copies(message_id.clone(), stored.clone()).await?;
        let all = draft.attachments.clone();
        let own: Vec<String> = mine.iter().map(|action| self.revision(*action)).collect();
        let revision = self.revision(action);
        let missing;
        let (kept, message_id, sections) = match judge(&copies, &revision, stored.as_ref(), &own) {
            Judgement::Gone => return Ok(Saved::Gone),
            Judgement::Changed(uid) => return Ok(Saved::Changed(key(account, &copies, uid))),
            Judgement::Done(uid) => {
                missing = named_only(&copies, uid);
                draft.attachments.retain(|file| !missing.contains(&file.source));
                let heads = self.heads(account, &draft).await?;
                (key(account, &copies, uid), message_id, sections(&draft, &heads))
            }
            Judgement::Replace => {
                // What is on its way is named, so that whoever opens the copy knows of it.
                let named = self.without_missing(&mut draft).await?;
                missing = named.iter().map(|file| file.source.clone()).collect();
                let memo = Memo { missing: named, ..Memo::of(&draft, revision) };
                self.replace(account, &draft, (id, memo), &copies).await?
            }
        };
        let forwarded = sections.len() - draft.attachments.len();
        self.follow_copy(&draft, &kept, &sections[forwarded..]);
        let mut sections = sections[forwarded..].iter();
        let enclosed = |file: Enclosed| match missing.contains(&file.source) {
            true => file,
            false => Enclosed {
                source: Source::Part(kept.clone(), sections.next().cloned().unwrap_or_default()),
                ..file
            },
        };
        let attachments = all.into_iter().map(enclosed).collect();
        Ok(Saved::Kept(KeptDraft { key: kept, message_id, attachments }))
    }

    /// Adds the new copy, then removes the old ones.
    async fn replace(
        &self,
        account: &Account,
        draft: &Draft,
        (id, memo): ([u8; 16], Memo),
        copies: &Copies,
    ) -> Result<(MessageKey, String, Vec<String>), Error> {
        let now = self.clock.unix_ms();
        let until = now.saturating_add(uploads::KEEP_MS);
        let files = self.files(account, draft, (until, Reading::Again)).await?;
        let (heads, sources): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        let stamp = Stamp { now: now / 1000, zone_minutes: draft.options.zone_minutes, id };
        let revision = memo.revision.clone();
        let laid_out = layout(draft, &stamp, &heads, Purpose::Keep(&memo.write()))?;
        let bytes = StreamReader::new(fill(laid_out.pieces, sources));
        let message = self.blobs.put_aside(Box::pin(bytes).take(self.message_limit + 1)).await?;
        if message.size > self.message_limit {
            return Err(Error::Limit("the message"));
        }
        let before: Vec<u32> = copies.found.iter().map(|(uid, _)| *uid).collect();
        let old_uids: Vec<u32> = before.iter().chain(&copies.marked).copied().collect();
        let row = DraftRow {
            user: self.id,
            account: account.facts().id.0.clone(),
            revision,
            message_id: laid_out.message_id.clone(),
            mailbox: copies.mailbox.0.clone(),
            uid_validity: copies.uid_validity.0,
            old_uids: old_uids.clone(),
        };
        drafts::begin(&self.db, &row).await?;
        let message_id = laid_out.message_id;
        let kept =
            account.add_draft(Arc::new(message), message_id.clone(), old_uids.clone()).await?;
        // From here on it is kept. What cannot be removed now is at the next save or sign-in.
        match account.remove_copies(batch(copies, old_uids)).await {
            Ok(()) => drafts::end(&self.db, &row).await?,
            Err(error) => tracing::warn!(%error, "the old copy of a draft is still there"),
        }
        Ok((kept, message_id, sections(draft, &heads)))
    }

    /// Ends what was begun: where the new copy is there, the old ones go; where it is not, they
    /// stay.
    pub(super) async fn settle_drafts(&self, account: &Account) -> Result<(), Error> {
        for row in drafts::begun(&self.db, self.id, &account.facts().id.0).await? {
            let copies = account.draft_copies(row.message_id.clone(), None).await?;
            let is_there = copies.found.iter().any(|(_, revision)| *revision == row.revision);
            if is_there {
                let (mailbox, uids) = (MailboxId(row.mailbox.clone()), row.old_uids.clone());
                let uid_validity = UidValidity(row.uid_validity);
                account.remove_copies(Batch { mailbox, uid_validity, uids }).await?;
            }
            drafts::end(&self.db, &row).await?;
        }
        Ok(())
    }

    /// Ends what an earlier process began, in every account where that is possible now.
    pub(super) async fn settle_all_drafts(&self) {
        let _turn = self.saving.lock().await;
        for account in &self.roster.all() {
            if let Err(error) = self.settle_drafts(account).await {
                tracing::warn!(%error, "a draft's old copy could not be looked for");
            }
        }
    }

    /// A message of Drafts, to be written on; its HTML is made safe for the editor.
    ///
    /// # Errors
    /// `NonExistent`, `Limit`, or the account's.
    pub async fn open_draft(&self, key: MessageKey) -> Result<Draft, Error> {
        let account = &self.account(&key.account)?;
        let mut draft = reopen(account.stored_draft(key.clone()).await?);
        // Another program may have put anything into the mailbox.
        if let Some(html) = draft.html.take() {
            draft.html = Some(account::clean_html(html).await?);
        }
        if draft.from.email.is_empty() {
            draft.from =
                account.facts().identities.confirmed().next().map_or(draft.from, |it| it.from);
        }
        if let Origin::Reply { original, message_id, .. } = &mut draft.origin
            && original.uid.0 == 0
        {
            // Where it can be had: a draft is in the thread of what it answers.
            let thread = account.open_thread(key).await.unwrap_or_default();
            let found = thread.into_iter().find(|one| one.envelope.message_id == *message_id);
            if let Some(found) = found.filter(|one| one.key.account == original.account) {
                *original = found.key;
            }
        }
        Ok(draft)
    }

    /// Removes a draft from the store for ever.
    ///
    /// # Errors
    /// The account's.
    pub async fn discard_draft(&self, call: DiscardDraft) -> Result<(), Error> {
        let account = &self.account(&call.account)?;
        let _turn = self.saving.lock().await;
        Ok(account.remove_drafts(call.message_id, call.stored).await?)
    }

    /// A draft that comes back is not said to be where its copy was removed after sending.
    pub(super) async fn forget_removed(&self, draft: &mut Draft) {
        let Some(stored) = draft.options.stored.clone() else { return };
        let Ok(account) = self.account(&draft.account) else { return };
        let id = draft.options.message_id.clone();
        // Nobody knows while the store cannot be asked: then the page asks its user later.
        let copies = account.draft_copies(id, Some(stored)).await;
        if copies.is_ok_and(|copies| copies.found.is_empty()) {
            draft.options.stored = None;
        }
    }

    async fn heads(&self, account: &Account, draft: &Draft) -> Result<Vec<PartHead>, Error> {
        let until = self.clock.unix_ms().saturating_add(uploads::KEEP_MS);
        let files = self.files(account, draft, (until, Reading::Again)).await?;
        Ok(files.into_iter().map(|(head, _)| head).collect())
    }

    /// What a copy says of the save that made it.
    fn revision(&self, action: ActionId) -> String {
        digest(self.id, action).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What is to be done with the copies that were found.
#[derive(Debug, PartialEq, Eq)]
enum Judgement {
    /// This save made one of them already.
    Done(u32),
    /// All of them are of the same page, or there is none yet.
    Replace,
    /// The newest was made elsewhere.
    Changed(u32),
    /// There was one, and there is none.
    Gone,
}

fn judge(
    copies: &Copies,
    revision: &str,
    stored: Option<&MessageKey>,
    own: &[String],
) -> Judgement {
    let here = |key: &&MessageKey| {
        key.mailbox == copies.mailbox && key.uid_validity == copies.uid_validity
    };
    let stored_uid = stored.filter(here).map(|key| key.uid.0);
    if let Some((uid, _)) = copies.found.iter().find(|(_, made_by)| made_by == revision) {
        return Judgement::Done(*uid);
    }
    let Some((newest, made_by)) = copies.found.last() else {
        return if stored_uid.is_some() { Judgement::Gone } else { Judgement::Replace };
    };
    match stored_uid == Some(*newest) || own.contains(made_by) {
        true => Judgement::Replace,
        false => Judgement::Changed(*newest),
    }
}

/// Where the files would be that a copy only names.
fn named_only(copies: &Copies, uid: u32) -> Vec<Source> {
    let of = copies.missing.iter().filter(|(copy, _)| *copy == uid);
    of.map(|(_, file)| file.source.clone()).collect()
}

fn key(account: &Account, copies: &Copies, uid: u32) -> MessageKey {
    MessageKey {
        account: account.facts().id.clone(),
        mailbox: copies.mailbox.clone(),
        uid_validity: copies.uid_validity,
        uid: Uid(uid),
    }
}

fn batch(copies: &Copies, uids: Vec<u32>) -> Batch {
    Batch { mailbox: copies.mailbox.clone(), uid_validity: copies.uid_validity, uids }
}

/// A Message-ID for a draft that has none: the same for the same action.
fn fresh_id(draft: &Draft, id: &[u8; 16]) -> String {
    let domain = draft.from.email.rsplit('@').next().unwrap_or_default();
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let domain =
        if domain.bytes().all(legal) && !domain.is_empty() { domain } else { "mail.invalid" };
    let local: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("<{local}@{}>", domain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::account::AccountId;

    fn key(uid: u32) -> MessageKey {
        let (account, mailbox) = (AccountId("a".into()), MailboxId("d".into()));
        MessageKey { account, mailbox, uid_validity: UidValidity(1), uid: Uid(uid) }
    }

    fn check(found: &[(u32, &str)], stored: Option<u32>, own: &[&str], expect: Judgement) {
        let copies = Copies {
            mailbox: MailboxId("d".into()),
            uid_validity: UidValidity(1),
            found: found.iter().map(|(uid, by)| (*uid, (*by).to_owned())).collect(),
            marked: vec![],
            missing: vec![],
        };
        let own: Vec<String> = own.iter().map(|by| (*by).to_owned()).collect();
        assert_eq!(judge(&copies, "this", stored.map(key).as_ref(), &own), expect);
    }

    #[test]
    fn a_draft_takes_the_place_of_its_own_copies_only() {
        check(&[], None, &[], Judgement::Replace);
        check(&[(3, "before")], Some(3), &[], Judgement::Replace);
        check(&[(3, "before")], None, &["before"], Judgement::Replace);
        check(&[(3, "")], Some(3), &[], Judgement::Replace);
        check(&[(3, "before"), (5, "theirs")], Some(3), &["before"], Judgement::Changed(5));
        check(&[(5, "theirs")], Some(3), &["before"], Judgement::Changed(5));
        check(&[(5, "theirs")], None, &[], Judgement::Changed(5));
        // Told of theirs, the user wants this one: it is named as the one that is replaced.
        check(&[(5, "theirs")], Some(5), &[], Judgement::Replace);
    }

    #[test]
    fn what_is_done_is_done_and_what_is_gone_does_not_come_back_by_itself() {
        check(&[(3, "before"), (5, "this")], Some(3), &[], Judgement::Done(5));
        check(&[], Some(3), &["before"], Judgement::Gone);
        // An answer was lost, and so was what it would have answered.
        check(&[], None, &["before"], Judgement::Replace);
    }
}
