//! What a submission server's reply means for the sender (RFC 5321 §4.2, RFC 3463).

use postern_shared::submission::Cause;

use super::smtp::Reply;

/// The meaning of an enhanced status code's subject and detail, whatever its class (RFC 3463 §3,
/// RFC 5248's registry); the first that fits.
const STATUSES: [(&str, Cause); 30] = [
    ("1.1", Cause::NoSuchRecipient),
    ("1.2", Cause::NoSuchRecipient),
    ("1.3", Cause::NoSuchRecipient),
    ("1.6", Cause::NoSuchRecipient),
    ("1.10", Cause::NoSuchRecipient),
    ("1.7", Cause::SenderRefused),
    ("1.8", Cause::SenderRefused),
    ("2.1", Cause::RecipientClosed),
    ("2.2", Cause::RecipientFull),
    ("2.3", Cause::TooLarge),
    ("3.1", Cause::Busy),
    ("3.2", Cause::Busy),
    ("3.4", Cause::TooLarge),
    ("4.2", Cause::Busy),
    ("4.5", Cause::Busy),
    ("4.6", Cause::Loop),
    ("5.3", Cause::TooManyRecipients),
    ("6.7", Cause::International),
    ("6.9", Cause::International),
    ("7.8", Cause::AuthenticationFailed),
    ("7.9", Cause::AuthenticationFailed),
    ("7.14", Cause::AuthenticationFailed),
    ("7.10", Cause::Unprotected),
    ("7.11", Cause::Unprotected),
    ("7.28", Cause::TooOften),
    ("7.20", Cause::ContentRefused),
    ("7.26", Cause::ContentRefused),
    ("7.17", Cause::RecipientClosed),
    ("7.1", Cause::Policy),
    ("7.0", Cause::Policy),
];

/// Words by which servers say what their codes do not; in lower case.
const WORDS: [(&str, Cause); 14] = [
    ("greylist", Cause::Greylisted),
    ("graylist", Cause::Greylisted),
    ("spam", Cause::ContentRefused),
    ("virus", Cause::ContentRefused),
    ("malware", Cause::ContentRefused),
    ("message size", Cause::TooLarge),
    ("too large", Cause::TooLarge),
    ("too many recipients", Cause::TooManyRecipients),
    ("rate limit", Cause::TooOften),
    ("too many messages", Cause::TooOften),
    ("sender address rejected", Cause::SenderRefused),
    ("over quota", Cause::RecipientFull),
    ("mailbox full", Cause::RecipientFull),
    ("user unknown", Cause::NoSuchRecipient),
];

/// What `reply` means.
pub(super) fn of(reply: &Reply) -> Cause {
    if reply.code == 0 {
        return Cause::Unreachable;
    }
    let text = reply.text.to_lowercase();
    if let Some((_, cause)) = WORDS.iter().find(|(word, _)| text.contains(word)) {
        return *cause;
    }
    let status = reply.enhanced.as_deref().and_then(|status| status.split_once('.'));
    if let Some((_, detail)) = status
        && let Some((_, cause)) = STATUSES.iter().find(|(known, _)| *known == detail)
    {
        return *cause;
    }
    match reply.code {
        421 | 451 | 454 => Cause::Busy,
        // RFC 6647 §2.1: what greylisting servers answer.
        450 => Cause::Greylisted,
        452 => Cause::Busy,
        530 | 534 | 535 | 538 => Cause::AuthenticationFailed,
        550 | 551 | 553 => Cause::NoSuchRecipient,
        552 => Cause::TooLarge,
        _ => Cause::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_understood_by_word_status_and_code() {
        let check = |code: u16, enhanced: &str, text: &str, expect: Cause| {
            let enhanced = (!enhanced.is_empty()).then(|| enhanced.to_owned());
            assert_eq!(of(&Reply { code, enhanced, text: text.into() }), expect, "{code} {text}");
        };
        check(0, "", "no answer in time", Cause::Unreachable);
        check(450, "4.2.0", "<x>: Recipient address rejected: Greylisted", Cause::Greylisted);
        check(451, "4.7.1", "Please try again later", Cause::Policy);
        check(550, "5.1.1", "no such user", Cause::NoSuchRecipient);
        check(550, "5.7.1", "relaying denied", Cause::Policy);
        check(554, "5.7.1", "This looks like SPAM", Cause::ContentRefused);
        check(552, "5.2.2", "mailbox is full", Cause::RecipientFull);
        check(552, "", "no", Cause::TooLarge);
        check(553, "5.1.8", "bad sender's system", Cause::SenderRefused);
        check(535, "5.7.8", "no", Cause::AuthenticationFailed);
        check(421, "4.3.2", "shutting down", Cause::Busy);
        check(554, "", "transaction failed", Cause::Unknown);
    }
}
