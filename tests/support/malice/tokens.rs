//! Lines made of the protocol's own tokens, in an order that nobody intended.

use crate::chance::Chance;

const WORDS: [&str; 44] = [
    "FETCH",
    "FLAGS",
    "UID",
    "BODY[]",
    "BODYSTRUCTURE",
    "ENVELOPE",
    "MODSEQ",
    "INTERNALDATE",
    "RFC822.SIZE",
    "EXISTS",
    "RECENT",
    "SEARCH",
    "ESEARCH",
    "VANISHED",
    "(EARLIER)",
    "LIST",
    "STATUS",
    "MESSAGES",
    "UNSEEN",
    "UIDNEXT",
    "UIDVALIDITY",
    "OK",
    "NO",
    "BAD",
    "BYE",
    "PREAUTH",
    "CAPABILITY",
    "NAMESPACE",
    "QUOTA",
    "QUOTAROOT",
    "THREAD",
    "SORT",
    "ENABLED",
    "NIL",
    "ALL",
    "COUNT",
    "PARTIAL",
    "TAG",
    "PREVIEW",
    "EMAILID",
    "THREADID",
    "INBOX",
    "\\Seen",
    "\\Noselect",
];
const NUMBERS: [&str; 10] =
    ["0", "1", "2", "3", "-1", "4294967295", "4294967296", "18446744073709551616", "007", "1e9"];

/// A line of tokens, before this one or in its place.
pub(super) fn line(before: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut said = b"* ".to_vec();
    if chance.one_in(2) {
        said.extend_from_slice(NUMBERS[chance.below(NUMBERS.len())].as_bytes());
        said.push(b' ');
    }
    for _ in 0..=chance.below(24) {
        token(&mut said, chance);
        if !chance.one_in(8) {
            said.push(b' ');
        }
    }
    said.extend_from_slice(b"\r\n");
    if chance.one_in(2) {
        said.extend_from_slice(before);
    }
    said
}

fn token(said: &mut Vec<u8>, chance: &mut Chance) {
    match chance.below(16) {
        0..=4 => said.extend_from_slice(WORDS[chance.below(WORDS.len())].as_bytes()),
        5 | 6 => said.extend_from_slice(NUMBERS[chance.below(NUMBERS.len())].as_bytes()),
        7 | 8 => said.push(b'('),
        9 | 10 => said.push(b')'),
        11 => said.extend_from_slice(b"\"quoted \\\" \\\\ text\""),
        12 => said.extend_from_slice(b"{5}\r\nab\r\nc"),
        13 => said.extend_from_slice(b"1:*,4:2,9"),
        14 => said.extend_from_slice(b"[UIDVALIDITY 7]"),
        _ => said.push(u8::try_from(chance.below(256)).unwrap_or(0)),
    }
}
