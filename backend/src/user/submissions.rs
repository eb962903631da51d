//! Handing messages over for sending: what a user may send, and as whom.

use futures_util::TryStreamExt;
use postern_shared::action::ActionId;
use postern_shared::draft::{Draft, Origin};
use postern_shared::message::MessageKey;
use postern_shared::submission::{Plan, Submission, SubmissionId};
use sha2::{Digest, Sha256};

use super::{Error, User};
use crate::account::Account;
use crate::clock::random;
use crate::config::SentCopy;
use crate::db::UserId;
use crate::submission::outbox::TakenBack;
use crate::submission::{Enclosure, Errand, FilingStep, Stamp, compose};

/// Submission hosts that file the copy in Sent themselves, whatever the client does.
const FILE_THEMSELVES: [&str; 4] =
    ["smtp.gmail.com", "smtp.googlemail.com", "smtp.office365.com", "smtp-mail.outlook.com"];

impl User {
    /// Accepts a message: once this answers, it survives a crash. The same action again is the same
    /// submission, also where the bridge crashed before it could remember its answer.
    ///
    /// # Errors
    /// `NonExistent` for another's account, `NoPermission` for a From that is not an identity,
    /// `Invalid` for a draft that is no message, or the outbox's limits.
    pub async fn submit_message(
        &self,
        action: ActionId,
        draft: Draft,
        plan: Plan,
    ) -> Result<SubmissionId, Error> {
        let account = self.account(&draft.account)?;
        check_sender(account, &draft)?;
        let enclosures = self.enclosures(account, &draft.origin).await?;
        let now = self.clock.unix_ms() / 1000;
        let stamp = Stamp { now, zone_minutes: 0, id: random() };
        let composed = compose(&draft, &stamp, enclosures)?;
        let kept = serde_json::to_vec(&draft).map_err(|_| Error::Invalid("the draft"))?;
        let errand = Errand {
            id: submission_id(self.id, action),
            user: self.id,
            account: draft.account.clone(),
            subject: draft.subject.clone(),
            message_id: composed.message_id,
            smtp_envelope: composed.smtp_envelope,
            plan,
            filing: filing(account, &draft.origin),
            draft: Some(kept),
            notify_success: false,
        };
        Ok(self.outbox.accept_from(errand, composed.message.as_slice()).await?.id)
    }

    /// Takes a submission back: its draft, without those who have it already.
    ///
    /// # Errors
    /// `NonExistent`, or `Busy` while it is handed over or nobody knows whether it arrived.
    pub async fn edit_submission(&self, id: &SubmissionId) -> Result<Draft, Error> {
        let TakenBack { draft, accepted } = self.outbox.edit(self.id, id).await?;
        let mut draft: Draft =
            serde_json::from_slice(&draft).map_err(|_| Error::Invalid("the draft"))?;
        for list in [&mut draft.to, &mut draft.cc, &mut draft.bcc] {
            list.retain(|one| {
                !accepted.iter().any(|has| has.eq_ignore_ascii_case(one.email.trim()))
            });
        }
        Ok(draft)
    }

    /// Says of an uncertain submission that it arrived.
    ///
    /// # Errors
    /// `NonExistent`, or `Busy` where it is not uncertain.
    pub async fn confirm_submission(&self, id: &SubmissionId) -> Result<(), Error> {
        Ok(self.outbox.confirm(self.id, id).await?)
    }

    /// The attachments of a forwarded message that travel along.
    async fn enclosures(
        &self,
        account: &Account,
        origin: &Origin,
    ) -> Result<Vec<Enclosure>, Error> {
        let Origin::Forward { original, sections, .. } = origin else { return Ok(Vec::new()) };
        if original.account != account.facts().id {
            return Err(Error::NonExistent);
        }
        let mut all = Vec::with_capacity(sections.len());
        let mut left = self.message_limit;
        for section in sections {
            let enclosure = self.enclosure(account, original, section, left).await?;
            left -= enclosure.bytes.len();
            all.push(enclosure);
        }
        Ok(all)
    }

    async fn enclosure(
        &self,
        account: &Account,
        original: &MessageKey,
        section: &str,
        limit: usize,
    ) -> Result<Enclosure, Error> {
        let download = account.download(original.clone(), section).await?;
        let mut slices = std::pin::pin!(download.bytes(None));
        let mut bytes = Vec::new();
        while let Some(slice) = slices.try_next().await? {
            bytes.extend_from_slice(&slice);
            if bytes.len() > limit {
                return Err(Error::Limit("the forwarded attachments"));
            }
        }
        Ok(Enclosure { name: download.name, content_type: download.content_type, bytes })
    }

    /// The submissions that are not done with.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_submissions(&self) -> Result<Vec<Submission>, Error> {
        Ok(self.outbox.list(self.id).await?)
    }

    /// Gives a submission up.
    ///
    /// # Errors
    /// `NonExistent`, or `Busy` while it is handed over.
    pub async fn cancel_submission(&self, id: &SubmissionId) -> Result<(), Error> {
        Ok(self.outbox.cancel(self.id, id).await?)
    }

    /// Hands a submission over now.
    ///
    /// # Errors
    /// `NonExistent`, or `Busy` while it is handed over.
    pub async fn retry_submission(&self, id: &SubmissionId) -> Result<(), Error> {
        Ok(self.outbox.retry(self.id, id).await?)
    }
}

/// The submission of an action, the same in every process.
pub(super) fn submission_id(user: UserId, action: ActionId) -> SubmissionId {
    let hash = Sha256::new().chain_update(user.0).chain_update(action.0).finalize();
    SubmissionId(hash[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A user sends as one of the account's identities, unless the provider allows any address.
fn check_sender(account: &Account, draft: &Draft) -> Result<(), Error> {
    let facts = account.facts();
    let own = facts.identities.iter().any(|identity| identity.from.same_mailbox(&draft.from));
    if own || facts.provider.settings.any_from { Ok(()) } else { Err(Error::NoPermission) }
}

/// What follows once the server took the message.
pub(super) fn filing(account: &Account, origin: &Origin) -> Vec<FilingStep> {
    let settings = &account.facts().provider.settings;
    let host = settings.smtp.as_ref().map_or("", |smtp| smtp.host.as_str());
    let copy = match settings.sent_copy {
        SentCopy::Append => true,
        SentCopy::Server => false,
        SentCopy::Auto => !FILE_THEMSELVES.contains(&host),
    };
    let mark = match origin {
        Origin::New => None,
        Origin::Reply { original, .. } => Some(FilingStep::MarkAnswered(original.clone())),
        Origin::Forward { original, .. } => Some(FilingStep::MarkForwarded(original.clone())),
    };
    copy.then_some(FilingStep::SentCopy).into_iter().chain(mark).collect()
}
