//! A mailbox's name: the server's exact bytes, and what a person reads (modified UTF-7,
//! RFC 3501 §5.1.3).

/// How names are spelt on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Modified UTF-7.
    Utf7,
    /// UTF-8: after ENABLE UTF8=ACCEPT (RFC 6855), and in IMAP4rev2.
    Utf8,
}

/// A name as the server knows it. Two names are the same if their bytes are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailboxName(Vec<u8>);

impl MailboxName {
    /// Takes a name as the server sent it. INBOX, in any case, becomes `INBOX`.
    #[must_use]
    pub fn from_server(raw: &[u8]) -> Self {
        if raw.eq_ignore_ascii_case(b"INBOX") {
            Self(b"INBOX".to_vec())
        } else {
            Self(raw.to_vec())
        }
    }

    /// Takes a name as it was spelt on a connection. However it was spelt, it is the same name.
    pub(super) fn read(raw: &[u8], spelling: Spelling) -> Self {
        match (spelling, std::str::from_utf8(raw)) {
            (Spelling::Utf8, Ok(text)) => Self::from_text(text),
            _ => Self::from_server(raw),
        }
    }

    /// The name in another spelling than its own bytes; none where those are what is wanted.
    pub(super) fn spelt(&self, spelling: Spelling) -> Option<String> {
        let text = std::str::from_utf8(&self.0).ok().and_then(decode)?;
        // A name that is no proper modified UTF-7 is known by its bytes alone.
        (spelling == Spelling::Utf8 && encode(&text).as_bytes() == self.0).then_some(text)
    }

    /// Encodes a name that a person gave.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self::from_server(encode(text).as_bytes())
    }

    /// A name that a person gave to a mailbox below another one, or at the top; none where no
    /// mailbox can be called so.
    #[must_use]
    pub fn below(parent: Option<&Self>, delimiter: Option<char>, leaf: &str) -> Option<Self> {
        let leaf = leaf.trim();
        let bad = |c: char| c.is_control() || matches!(c, '*' | '%') || delimiter == Some(c);
        if leaf.is_empty() || leaf.contains(bad) || matches!(leaf, "." | "..") {
            return None;
        }
        let encoded = encode(leaf);
        let name = match parent {
            None => encoded.into_bytes(),
            Some(parent) => {
                let between = delimiter?.to_string();
                [parent.as_bytes(), between.as_bytes(), encoded.as_bytes()].concat()
            }
        };
        (leaf.len() <= LEAF_OCTETS && name.len() <= NAME_OCTETS).then(|| Self::from_server(&name))
    }

    /// The name once what it lies below, or it itself, is called otherwise.
    #[must_use]
    pub fn rebased(&self, from: &Self, to: &Self) -> Self {
        match self.0.strip_prefix(from.as_bytes()) {
            Some(rest) => Self([to.as_bytes(), rest].concat()),
            None => self.clone(),
        }
    }

    /// The bytes for the server.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What a person reads. A name that is no modified UTF-7 is shown as it is.
    #[must_use]
    pub fn decoded(&self) -> String {
        let raw = String::from_utf8_lossy(&self.0);
        decode(&raw).unwrap_or_else(|| raw.into_owned())
    }

    /// Whether it is the inbox.
    #[must_use]
    pub fn is_inbox(&self) -> bool {
        self.0 == b"INBOX"
    }
}

/// What a level of a name may take: most servers make a file of it.
const LEAF_OCTETS: usize = 200;
/// What a whole name may take.
const NAME_OCTETS: usize = 900;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut wide = Vec::new();
    for character in text.chars() {
        let plain = matches!(character, ' '..='~');
        if plain && !wide.is_empty() {
            encode_run(&mut wide, &mut encoded);
        }
        match character {
            '&' => encoded.push_str("&-"),
            _ if plain => encoded.push(character),
            _ => wide.extend_from_slice(character.encode_utf16(&mut [0; 2])),
        }
    }
    encode_run(&mut wide, &mut encoded);
    encoded
}

/// Writes a run of UTF-16 units as `&base64-`, and empties it.
fn encode_run(units: &mut Vec<u16>, encoded: &mut String) {
    if units.is_empty() {
        return;
    }
    encoded.push('&');
    let (mut bits, mut count) = (0_u32, 0_u32);
    for unit in units.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        count += 16;
        while count >= 6 {
            count -= 6;
            encoded.push(char::from(ALPHABET[(bits >> count & 63) as usize]));
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        encoded.push(char::from(ALPHABET[(bits << (6 - count) & 63) as usize]));
    }
    encoded.push('-');
}

fn decode(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, shifted)) = rest.split_once('&') {
        text.push_str(plain);
        let (run, after) = shifted.split_once('-')?;
        if run.is_empty() {
            text.push('&');
        } else {
            text.push_str(&decode_run(run)?);
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn decode_run(run: &str) -> Option<String> {
    let (mut bits, mut count, mut units) = (0_u32, 0_u32, Vec::new());
    for byte in run.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push((bits >> count & 0xFFFF) as u16);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, raw: &str) {
        assert_eq!(MailboxName::from_text(text).as_bytes(), raw.as_bytes());
        assert_eq!(MailboxName::from_server(raw.as_bytes()).decoded(), text);
    }

    #[test]
    fn names_go_to_modified_utf_7_and_back() {
        check("Entwürfe", "Entw&APw-rfe");
        check("台北", "&U,BTFw-");
        check("Q&A", "Q&-A");
        check("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        check("📬", "&2D3c7A-");
    }

    #[test]
    fn an_invalid_name_is_shown_as_it_is_and_kept() {
        let name = MailboxName::from_server(b"a&b\xFF");
        assert_eq!(name.as_bytes(), b"a&b\xFF");
        assert_eq!(name.decoded(), "a&b\u{FFFD}");
    }

    #[test]
    fn a_name_is_the_same_in_either_spelling() {
        for text in ["Entwürfe", "Q&A", "&APw-", "台北/日本語", "plain"] {
            let name = MailboxName::read(text.as_bytes(), Spelling::Utf8);
            assert_eq!(name, MailboxName::from_text(text));
            assert_eq!(name.spelt(Spelling::Utf8).as_deref(), Some(text));
            assert_eq!(name.spelt(Spelling::Utf7), None);
        }
        let odd = MailboxName::read(b"a\xFF", Spelling::Utf8);
        assert_eq!((odd.as_bytes(), odd.spelt(Spelling::Utf8)), (&b"a\xFF"[..], None));
    }

    #[test]
    fn a_name_below_another_keeps_its_bytes_and_refuses_what_no_server_takes() {
        let parent = MailboxName::from_server(b"Caf&AOk-");
        let below = |leaf| MailboxName::below(Some(&parent), Some('/'), leaf);
        assert_eq!(below(" Menü ").unwrap().as_bytes(), b"Caf&AOk-/Men&APw-");
        let long = "x".repeat(201);
        for bad in ["", "  ", "a/b", "a\nb", "a*", "%", "..", &long] {
            assert_eq!(below(bad), None, "{bad:?}");
        }
        assert_eq!(MailboxName::below(Some(&parent), None, "Menü"), None, "no levels here");
        let top = MailboxName::below(None, Some('/'), "a.b").unwrap();
        assert_eq!(top.as_bytes(), b"a.b");
        let moved = below("Menü").unwrap().rebased(&parent, &top);
        assert_eq!(moved.as_bytes(), b"a.b/Men&APw-");
    }

    #[test]
    fn inbox_is_one_in_every_case() {
        assert_eq!(MailboxName::from_server(b"Inbox"), MailboxName::from_text("INBOX"));
    }
}
