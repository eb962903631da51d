//! What a message is known again by when its uidl cannot be believed: a digest of its header. Pure.

use mail_parser::{HeaderValue, MessageParser};
use sha2::{Digest, Sha256};

/// Octets of a header that are looked at.
pub(super) const MOST: usize = 1 << 20;
/// Octets of a digest: enough that no two messages have one by chance.
const LENGTH: usize = 16;
/// Fields that servers write themselves and change.
const OWN: [&str; 9] = [
    "status",
    "x-status",
    "x-uidl",
    "x-uid",
    "x-keywords",
    "x-mozilla-status",
    "x-mozilla-status2",
    "content-length",
    "lines",
];

/// The header of a message: up to its first empty line.
pub(super) fn header(message: &[u8]) -> &[u8] {
    let message = &message[..message.len().min(MOST)];
    let mut at = 0;
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            return &message[..at];
        }
    }
    message
}

/// A digest of a header: the same however a server folds and ends its lines, and whatever fields of
/// its own it adds.
pub(super) fn of(header: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut counts = false;
    for line in self::header(header).split(|octet| *octet == b'\n') {
        let folded = line.first().is_some_and(|octet| matches!(octet, b' ' | b'\t'));
        if !folded {
            let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
            let name = name.trim_ascii().to_ascii_lowercase();
            // What has no name is no field: an empty line, a line that mail stores begin with.
            let is_name = !name.is_empty() && !name.contains(&b' ');
            let is_field = is_name && memchr::memchr(b':', line).is_some();
            counts = is_field && !OWN.iter().any(|own| own.as_bytes() == name);
            hash.update(if counts { &b"\n"[..] } else { b"" });
        }
        if counts {
            for word in line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
                hash.update(word);
                hash.update(b" ");
            }
        }
    }
    hash.finalize()[..LENGTH].to_vec()
}

/// When a message arrived by its header, in seconds since 1970 UTC: by the server that took it last,
/// else as its sender says. And what stands between the angle brackets of its Message-ID; empty where
/// nobody could quote it.
pub(super) fn fields(header: &[u8]) -> (Option<i64>, String) {
    let header = [self::header(header), b"\r\n\r\n"].concat();
    let Some(message) = MessageParser::default().parse_headers(&header) else {
        return (None, String::new());
    };
    let by_server = message.headers().iter().find_map(|field| match &field.value {
        HeaderValue::Received(received) => Some(received.date()),
        _ => None,
    });
    let dates = [by_server.flatten(), message.date().copied()];
    let arrived = dates.into_iter().flatten().find(mail_parser::DateTime::is_valid);
    let is_plain =
        |id: &&str| id.bytes().all(|octet| octet.is_ascii_graphic()) && !id.contains("=?");
    let id = message.message_id().filter(is_plain).unwrap_or_default();
    (arrived.map(|it| it.to_timestamp()), id.to_owned())
}

/// A digest as it stands for a uidl; no uidl begins with a space.
pub(super) fn stand_in(digest: &[u8]) -> String {
    let hex: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    format!(" {hex}")
}

/// Whether a uidl is such a digest.
pub(super) fn is_stand_in(uidl: &str) -> bool {
    uidl.starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_change_makes_no_other_digest() {
        let first = of(b"Subject: a b\r\nFrom: x\r\n\r\nbody");
        let same: [&[u8]; 4] = [
            b"Subject: a b\nFrom: x\n",
            b"Subject: a  b \r\nFrom:  x\r\nStatus: RO\r\nX-UIDL: 7\r\n\r\n",
            b"From - Mon 10:00:00\r\nSubject: a b\r\nFrom: x\r\n\r\nanother body",
            b"Subject: a\r\n\tb\r\nX-Keywords: one\r\n two\r\nFrom: x\r\n",
        ];
        for (at, header) in same.iter().enumerate() {
            assert_eq!(of(header), first, "{at}");
        }
        assert_ne!(of(b"Subject: a c\r\nFrom: x\r\n\r\n"), first);
        assert_ne!(of(b"Subject: a\r\nFrom: b x\r\n\r\n"), first);
        assert!(is_stand_in(&stand_in(&first)) && !is_stand_in("7"));
    }

    #[test]
    fn arrival_is_what_the_last_server_says() {
        let header = b"Received: from a by b; Thu, 1 Jan 1970 00:01:00 +0000\r\n\
            Received: from c by a; Thu, 1 Jan 1970 00:00:30 +0000\r\n\
            Date: Thu, 1 Jan 1970 00:00:10 +0000\r\n\r\n";
        assert_eq!(fields(header).0, Some(60));
        assert_eq!(fields(b"Date: Thu, 1 Jan 1970 00:00:10 +0000\r\n\r\n").0, Some(10));
        assert_eq!(fields(b"Subject: none\r\n\r\n").0, None);
    }

    #[test]
    fn an_id_is_what_stands_between_brackets() {
        for (header, expect) in [
            ("Message-ID: <1@a.test>\r\n\r\n", "1@a.test"),
            ("Subject: x\r\nmessage-id:\r\n <1@a.test> \r\n\r\n", "1@a.test"),
            ("Subject: Message-ID: <1@a.test>\r\n\r\n", ""),
            ("Message-ID: <\u{e9}>\r\n\r\n", ""),
            ("Message-ID: =?utf-8?q?=3C1=40a.test=3E?=\r\n\r\n", ""),
        ] {
            assert_eq!(fields(header.as_bytes()).1, expect, "{header}");
        }
    }
}
