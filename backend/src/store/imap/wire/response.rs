//! One response and what kind it is (RFC 9051 §7): decided by its first words, no deeper.

use bytes::Bytes;

/// One whole response, with literals and line end.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) bytes: Bytes,
    pub(crate) kind: Kind,
}

/// What a response is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The end of the command with this tag.
    Tagged { tag: String, status: Status },
    /// An untagged OK, NO, BAD, BYE or PREAUTH.
    Status(Status),
    /// The server waits for more.
    Continuation,
    /// `* [number] NAME …`; the content begins at `content`.
    Untagged { number: Option<u32>, name: Name, content: usize },
    /// Nothing that begins as a response does.
    Garbled,
}

/// The untagged responses that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Acl,
    Capability,
    Enabled,
    Esearch,
    Exists,
    Expunge,
    Fetch,
    Flags,
    List,
    Lsub,
    MyRights,
    Namespace,
    Quota,
    QuotaRoot,
    Recent,
    Search,
    Sort,
    Status,
    Thread,
    Vanished,
    Other,
}

/// OK, NO, BAD, BYE or PREAUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

/// A status with its response code and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) condition: Condition,
    /// What stood between the brackets: `COPYUID 1 2 3`.
    pub(crate) code: Option<String>,
    pub(crate) text: String,
}

impl Response {
    /// Reads the first words of a whole response. Never fails: what it cannot read is `Garbled`.
    pub(crate) fn read(bytes: Bytes) -> Self {
        let kind = kind(&bytes).unwrap_or(Kind::Garbled);
        Self { bytes, kind }
    }

    /// The number and the content if this is an untagged `name`.
    pub(crate) fn untagged(&self, wanted: Name) -> Option<(Option<u32>, &[u8])> {
        match &self.kind {
            Kind::Untagged { number, name, content } if *name == wanted => {
                Some((*number, &self.bytes[*content..]))
            }
            _ => None,
        }
    }

    /// What follows the first word: of a continuation its text.
    pub(super) fn text(&self) -> Bytes {
        let start = self.bytes.iter().position(|byte| *byte == b' ');
        let text = start.map(|start| self.bytes[start..].trim_ascii()).unwrap_or_default();
        if text.is_empty() { Bytes::new() } else { self.bytes.slice_ref(text) }
    }

    /// The untagged status, if it is one.
    pub(crate) fn status(&self) -> Option<&Status> {
        match &self.kind {
            Kind::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl Status {
    /// The rest of the response code if its name is `name`.
    pub(crate) fn code_arguments(&self, name: &str) -> Option<&str> {
        let (first, rest) = match self.code.as_deref()?.split_once(' ') {
            Some((first, rest)) => (first, rest),
            None => (self.code.as_deref()?, ""),
        };
        first.eq_ignore_ascii_case(name).then_some(rest)
    }

    fn read(condition: Condition, rest: &[u8]) -> Self {
        let line = String::from_utf8_lossy(rest);
        let line = line.trim();
        let bracketed = line.strip_prefix('[').and_then(|rest| {
            let end = code_end(rest)?;
            Some((&rest[..end], &rest[end + 1..]))
        });
        let (code, text) = match bracketed {
            Some((code, text)) => (Some(code.trim().to_owned()), text.trim()),
            None => (None, line),
        };
        Self { condition, code, text: text.to_owned() }
    }
}

/// Where a response code ends: at the first bracket outside its parentheses and strings, else at
/// the first.
fn code_end(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    let outside = text.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth -= 1,
            b']' if !quoted && depth <= 0 => return true,
            _ => {}
        }
        false
    });
    outside.or_else(|| text.find(']'))
}

impl Condition {
    /// The word of the protocol.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::No => "NO",
            Self::Bad => "BAD",
            Self::Bye => "BYE",
            Self::Preauth => "PREAUTH",
        }
    }

    fn read(word: &[u8]) -> Option<Self> {
        let all = [Self::Ok, Self::No, Self::Bad, Self::Bye, Self::Preauth];
        all.into_iter().find(|one| word.eq_ignore_ascii_case(one.word().as_bytes()))
    }
}

impl Name {
    fn read(word: &[u8]) -> Self {
        let known: [(&[u8], Self); 20] = [
            (b"FETCH", Self::Fetch),
            (b"EXISTS", Self::Exists),
            (b"EXPUNGE", Self::Expunge),
            (b"RECENT", Self::Recent),
            (b"SEARCH", Self::Search),
            (b"ESEARCH", Self::Esearch),
            (b"LIST", Self::List),
            (b"LSUB", Self::Lsub),
            (b"STATUS", Self::Status),
            (b"FLAGS", Self::Flags),
            (b"CAPABILITY", Self::Capability),
            (b"VANISHED", Self::Vanished),
            (b"ACL", Self::Acl),
            (b"ENABLED", Self::Enabled),
            (b"MYRIGHTS", Self::MyRights),
            (b"NAMESPACE", Self::Namespace),
            (b"QUOTA", Self::Quota),
            (b"QUOTAROOT", Self::QuotaRoot),
            (b"SORT", Self::Sort),
            (b"THREAD", Self::Thread),
        ];
        let found = known.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map_or(Self::Other, |(_, name)| *name)
    }
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let (tag, after_tag) = word(bytes, start);
    if tag.first() == Some(&b'+') {
        return Some(Kind::Continuation);
    }
    let (first, after_first) = word(bytes, after_tag);
    // Outlook leaves out `* OK` before a response code (and the star).
    for (word, at) in [(tag, start), (first, after_first - first.len())] {
        if word.starts_with(b"[") && (at == start || tag == b"*") {
            return Some(Kind::Status(Status::read(Condition::Ok, &bytes[at..])));
        }
    }
    // A response code without the space before it.
    let open = first.iter().position(|byte| *byte == b'[').unwrap_or(first.len());
    if let Some(condition) = Condition::read(&first[..open]) {
        let status = Status::read(condition, &bytes[after_first - (first.len() - open)..]);
        return match tag {
            b"*" => Some(Kind::Status(status)),
            _ => Some(Kind::Tagged { tag: std::str::from_utf8(tag).ok()?.to_owned(), status }),
        };
    }
    if tag != b"*" || first.is_empty() {
        return None;
    }
    if !first[0].is_ascii_digit() {
        return Some(Kind::Untagged {
            number: None,
            name: Name::read(first),
            content: after_first,
        });
    }
    let (name, content) = word(bytes, after_first);
    Some(Kind::Untagged { number: Some(number(first)?), name: Name::read(name), content })
}

/// The word at `at` (after spaces), and where it ends.
fn word(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &bytes[at..];
    let start = at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'(');
    let len = bytes[start..].iter().position(ends);
    let end = len.map_or(bytes.len(), |len| start + len);
    (&bytes[start..end], end)
}

/// A message number; some server writes large ones as `9.3736e+06`.
fn number(word: &[u8]) -> Option<u32> {
    let word = std::str::from_utf8(word).ok()?;
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let number: f64 = word.parse().ok()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_tell_what_it_is() {
        let check = |line: &str, expect: &str| {
            let response = Response::read(Bytes::copy_from_slice(line.as_bytes()));
            let kind = match &response.kind {
                Kind::Tagged { tag, status } => format!("{tag} {}", shown(status)),
                Kind::Status(status) => format!("* {}", shown(status)),
                Kind::Continuation => "+".to_owned(),
                Kind::Untagged { number, name, .. } => format!("{number:?} {name:?}"),
                Kind::Garbled => "garbled".to_owned(),
            };
            assert_eq!(kind, expect, "{line}");
        };
        check("* 12 EXISTS\r\n", "Some(12) Exists");
        check("*  12\texists", "Some(12) Exists");
        check("* 9.3736e+06 EXISTS", "Some(9373600) Exists");
        check("* 4294967296 EXISTS", "garbled");
        check("* -1 EXISTS", "None Other");
        check("* 3 FETCH(UID 1)", "Some(3) Fetch");
        check("* SEARCH", "None Search");
        check("+ idling", "+");
        check("+", "+");
        check("A1 OK done", "A1 Ok - done");
        check("A1 no [TRYCREATE]no such", "A1 No TRYCREATE no such");
        check("* OK[ALERT] look", "* Ok ALERT look");
        check("* bye", "* Bye - ");
        check("* PREAUTH hi", "* Preauth - hi");
        check("* [UIDVALIDITY 1] x", "* Ok UIDVALIDITY 1 x");
        check("* OK [PERMANENTFLAGS (a]b \\*)] x", "* Ok PERMANENTFLAGS (a]b \\*) x");
        check("* OK [BADCHARSET (\"x]\")] y", "* Ok BADCHARSET (\"x]\") y");
        check("* OK [X (] y", "* Ok X ( y");
        check("* NO [UNAVAILABLE] later [host:1]", "* No UNAVAILABLE later [host:1]");
        check("* OK [open", "* Ok - [open");
        check("what is this", "garbled");
        check("*", "garbled");
    }

    fn shown(status: &Status) -> String {
        let code = status.code.as_deref().unwrap_or("-");
        format!("{:?} {code} {}", status.condition, status.text)
    }
}
