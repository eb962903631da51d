//! Read receipts that messages ask for: never sent by themselves, and asked about once (RFC 8098).

use postern_shared::action::ActionId;
use postern_shared::api::messages::Targets;
use postern_shared::api::receipts::AnswerReceipt;
use postern_shared::draft::{Draft, DraftOptions, Origin};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::insight::Insight;
use postern_shared::message::{Message, MessageKey};
use postern_shared::submission::{Plan, SubmissionId};
use postern_shared::trust::Standing;
use sha2::{Digest, Sha256};

use super::submissions::submission_id;
use super::{Error, User};
use crate::account::{self, Account};
use crate::db::receipts;
use crate::submission::{Order, Stamp, compose_receipt};

impl User {
    /// Whether the user is to decide about the receipt that a message asks for.
    pub(super) async fn is_asked(&self, message: &Message, insight: &Insight) -> bool {
        let Some(request) = &insight.receipt else { return false };
        let flags = &message.summary.flags;
        let mine = |account: &Account| {
            let from = message.summary.envelope.from.iter();
            let all = account.facts().identities.all();
            let mut others = from.chain([&request.to]);
            others.any(|other| all.iter().any(|own| own.from.same_mailbox(other)))
        };
        // Whoever forges mail learns by it that somebody is there.
        let forged = insight.trust.standing == Standing::Failed;
        let settled = flags.has(&Flag::Draft) || flags.0.iter().any(is_decided);
        if forged || settled || self.roster.all().iter().any(mine) {
            return false;
        }
        match receipts::is_decided(&self.db, self.id, &name(message)).await {
            Ok(decided) => !decided,
            Err(error) => {
                tracing::error!(%error, "whether a receipt was decided about could not be read");
                false
            }
        }
    }

    /// Sends the receipt that a message asks for, or writes down that none is wanted.
    ///
    /// # Errors
    /// `NonExistent` where none is asked for, `NoPermission` where the message is forged; as for
    /// `submit_message`.
    pub async fn answer_receipt(&self, call: AnswerReceipt) -> Result<(), Error> {
        let AnswerReceipt { key, receipt, .. } = call;
        let account = &self.account(&key.account)?;
        let (_, message) = account.body(&key, None).await?;
        let insight = Insight::decode(&message.insight);
        let request = insight.receipt.clone().ok_or(Error::NonExistent)?;
        if insight.trust.standing == Standing::Failed {
            return Err(Error::NoPermission);
        }
        // Another page may decide at the same time, or did a moment ago.
        let _turn = self.saving.lock().await;
        if !self.is_asked(&message, &insight).await {
            return Ok(());
        }
        let now = self.clock.unix_ms() / 1000;
        if let Some(receipt) = receipt {
            let draft = Draft {
                account: key.account.clone(),
                from: reader(account, &message),
                to: vec![request.to],
                cc: Vec::new(),
                bcc: Vec::new(),
                subject: receipt.subject,
                text: receipt.text,
                origin: Origin::Reply {
                    original: key.clone(),
                    message_id: message.summary.envelope.message_id.clone(),
                    references: message.references.clone(),
                },
                html: None,
                attachments: Vec::new(),
                options: DraftOptions::default(),
            };
            let id = self.receipt_id(&key, &message);
            self.send_receipt(draft, id, now).await?;
        }
        let decided = receipts::decide(&self.db, self.id, &name(&message), now).await;
        decided.map_err(account::Error::from)?;
        // For other programs, where the server keeps it.
        let keyword = Flag::Keyword(Flag::RECEIPT_DECIDED.to_owned());
        let change = FlagChange { add: vec![keyword], remove: Vec::new() };
        if let Err(error) = account.change_flags(Targets::Keys(vec![key]), change).await {
            tracing::debug!(%error, "the server does not keep that a receipt was decided about");
        }
        Ok(())
    }

    async fn send_receipt(&self, draft: Draft, id: SubmissionId, now: i64) -> Result<(), Error> {
        let Origin::Reply { message_id, .. } = &draft.origin else { return Ok(()) };
        let stamp =
            Stamp { now, zone_minutes: 0, id: super::submissions::digest(self.id, seed(&id)) };
        let composed = compose_receipt(&draft, &stamp, message_id)?;
        let order = Order {
            id,
            user: self.id,
            account: draft.account,
            subject: draft.subject,
            composed,
            plan: Plan::Now,
            // It is no letter: nothing of it is filed.
            filing: Vec::new(),
        };
        self.outbox.accept(order).await?;
        Ok(())
    }

    /// One receipt a message, whoever asks and however often.
    fn receipt_id(&self, key: &MessageKey, message: &Message) -> SubmissionId {
        let account = key.account.0.as_bytes();
        let hash = Sha256::new().chain_update(b"receipt ").chain_update(account);
        let hash = hash.chain_update(name(message)).finalize();
        let mut bits = [0; 16];
        bits.copy_from_slice(&hash[..16]);
        submission_id(self.id, ActionId(bits))
    }
}

/// Bits of a submission's id.
fn seed(id: &SubmissionId) -> ActionId {
    let mut bits = [0; 16];
    bits.copy_from_slice(&Sha256::digest(&id.0)[..16]);
    ActionId(bits)
}

/// By what a message is known again; its place, where it has no Message-ID.
fn name(message: &Message) -> String {
    match message.summary.envelope.message_id.as_str() {
        "" => message.summary.key.token(),
        id => id.to_owned(),
    }
}

fn is_decided(flag: &Flag) -> bool {
    matches!(flag, Flag::Keyword(word) if word.eq_ignore_ascii_case(Flag::RECEIPT_DECIDED))
}

/// Whom the message was sent to, of the account's own.
fn reader(account: &Account, message: &Message) -> postern_shared::address::Address {
    let envelope = &message.summary.envelope;
    let named = || envelope.to.iter().chain(&envelope.cc);
    let own = || account.facts().identities.confirmed().map(|identity| identity.from);
    let reached = own().find(|own| named().any(|named| named.same_mailbox(own)));
    reached.or_else(|| own().next()).unwrap_or_default()
}
