//! Address lists (RFC 5322 §3.4) as ENVELOPE shows them: raw encoded words, groups as markers.

/// One entry of an address list in an ENVELOPE.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address {
    One { name: Option<Vec<u8>>, mailbox: Vec<u8>, host: Vec<u8> },
    GroupStart(Vec<u8>),
    GroupEnd,
}

/// Stands for the domain where an address has none, as Dovecot does.
const NO_HOST: &[u8] = b"MISSING_DOMAIN";

/// Reads an unfolded field's value, leniently.
pub(crate) fn addresses(text: &[u8]) -> Vec<Address> {
    let mut reader = Reader { text, at: 0, found: Vec::new(), pending: Pending::default() };
    reader.run();
    reader.found
}

#[derive(Default)]
struct Pending {
    words: Vec<Vec<u8>>,
    comment: Option<Vec<u8>>,
    host: Option<Vec<u8>>,
    /// The words before `<`.
    name: Option<Vec<u8>>,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    found: Vec<Address>,
    pending: Pending,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut in_group = false;
        while let Some(byte) = self.text.get(self.at).copied() {
            self.at += 1;
            match byte {
                b' ' | b'\t' => {}
                b'(' => self.pending.comment = Some(self.until_closed(b'(', b')')),
                b'"' => {
                    let word = self.quoted();
                    self.pending.words.push(word);
                }
                b'<' => {
                    self.pending.name = Some(std::mem::take(&mut self.pending.words).join(&b' '));
                }
                b'>' => {}
                b'@' if self.pending.words.is_empty() && self.pending.name.is_some() => {
                    self.route();
                }
                b'@' => self.pending.host = Some(self.atom(b"")),
                b',' => self.finish(),
                b':' if !in_group && self.pending.name.is_none() => {
                    let name = std::mem::take(&mut self.pending).words.join(&b' ');
                    self.found.push(Address::GroupStart(name));
                    in_group = true;
                }
                b';' => {
                    self.finish();
                    if std::mem::take(&mut in_group) {
                        self.found.push(Address::GroupEnd);
                    }
                }
                _ => {
                    let word = self.atom(&[byte]);
                    self.pending.words.push(word);
                }
            }
        }
        self.finish();
        if in_group {
            self.found.push(Address::GroupEnd);
        }
    }

    fn finish(&mut self) {
        let Pending { words, comment, host, name } = std::mem::take(&mut self.pending);
        if words.is_empty() && host.is_none() && name.is_none() {
            return;
        }
        let name = name.filter(|name| !name.is_empty()).or(comment);
        let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| NO_HOST.to_vec());
        self.found.push(Address::One { name, mailbox: words.concat(), host });
    }

    /// Skips an obsolete source route: `@a,@b:`.
    fn route(&mut self) {
        let rest = &self.text[self.at..];
        let colon = rest.iter().position(|byte| matches!(byte, b':' | b'>'));
        self.at += colon.map_or(rest.len(), |colon| colon + 1);
    }

    fn atom(&mut self, start: &[u8]) -> Vec<u8> {
        let rest = &self.text[self.at..];
        let ends = |byte: &u8| b" \t()<>@,;:\"".contains(byte);
        let length = match rest.first() {
            Some(b'[') => {
                rest.iter().position(|byte| *byte == b']').map_or(rest.len(), |at| at + 1)
            }
            _ => rest.iter().position(ends).unwrap_or(rest.len()),
        };
        self.at += length;
        [start, &rest[..length]].concat()
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut word = Vec::new();
        while let Some(byte) = self.text.get(self.at).copied() {
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    word.extend(self.text.get(self.at));
                    self.at += 1;
                }
                _ => word.push(byte),
            }
        }
        word
    }

    fn until_closed(&mut self, open: u8, close: u8) -> Vec<u8> {
        let (mut inside, mut depth) = (Vec::new(), 1);
        while let Some(byte) = self.text.get(self.at).copied() {
            self.at += 1;
            depth += usize::from(byte == open);
            depth -= usize::from(byte == close);
            if depth == 0 {
                break;
            }
            inside.push(byte);
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let show = |address: &Address| match address {
            Address::One { name, mailbox, host } => {
                let name = name.as_deref().map(lossy).unwrap_or_default();
                format!("{name}|{}|{}", lossy(mailbox), lossy(host))
            }
            Address::GroupStart(name) => format!("{}:", lossy(name)),
            Address::GroupEnd => ";".to_owned(),
        };
        let found: Vec<String> = addresses(text.as_bytes()).iter().map(show).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn address_lists_are_read_leniently() {
        check("a@b.example", &["|a|b.example"]);
        check("\"Last, First\" <a@b>, c@d (See)", &["Last, First|a|b", "See|c|d"]);
        check("=?utf-8?Q?a?= x <a@b>", &["=?utf-8?Q?a?= x|a|b"]);
        check(
            "friends: a@b, C <c@d>; , e@[1.2.3.4]",
            &["friends:", "|a|b", "C|c|d", ";", "|e|[1.2.3.4]"],
        );
        check("undisclosed-recipients:;", &["undisclosed-recipients:", ";"]);
        check("\"odd \\\" one\"@b", &["|odd \" one|b"]);
        check("<@r1,@r2:a@b>", &["|a|b"]);
        check("root", &["|root|MISSING_DOMAIN"]);
        check("Name <>", &["Name||MISSING_DOMAIN"]);
        check(", ,", &[]);
    }
}
