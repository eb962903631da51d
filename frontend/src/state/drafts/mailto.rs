//! `mailto:` links (RFC 6068): to whom somebody wants to be written, and what.

use postern_shared::address::Address;

use super::recipients;

/// What a link asks for; only what is harmless and can be seen before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailto {
    /// To whom.
    pub to: Vec<Address>,
    /// Who gets a copy.
    pub cc: Vec<Address>,
    /// Who gets a copy without standing in it.
    pub bcc: Vec<Address>,
    /// About what.
    pub subject: String,
    /// The text, lines ended by `\n`.
    pub body: String,
}

impl Mailto {
    /// A message to one address.
    #[must_use]
    pub fn to(email: &str) -> Self {
        let to = vec![Address { name: String::new(), email: email.to_owned() }];
        Self { to, ..Self::default() }
    }

    /// Reads a link; none where it is another kind of link.
    #[must_use]
    pub fn parse(link: &str) -> Option<Self> {
        let (scheme, rest) = link.trim().split_once(':')?;
        if !scheme.eq_ignore_ascii_case("mailto") {
            return None;
        }
        let (to, fields) = rest.split_once('?').unwrap_or((rest, ""));
        let fields = fields.split_once('#').map_or(fields, |(fields, _)| fields);
        let mut read = Self { to: recipients::parse(&decode(to)), ..Self::default() };
        for (name, value) in fields.split('&').filter_map(|field| field.split_once('=')) {
            let value = decode(value);
            match name.to_ascii_lowercase().as_str() {
                "to" => read.to.extend(recipients::parse(&value)),
                "cc" => read.cc.extend(recipients::parse(&value)),
                "bcc" => read.bcc.extend(recipients::parse(&value)),
                "subject" => read.subject = one_line(&value),
                "body" => read.body = value.replace("\r\n", "\n").replace('\r', "\n"),
                _ => {}
            }
        }
        Some(read)
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Percent-decoding; what is no UTF-8 afterwards is shown as such.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let pair = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(pair.unwrap_or(*first));
        rest = tail.get(if pair.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_tells_recipients_subject_and_text() {
        let read = Mailto::parse(
            "MAILTO:ann@x.test,bob@x.test?subject=Tea%20%E8%8C%B6&cc=cem@x.test&body=a%0D%0Ab&x=y",
        );
        let read = read.unwrap();
        let emails: Vec<_> = read.to.iter().map(|one| one.email.as_str()).collect();
        assert_eq!(emails, ["ann@x.test", "bob@x.test"]);
        assert_eq!((read.subject.as_str(), read.body.as_str()), ("Tea 茶", "a\nb"));
        assert_eq!(read.cc.len(), 1);
    }

    #[test]
    fn what_is_odd_about_a_link_does_no_harm() {
        let read = Mailto::parse("mailto:?subject=a%0D%0ABcc:%20x@y.test&body=%zz%e4").unwrap();
        assert_eq!(read.subject, "a  Bcc: x@y.test");
        assert!(read.bcc.is_empty() && read.to.is_empty());
        assert_eq!(read.body, "%zz\u{fffd}");
        assert_eq!(Mailto::parse("https://x.test"), None);
        assert_eq!(Mailto::parse(""), None);
    }
}
