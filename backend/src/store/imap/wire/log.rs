//! A protocol log for support, without secrets and without mail: commands, answers and numbers
//! stay; strings, names and addresses do not.

use std::fmt::Write;
use std::sync::Arc;

/// Where the lines of a protocol log go. `C:` begins what we say, `S:` what the server says.
pub type ProtocolLog = Arc<dyn Fn(&str) + Send + Sync>;

/// Octets of one line that are looked at.
const LONGEST: usize = 4 << 10;
/// What stands where something was left out.
const MARK: char = '…';

/// Words that are the protocol's own. Every other word may be a name.
const WORDS: &str = " ALERT ALL ALREADYEXISTS ANSWERED APPEND APPENDUID ARRIVAL AUTHENTICATE \
AUTHENTICATIONFAILED AUTHORIZATIONFAILED BAD BADCHARSET BCC BEFORE BINARY BINARY.PEEK BODY \
BODY.PEEK BODYSTRUCTURE BYE CANNOT CAPABILITY CC CHANGEDSINCE CHARSET CHILDREN CHILDINFO CLOSE \
CLOSED COMPRESS CONDSTORE CONTACTADMIN COPY COPYUID COUNT CREATE DATE DEFLATE DELETE DELETED DONE \
DRAFT EARLIER EMAILID ENABLE ENABLED ENVELOPE ESEARCH EXAMINE EXISTS EXPIRED EXPUNGE EXPUNGEISSUED \
FETCH FLAGGED FLAGS FROM GETACL GETQUOTAROOT HASMORE HEADER HEADER.FIELDS HIGHESTMODSEQ ID IDLE \
IMAP4REV1 IMAP4REV2 INBOX INTERNALDATE INUSE KEYWORD LARGER LAZY LIMIT LIST LIST-ID LOGIN LOGOUT \
LSUB MAX MAILBOXID MESSAGES MIME MIN MODIFIED MODSEQ MOVE MYRIGHTS NAMESPACE NIL NO NOMODSEQ \
NONEXISTENT NOOP NOPERM NOT NOTIFY OK OR OVERQUOTA PARTIAL PERMANENTFLAGS PREAUTH PREVIEW \
PRIVACYREQUIRED QRESYNC QUOTA QUOTAROOT READ-ONLY READ-WRITE RECENT REFERENCES RENAME RETURN REVERSE \
RFC822.SIZE SAVE SAVEDATE SEARCH SEEN SELECT SELECTED SERVERBUG SINCE SIZE SMALLER SORT SPECIAL-USE \
STARTTLS STATUS STORAGE STORE SUBJECT SUBSCRIBE SUBSCRIBED TEXT THREAD THREADID TO TRYCREATE UID \
UIDNEXT UIDNOTSTICKY UIDVALIDITY UNAVAILABLE UNKNOWN-CTE UNSEEN UNSELECT UNSUBSCRIBE USE UTF-8 \
VANISHED X-GM-LABELS X-GM-MSGID X-GM-THRID +FLAGS -FLAGS +FLAGS.SILENT -FLAGS.SILENT ";

/// What may be shown of a piece that we send: a command, or the rest of one.
pub(super) fn sent(bytes: &[u8], tag: Option<&str>) -> String {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let line = bytes[..end].trim_ascii();
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let is_command = tag.is_some_and(|tag| words.next() == Some(tag.as_bytes()));
    let command = words.next().unwrap_or_default();
    if line == b"DONE" {
        return "C: DONE".to_owned();
    }
    let signs_in = ["LOGIN", "AUTHENTICATE"]
        .iter()
        .any(|secret| command.eq_ignore_ascii_case(secret.as_bytes()));
    match (is_command, tag) {
        (true, Some(tag)) if signs_in => {
            let rest = words.next().unwrap_or_default();
            let mechanism = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
            let named = command.eq_ignore_ascii_case(b"AUTHENTICATE") && is_name(mechanism);
            let mechanism = if named { mechanism } else { b"" };
            let shown = [command, mechanism].map(String::from_utf8_lossy).join(" ");
            format!("C: {tag} {} {MARK}", shown.trim_end())
        }
        (true, Some(tag)) => format!("C: {tag}{}", shown(&line[tag.len()..])),
        _ => format!("C: {MARK} ({} octets)", bytes.len()),
    }
}

/// What may be shown of a response.
pub(super) fn received(bytes: &[u8], tag: Option<&str>) -> String {
    let line = bytes[..bytes.len().min(LONGEST)].trim_ascii_end();
    let (word, rest) = match line.iter().position(|byte| *byte == b' ') {
        Some(at) => line.split_at(at),
        None => (line, &[][..]),
    };
    if word == b"+" {
        // A challenge, or a text of no interest.
        return "S: +".to_owned();
    }
    let first = match word {
        b"*" => "*".to_owned(),
        own if tag.is_some_and(|tag| own == tag.as_bytes()) => tag.unwrap_or_default().to_owned(),
        _ => MARK.to_string(),
    };
    let mut text = format!("S: {first}{}", shown(rest));
    if bytes.len() > LONGEST {
        let _ = write!(text, " {MARK} ({} octets)", bytes.len());
    }
    text
}

/// A line with everything replaced that is not the protocol's own.
fn shown(line: &[u8]) -> String {
    let mut text = String::new();
    let (mut at, mut capabilities) = (0, false);
    while let Some(byte) = line.get(at) {
        match byte {
            b'"' => {
                at = after_string(line, at);
                mark(&mut text);
            }
            b'{' => {
                let (end, octets) = after_literal(line, at);
                at = end;
                let _ = write!(text, "{{{octets}}}");
                mark(&mut text);
            }
            b' ' | b'(' | b')' | b'[' | b']' | b'<' | b'>' => {
                capabilities &= *byte != b']';
                text.push(char::from(*byte));
                at += 1;
            }
            _ => {
                let rest = &line[at..];
                let length = rest.iter().position(|byte| b" ()[]<>\"{\r\n".contains(byte));
                let length = length.unwrap_or(rest.len()).max(1);
                let word = &rest[..length];
                match own(word).or_else(|| std::str::from_utf8(word).ok().filter(|_| capabilities))
                {
                    Some(word) => text.push_str(word),
                    None => mark(&mut text),
                }
                capabilities |= word.eq_ignore_ascii_case(b"CAPABILITY");
                at += length;
            }
        }
    }
    text
}

/// Whether a word can be a mechanism's name and is too short for a secret.
fn is_name(word: &[u8]) -> bool {
    let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'-';
    word.len() <= 20 && word.iter().all(upper)
}

/// The mark, once for what was left out in a row.
fn mark(text: &mut String) {
    let length = text.trim_end().len();
    if text[..length].ends_with(MARK) {
        text.truncate(length);
    } else {
        text.push(MARK);
    }
}

/// A word that says nothing about a person: a number, a flag of the system, the protocol's own.
fn own(word: &[u8]) -> Option<&str> {
    let word = std::str::from_utf8(word).ok()?;
    let numbers = word.bytes().all(|byte| byte.is_ascii_digit() || b":,*.".contains(&byte));
    let flag = word.strip_prefix('\\').is_some_and(|name| {
        name == "*" || name.len() <= 16 && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let known = || WORDS.contains(&format!(" {} ", word.to_ascii_uppercase()));
    (numbers || flag || known()).then_some(word)
}

fn after_string(line: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    line.len()
}

/// Where a literal ends that begins at `open`, and its octets as announced.
fn after_literal(line: &[u8], open: usize) -> (usize, usize) {
    let digits = line[open + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&line[open + 1..open + 1 + digits]).unwrap_or_default();
    let octets: usize = number.parse().unwrap_or(0);
    let end = line[open..].iter().position(|byte| *byte == b'\n').map(|end| open + end + 1);
    let start = end.unwrap_or(line.len());
    (start.saturating_add(octets).min(line.len()), octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_without_what_they_carry() {
        let check =
            |line: &str, expect: &str| assert_eq!(sent(line.as_bytes(), Some("P1")), expect);
        check("P1 LOGIN \"ann\" \"secret\"\r\n", "C: P1 LOGIN …");
        check("P1 AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\r\n", "C: P1 AUTHENTICATE PLAIN …");
        check("AGFubgBzZWNyZXQ=\r\n", "C: … (18 octets)");
        check("P1 SELECT \"Lovers\" (CONDSTORE)\r\n", "C: P1 SELECT … (CONDSTORE)");
        check("P1 UID SEARCH SUBJECT {5+}\r\nhello\r\n", "C: P1 UID SEARCH SUBJECT {5}…");
        check(
            "P1 UID STORE 1:4 +FLAGS (\\Seen $Mine)\r\n",
            "C: P1 UID STORE 1:4 +FLAGS (\\Seen …)",
        );
        check("DONE\r\n", "C: DONE");
    }

    #[test]
    fn answers_are_shown_without_mail_and_names() {
        let check =
            |line: &str, expect: &str| assert_eq!(received(line.as_bytes(), Some("P1")), expect);
        check("* LIST (\\HasNoChildren) \"/\" Lovers\r\n", "S: * LIST (\\HasNoChildren) …");
        check("* STATUS Lovers (MESSAGES 3)\r\n", "S: * STATUS … (MESSAGES 3)");
        check(
            "* 2 FETCH (UID 7 BODY[TEXT]<0> {6}\r\nsecret FLAGS (\\Seen))\r\n",
            "S: * 2 FETCH (UID 7 BODY[TEXT]<0> {6}… FLAGS (\\Seen))",
        );
        check(
            "* OK [CAPABILITY IMAP4rev1 X-NEW] ann's server\r\n",
            "S: * OK [CAPABILITY IMAP4rev1 X-NEW] …",
        );
        check("+ c2VjcmV0\r\n", "S: +");
        check("P1 NO [OVERQUOTA] ann@a.test has 5 GB\r\n", "S: P1 NO [OVERQUOTA] … 5 …");
        check("* 1 FETCH (ENVELOPE (\"d\" \"open", "S: * 1 FETCH (ENVELOPE (…");
    }
}
