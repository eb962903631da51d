//! Seals on addresses: this session, this message, this picture, until then (HMAC, RFC 2104).

use hmac::{Hmac, Mac};
use sha2::Sha256;

const HOUR_MS: i64 = 3_600_000;
/// A seal made at the end of a period still holds for half of it.
const PERIOD_MS: i64 = HOUR_MS / 2;

/// What a seal is for.
pub(super) struct Subject<'s> {
    /// The session's id.
    pub(super) session: &'s [u8],
    /// The message's token.
    pub(super) message: &'s str,
    /// The picture.
    pub(super) url: &'s str,
}

/// The key of all seals.
pub(super) struct Seals([u8; 32]);

impl Seals {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Seals an address; the same within half an hour, so that browsers may keep the picture.
    pub(super) fn seal(&self, subject: &Subject<'_>, now: i64) -> String {
        let until = (now / PERIOD_MS + 2) * PERIOD_MS;
        format!("{until}-{}", hex(&self.mac(subject, until).finalize().into_bytes()))
    }

    /// Whether a seal is ours, for this, and not over.
    pub(super) fn holds(&self, subject: &Subject<'_>, seal: &str, now: i64) -> bool {
        let Some((until, code)) = seal.split_once('-') else { return false };
        let (Ok(until), Some(code)) = (until.parse::<i64>(), unhex(code)) else { return false };
        let in_time = until > now && until <= now.saturating_add(HOUR_MS);
        in_time && self.mac(subject, until).verify_slice(&code).is_ok()
    }

    fn mac(&self, subject: &Subject<'_>, until: i64) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&until.to_be_bytes());
        for field in [subject.session, subject.message.as_bytes(), subject.url.as_bytes()] {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        mac
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes out of hexadecimal digits.
pub(super) fn unhex(digits: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(value(pair[0])? << 4 | value(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_one_session_message_picture_and_hour() {
        let seals = Seals::new([7; 32]);
        let subject = Subject { session: b"s", message: "a.b.1-2", url: "https://x.test/" };
        let now = 1_000 * HOUR_MS + 17;
        let seal = seals.seal(&subject, now);
        let holds = |subject: Subject<'_>, now| seals.holds(&subject, &seal, now);
        assert!(holds(Subject { ..subject }, now) && holds(Subject { ..subject }, now + PERIOD_MS));
        assert!(!holds(Subject { ..subject }, now + HOUR_MS));
        assert!(!holds(Subject { session: b"t", ..subject }, now));
        assert!(!holds(Subject { message: "a.b.1-3", ..subject }, now));
        assert!(!holds(Subject { url: "https://x.test/2", ..subject }, now));
        assert!(!Seals::new([8; 32]).holds(&subject, &seal, now));
        let forged = seal.replacen(&seal[..10], "9999999999", 1);
        for bad in ["", "-", "1", "x-00", forged.as_str(), &seal[..seal.len() - 2]] {
            assert!(!seals.holds(&subject, bad, now), "{bad}");
        }
    }

    #[test]
    fn digits_come_back_as_bytes() {
        assert_eq!(unhex(&hex(b"\x00\x9f\xff")), Some(b"\x00\x9f\xff".to_vec()));
        assert_eq!((unhex("0"), unhex("0g"), unhex("é")), (None, None, None));
    }
}
