//! Handing messages over for sending: what a user may send, and as whom.

use postern_shared::action::ActionId;
use postern_shared::draft::{Draft, Origin};
use postern_shared::submission::{Plan, Submission, SubmissionId};
use sha2::{Digest, Sha256};
use tokio_util::io::StreamReader;

use super::enclosing::Reading;
use super::{Error, User, uploads};
use crate::account::Account;
use crate::config::{self, SentCopy};
use crate::db::UserId;
use crate::submission::outbox::TakenBack;
use crate::submission::{Errand, FilingStep, Purpose, Stamp, fill, layout};

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
        mut draft: Draft,
        plan: Plan,
    ) -> Result<SubmissionId, Error> {
        let account = &self.account(&draft.account)?;
        self.learn(account).await?;
        check_sender(account, &draft)?;
        Self::dress(account, &mut draft);
        let now = self.clock.unix_ms();
        let goes_at = if let Plan::At(seconds) = plan { seconds.saturating_mul(1000) } else { now };
        let until = goes_at.max(now).saturating_add(uploads::KEEP_MS);
        let files = self.files(account, &draft, (until, Reading::Once)).await?;
        let (heads, sources): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        // The same action makes the same Message-ID: whatever is repeated, it is one message.
        let id = digest(self.id, action);
        let zone_minutes = draft.options.zone_minutes;
        let stamp = Stamp { now: now / 1000, zone_minutes, id };
        let laid_out = layout(&draft, &stamp, &heads, Purpose::Send)?;
        let kept = serde_json::to_vec(&draft).map_err(|_| Error::Invalid("the draft"))?;
        let mut filing = filing(account, &draft.origin);
        // It was saved where it has a Message-ID.
        if !draft.options.message_id.is_empty() {
            filing.push(FilingStep::RemoveDrafts);
        }
        // Another program's, which may have none.
        if let Some(stored) =
            draft.options.stored.clone().filter(|key| key.account == draft.account)
        {
            filing.push(FilingStep::RemoveDraft(stored));
        }
        let errand = Errand {
            id: submission_id(self.id, action),
            user: self.id,
            account: draft.account.clone(),
            subject: draft.subject.clone(),
            message_id: laid_out.message_id,
            smtp_envelope: laid_out.smtp_envelope,
            plan,
            filing,
            draft: Some(kept),
            notify_success: draft.options.ask_delivered,
        };
        let bytes = StreamReader::new(fill(laid_out.pieces, sources));
        Ok(self.outbox.accept_from(errand, bytes).await?.id)
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
        self.forget_removed(&mut draft).await;
        Ok(draft)
    }

    /// Says of an uncertain submission that it arrived.
    ///
    /// # Errors
    /// `NonExistent`, or `Busy` where it is not uncertain.
    pub async fn confirm_submission(&self, id: &SubmissionId) -> Result<(), Error> {
        Ok(self.outbox.confirm(self.id, id).await?)
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

/// Bits of an action, the same in every process.
pub(super) fn digest(user: UserId, action: ActionId) -> [u8; 16] {
    let hash = Sha256::new().chain_update(user.0).chain_update(action.0).finalize();
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash[..16]);
    bits
}

/// The submission of an action, the same in every process.
pub(super) fn submission_id(user: UserId, action: ActionId) -> SubmissionId {
    SubmissionId(digest(user, action).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A user sends as one of the account's identities, unless the provider allows any address.
fn check_sender(account: &Account, draft: &Draft) -> Result<(), Error> {
    let facts = account.facts();
    let own = facts.identities.confirmed().any(|identity| identity.from.same_mailbox(&draft.from));
    if own || facts.provider.settings.any_from { Ok(()) } else { Err(Error::NoPermission) }
}

/// Whether the submission server is known to file what it takes in the sender's Sent.
pub(super) fn is_known_to_file(settings: &config::Provider) -> bool {
    let host = settings.smtp.as_ref().map_or("", |smtp| smtp.host.as_str());
    FILE_THEMSELVES.iter().any(|known| known.eq_ignore_ascii_case(host))
}

/// What follows once the server took the message.
pub(super) fn filing(account: &Account, origin: &Origin) -> Vec<FilingStep> {
    let settings = &account.facts().provider.settings;
    let copy = match settings.sent_copy {
        SentCopy::Append => true,
        SentCopy::Server => false,
        SentCopy::Auto => !is_known_to_file(settings),
    };
    let mark = match origin {
        Origin::New => None,
        // Nobody knows where it is.
        Origin::Reply { original, .. } | Origin::Forward { original, .. }
            if original.uid.0 == 0 =>
        {
            None
        }
        Origin::Reply { original, .. } => Some(FilingStep::MarkAnswered(original.clone())),
        Origin::Forward { original, .. } => Some(FilingStep::MarkForwarded(original.clone())),
    };
    copy.then_some(FilingStep::SentCopy).into_iter().chain(mark).collect()
}
