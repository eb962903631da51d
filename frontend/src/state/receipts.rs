//! Read receipts that messages ask for: decided about once, by the user.
//!
//! Not among `Stores`: all of it belongs to parts that come later.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::action::ActionId;
use postern_shared::api::receipts::{AnswerReceipt, Receipt};
use postern_shared::flag::{Flag, Flags};
use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;

use super::Stores;
use crate::browser::random;
use crate::browser::timer::now;
use crate::i18n::{Key, error_text, full_date, text, text_with};

thread_local! {
    /// Decided about since the page was opened: the messages that are here do not say so.
    static DECIDED: ArcRwSignal<Vec<MessageKey>> = ArcRwSignal::new(Vec::new());
}

/// Whether other programs or this one keep that it was decided.
fn is_decided(flags: &Flags) -> bool {
    let decided = |flag: &Flag| matches!(flag, Flag::Keyword(word) if word.eq_ignore_ascii_case(Flag::RECEIPT_DECIDED));
    flags.0.iter().any(decided)
}

/// What the sender reads, in the language of the reader.
fn words(subject: &str) -> Receipt {
    let date = full_date(now());
    let values = [("subject", subject), ("date", date.as_str())];
    Receipt {
        subject: text_with(Key::MessageReceiptSubject, &[("subject", subject)]),
        text: text_with(Key::MessageReceiptText, &values),
    }
}

impl Stores {
    /// Whether the user is still to be asked about the receipt of a message that wants one.
    #[must_use]
    pub fn asks_for_receipt(self, key: &MessageKey) -> bool {
        let decided = DECIDED.with(|decided| decided.with(|decided| decided.contains(key)));
        let flagged = self.summary(key).is_some_and(|summary| is_decided(&summary.flags));
        let mailbox = self.mailboxes.get(&key.account, &key.mailbox);
        let junk = mailbox.is_some_and(|mailbox| mailbox.role == Some(Role::Junk));
        !decided && !flagged && !junk
    }

    /// Sends a receipt for what is called so, or none for ever; where it cannot be sent the user is
    /// told and asked again.
    pub fn answer_receipt(self, key: MessageKey, subject: Option<&str>) {
        let receipt = subject.map(words);
        DECIDED.with(|decided| decided.update(|decided| decided.push(key.clone())));
        let sends = receipt.is_some();
        let call = AnswerReceipt { action: ActionId(random::bytes()), key: key.clone(), receipt };
        spawn_local(async move {
            match self.link.call(call).await {
                Ok(()) if sends => self.toasts.say(text(Key::MessageReceiptSent)),
                Ok(()) => {}
                Err(error) => {
                    DECIDED.with(|decided| {
                        decided.update(|decided| decided.retain(|known| *known != key));
                    });
                    let reason = error_text(&error);
                    let said = text_with(Key::MessageReceiptFailed, &[("reason", &reason)]);
                    self.toasts.complain(said);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyword_counts_however_it_is_written() {
        let check = |flag, expect| assert_eq!(is_decided(&Flags(vec![flag])), expect);
        check(Flag::Keyword("$MDNSent".into()), true);
        check(Flag::Keyword("$mdnsent".into()), true);
        check(Flag::Keyword("MDNSent".into()), false);
        check(Flag::Seen, false);
    }
}
