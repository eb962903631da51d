//! What is said of a submission: where it stands, and what a mail server's reply means.

use postern_shared::submission::{Cause, Refusal, Submission, SubmissionState};

use crate::i18n::{Key, moment, text, text_with};

/// The sentence for where a submission stands, with all that is known of the reason.
#[must_use]
pub fn sentence(state: &SubmissionState) -> String {
    match state {
        SubmissionState::Held { .. } => text(Key::OutboxHeld),
        SubmissionState::Scheduled { at } => {
            text_with(Key::OutboxScheduled, &[("when", &moment(millis(*at)))])
        }
        SubmissionState::Sending => text(Key::ComposeSending),
        SubmissionState::Retrying { next, reason, cause } => {
            let values = [("when", moment(millis(*next))), ("reason", meaning(*cause, reason))];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            text_with(Key::OutboxRetrying, &values)
        }
        SubmissionState::Uncertain => text(Key::OutboxUncertain),
        SubmissionState::Failed { refused, .. } => {
            refused.iter().map(refusal).collect::<Vec<_>>().join(" ")
        }
        SubmissionState::Sent => text(Key::ComposeSent),
    }
}

/// Who was refused and why; of a whole message only why.
#[must_use]
pub fn refusal(refusal: &Refusal) -> String {
    let reason = meaning(refusal.cause, &refusal.text);
    match refusal.recipient.email.as_str() {
        "" => text_with(Key::OutboxFailed, &[("reason", &reason)]),
        address => text_with(Key::ComposeRefused, &[("address", address), ("reason", &reason)]),
    }
}

/// What a reply means; its own words where that is not known.
fn meaning(cause: Cause, words: &str) -> String {
    match (cause, words) {
        (Cause::Unknown, "") => text(Key::CauseUnknown),
        (Cause::Unknown, words) => text_with(Key::CauseQuoted, &[("text", words)]),
        (cause, _) => text(key(cause)),
    }
}

/// The server's own words for a refusal or a delay, with its code; none where the sentence above
/// quotes them already, or there are none.
#[must_use]
pub fn quoted(cause: Cause, code: u16, words: &str) -> Option<String> {
    let heard = !words.is_empty() && cause != Cause::Unknown;
    let code = if code == 0 { String::new() } else { [&code.to_string(), " "].concat() };
    heard.then(|| code + words)
}

/// The recipients that have a failed submission already.
#[must_use]
pub fn accepted(submission: &Submission) -> Vec<String> {
    let SubmissionState::Failed { refused, accepted: 1.. } = &submission.state else {
        return Vec::new();
    };
    let has = |address: &&String| {
        !refused.iter().any(|one| one.recipient.email.eq_ignore_ascii_case(address))
    };
    submission.recipients.iter().filter(has).cloned().collect()
}

/// Milliseconds since 1970, as the browser counts.
fn millis(seconds: i64) -> f64 {
    seconds as f64 * 1000.0
}

fn key(cause: Cause) -> Key {
    match cause {
        Cause::Unknown => Key::CauseUnknown,
        Cause::Unreachable => Key::CauseUnreachable,
        Cause::AuthenticationFailed => Key::CauseAuthenticationFailed,
        Cause::WaitsForSignIn => Key::CauseWaitsForSignIn,
        Cause::NoSuchRecipient => Key::CauseNoSuchRecipient,
        Cause::RecipientFull => Key::CauseRecipientFull,
        Cause::RecipientClosed => Key::CauseRecipientClosed,
        Cause::TooLarge => Key::CauseTooLarge,
        Cause::TooManyRecipients => Key::CauseTooManyRecipients,
        Cause::TooOften => Key::CauseTooOften,
        Cause::Greylisted => Key::CauseGreylisted,
        Cause::Busy => Key::CauseBusy,
        Cause::SenderRefused => Key::CauseSenderRefused,
        Cause::ContentRefused => Key::CauseContentRefused,
        Cause::Policy => Key::CausePolicy,
        Cause::International => Key::CauseInternational,
        Cause::Loop => Key::CauseLoop,
        Cause::Unprotected => Key::CauseUnprotected,
        Cause::Missing => Key::CauseMissing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::learn_rest;
    use crate::state::fixtures::account;
    use postern_shared::address::Address;
    use postern_shared::submission::SubmissionId;

    fn refused(email: &str, cause: Cause, words: &str) -> Refusal {
        let recipient = Address { name: String::new(), email: email.into() };
        Refusal { recipient, code: 550, text: words.into(), cause }
    }

    #[test]
    fn a_refusal_is_said_in_plain_words_and_the_servers_only_where_nothing_else_is_known() {
        learn_rest();
        let check = |email, cause, words, expect: &str| {
            assert_eq!(refusal(&refused(email, cause, words)), expect);
        };
        let known = Cause::NoSuchRecipient;
        check("bob@x.test", known, "5.1.1", "bob@x.test was refused: There is no such mailbox.");
        check("", Cause::Unknown, "no", "Not sent. The mail server says: “no”");
        check("", Cause::Unknown, "", "Not sent. The mail server did not take it.");
        check(
            "",
            Cause::TooLarge,
            "552",
            "Not sent. The message is too large for the mail server.",
        );
    }

    #[test]
    fn the_servers_words_stand_beside_the_sentence_unless_it_quotes_them() {
        assert_eq!(quoted(Cause::Busy, 451, "later").as_deref(), Some("451 later"));
        assert_eq!(quoted(Cause::Unreachable, 0, "refused").as_deref(), Some("refused"));
        assert_eq!(quoted(Cause::Unknown, 554, "no"), None);
        assert_eq!(quoted(Cause::Busy, 451, ""), None);
    }

    #[test]
    fn whoever_is_not_refused_has_it() {
        let check = |refused: Vec<Refusal>, accepted_count, expect: &[&str]| {
            let state = SubmissionState::Failed { refused, accepted: accepted_count };
            let recipients = vec!["ann@x.test".to_owned(), "Bob@x.test".to_owned()];
            let (id, subject) = (SubmissionId("s".into()), String::new());
            let submission = Submission { id, account: account(), subject, state, recipients };
            assert_eq!(accepted(&submission), expect);
        };
        check(vec![refused("bob@x.test", Cause::Busy, "")], 1, &["ann@x.test"]);
        check(vec![refused("", Cause::TooLarge, "")], 0, &[]);
    }
}
