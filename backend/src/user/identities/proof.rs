//! Codes that show that mail to an address comes to the user (docs/decisions/0014).
//!
//! A code must be readable nowhere but in that address's mail: it is not sent where the account's
//! server would show it to its sender, and void where a copy is found with the sender all the same.

use std::time::Duration;

use postern_shared::action::ActionId;
use postern_shared::api::identities::{ConfirmIdentity, RequestCode};
use postern_shared::submission::Plan;

use super::letter::{SILENCE, letter};
use super::{hex, stands_by_itself};
use crate::account::{Account, Facts};
use crate::clock::random;
use crate::config::SentCopy;
use crate::db::identities::{self, Copied, IdentityRow, Proof};
use crate::db::{UserId, codes};
use crate::submission::{FilingStep, Order, Stamp, compose};
use crate::user::submissions::{digest, is_known_to_file, submission_id};
use crate::user::{Error, User};

/// How long a code can be said.
const LIFE_MS: i64 = 24 * 3_600_000;
/// How often it can be said wrongly.
const MOST_TRIES: i64 = 5;
/// Digits of a code: five tries at each of twenty codes a day guess one in a million.
const DIGITS: usize = 8;
/// How long a code that came back waits for the look at what the account holds.
const LOOKS: u32 = 40;
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl User {
    /// Sends another code to an identity that waits for one.
    ///
    /// # Errors
    /// `NonExistent`, `Limit`, `Unprovable`, or the outbox's.
    pub async fn request_code(&self, call: &RequestCode) -> Result<(), Error> {
        let account = &self.account(&call.account)?;
        let rows = self.rows(account).await?;
        let row = rows.iter().find(|row| row.id == call.identity.0).ok_or(Error::NonExistent)?;
        if row.confirmed || stands_by_itself(account.facts(), &row.email) {
            return Ok(());
        }
        let row = row.clone();
        self.ask_for_code(account, (rows, row), call.action, &call.language).await
    }

    /// Keeps an identity with a code, and sends that; the same action sends the same one.
    pub(super) async fn ask_for_code(
        &self,
        account: &Account,
        (rows, mut row): (Vec<IdentityRow>, IdentityRow),
        action: ActionId,
        language: &str,
    ) -> Result<(), Error> {
        let facts = account.facts();
        if facts.provider.settings.any_from {
            return self.keep(account, &row).await;
        }
        if !can_prove(facts) || rows.iter().any(|row| row.proof.copied == Copied::Yes) {
            return Err(Error::Unprovable);
        }
        let now = self.clock.unix_ms();
        if !codes::count(&self.db, (self.id, action.0), &row.email, now).await? {
            return Err(Error::Limit("codes"));
        }
        let message_id = message_id(self.id, action, facts);
        let again = row.proof.message_id == message_id && is_alive(&row, now);
        if !again {
            row.proof = Proof { code: code(), sent_at: now, message_id, ..Proof::default() };
        }
        self.keep(account, &row).await?;
        let mut draft =
            letter((facts.id.clone(), &facts.address), &row.email, &row.proof.code, language);
        draft.options.message_id.clone_from(&row.proof.message_id);
        let stamp = Stamp { now: now / 1000, zone_minutes: 0, id: random() };
        let mut composed = compose(&draft, &stamp, Vec::new())?;
        // A report that it could not be delivered would bring the code back to its sender.
        composed.smtp_envelope.from = String::new();
        composed.message.splice(..0, SILENCE.iter().copied());
        let order = Order {
            id: submission_id(self.id, action),
            user: self.id,
            account: draft.account,
            subject: draft.subject,
            composed,
            plan: Plan::Now,
            filing: vec![FilingStep::ExpectNoCopy],
        };
        self.outbox.accept(order).await?;
        Ok(())
    }

    /// Takes the code that was sent to an identity's address.
    ///
    /// # Errors
    /// `WrongCode`, `Limit` after too many, `NonExistent` where none is waited for, `Unprovable`
    /// where its mail could be read elsewhere, `NotYet` while that is not known.
    pub async fn confirm_identity(&self, call: &ConfirmIdentity) -> Result<(), Error> {
        let account = &self.account(&call.account)?;
        let owner = (self.id, call.account.0.as_str());
        let rows = self.rows(account).await?;
        let row = rows.into_iter().find(|row| row.id == call.identity.0);
        let row = row.ok_or(Error::NonExistent)?;
        if row.proof.copied == Copied::Yes {
            return Err(Error::Unprovable);
        }
        if !is_alive(&row, self.clock.unix_ms()) {
            return Err(Error::NonExistent);
        }
        // Counted before it is looked at: tries that come at once are tries all the same.
        if identities::count_try(&self.db, owner, &row.id).await? > MOST_TRIES {
            return Err(Error::Limit("tries"));
        }
        if !is_same(call.code.trim(), &row.proof.code) {
            return Err(Error::WrongCode);
        }
        self.expect_no_copy(account, &row).await?;
        match identities::confirm(&self.db, owner, &row.proof.message_id).await? {
            true => self.show(account).await,
            false => Err(Error::NonExistent),
        }
    }

    /// The look right after sending must be over; another one now finds what was filed later.
    async fn expect_no_copy(&self, account: &Account, row: &IdentityRow) -> Result<(), Error> {
        let owner = (self.id, account.facts().id.0.as_str());
        for _ in 0..LOOKS {
            let rows = self.rows(account).await?;
            let now = rows.iter().find(|one| one.proof.message_id == row.proof.message_id);
            match now.ok_or(Error::NonExistent)?.proof.copied {
                Copied::Unknown => self.clock.sleep(LOOK_AGAIN).await,
                Copied::Yes => return Err(Error::Unprovable),
                Copied::No => {
                    let held = account.sent_holds(row.proof.message_id.clone()).await?;
                    if held {
                        identities::watched(&self.db, owner, &row.proof.message_id, true).await?;
                        return Err(Error::Unprovable);
                    }
                    return Ok(());
                }
            }
        }
        Err(Error::NotYet)
    }
}

/// Whether a code that this account sends can be read only where it goes.
fn can_prove(facts: &Facts) -> bool {
    let settings = &facts.provider.settings;
    let shows = settings.sent_copy == SentCopy::Server || is_known_to_file(settings);
    settings.smtp.is_some() && !shows
}

/// Whether a code is waited for.
pub(super) fn is_alive(row: &IdentityRow, now: i64) -> bool {
    !row.proof.code.is_empty() && now - row.proof.sent_at < LIFE_MS
}

/// The Message-ID, with angle brackets, of what an action sends.
pub(super) fn message_id(user: UserId, action: ActionId, facts: &Facts) -> String {
    let domain = facts.address.rsplit('@').next().filter(|domain| domain.is_ascii());
    format!("<{}@{}>", hex(&digest(user, action)), domain.unwrap_or("mail.invalid"))
}

/// Digits that nobody can guess; the excess of the first 16 numbers is one in 10^11.
fn code() -> String {
    let number = u64::from_le_bytes(random::<8>()) % 10_u64.pow(DIGITS as u32);
    format!("{number:0DIGITS$}")
}

/// Compares in a time that does not tell how much of it is right.
fn is_same(said: &str, code: &str) -> bool {
    let differ = |sum, (a, b): (u8, u8)| std::hint::black_box(sum | (a ^ b));
    said.len() == code.len() && said.bytes().zip(code.bytes()).fold(0, differ) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_eight_digits_and_no_two_are_alike() {
        let codes: std::collections::HashSet<String> = (0..100).map(|_| code()).collect();
        assert!(codes.len() > 98);
        assert!(codes.iter().all(|code| {
            code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())
        }));
    }

    #[test]
    fn only_the_whole_code_is_the_code() {
        assert!(is_same("01234567", "01234567"));
        for wrong in ["", "0", "0123456", "012345678", "11234567", "01234568", "０1234567"] {
            assert!(!is_same(wrong, "01234567"), "{wrong}");
        }
    }
}
