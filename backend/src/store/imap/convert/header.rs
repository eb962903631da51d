//! A message's own header to an envelope: for rows whose ENVELOPE cannot be had.

use mail_parser::{Address as Parsed, HeaderName, MessageParser};
use postern_shared::address::Address;
use postern_shared::envelope::Envelope;

use super::text::decoded;

/// Reads a raw header block.
pub(crate) fn from_header(header: &[u8]) -> Envelope {
    // A header that was cut off ends here all the same.
    let header = [header, b"\r\n\r\n"].concat();
    // Headers alone: nothing nests, so the parser's recursion is out of reach.
    let Some(message) = MessageParser::default().parse_headers(&header) else {
        return Envelope::default();
    };
    let from = addresses(message.from());
    let differs = |people: Vec<Address>| if people == from { Vec::new() } else { people };
    let raw = |name: &str| message.header_raw(name).map(|raw| decoded(raw.as_bytes()));
    Envelope {
        sent_at: message.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp()),
        subject: message.subject().unwrap_or_default().trim().to_owned(),
        sender: differs(addresses(message.sender())),
        reply_to: differs(addresses(message.reply_to())),
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        bcc: addresses(message.bcc()),
        in_reply_to: raw("In-Reply-To").unwrap_or_default(),
        message_id: raw(HeaderName::MessageId.as_str()).unwrap_or_default(),
        from,
    }
}

/// The message ids of a References header block, with their angle brackets.
pub(crate) fn references(header: &[u8]) -> Vec<String> {
    let text = field(header, "References").unwrap_or_default();
    let pieces = text.split('<').skip(1).filter_map(|piece| piece.split_once('>'));
    let ids = pieces.map(|(id, _)| id.split_whitespace().collect::<String>());
    ids.filter(|id| !id.is_empty()).map(|id| format!("<{id}>")).collect()
}

/// The List-Id of a header block: what stands in angle brackets (RFC 2919).
pub(crate) fn list_id(header: &[u8]) -> Option<String> {
    let text = field(header, "List-Id")?;
    let id = match text.rsplit_once('<') {
        Some((_, id)) => id.split('>').next().unwrap_or_default(),
        None => &text,
    };
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The value of a header field, unfolded.
fn field(header: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(header);
    let mut lines = text.lines();
    let value = lines.find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.trim_end().eq_ignore_ascii_case(name).then_some(value)
    })?;
    let mut value = value.to_owned();
    for folded in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        value.push_str(folded);
    }
    Some(value)
}

fn addresses(parsed: Option<&Parsed<'_>>) -> Vec<Address> {
    let one = |address: &mail_parser::Addr<'_>| Address {
        name: address.name().unwrap_or_default().to_owned(),
        email: address.address().unwrap_or_default().to_owned(),
    };
    parsed.map(|parsed| parsed.iter().map(one).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_gives_the_same_as_an_envelope() {
        let envelope = from_header(
            b"Date: Thu, 1 Jan 1970 00:00:10 +0000\r\nFrom: =?utf-8?Q?J=C3=BCrgen?= <j@a.test>\r\n\
              Sender: =?utf-8?Q?J=C3=BCrgen?= <j@a.test>\r\nSubject: Hi\r\nMessage-ID: <1@a>\r\n\r\n",
        );
        assert_eq!((envelope.sent_at, envelope.subject.as_str()), (Some(10), "Hi"));
        assert_eq!(envelope.from, [Address { name: "Jürgen".into(), email: "j@a.test".into() }]);
        assert!(envelope.sender.is_empty());
        assert_eq!(envelope.message_id, "<1@a>");
    }

    #[test]
    fn references_are_ids_in_order() {
        let header = b"References: <1@a>\r\n <2@b> <3@\r\n c> junk\r\n\r\n";
        assert_eq!(references(header), ["<1@a>", "<2@b>", "<3@c>"]);
        assert_eq!(references(b"List-Id: <no@reference>\r\n\r\n"), Vec::<String>::new());
    }

    #[test]
    fn a_list_is_known_by_what_stands_in_brackets() {
        let check = |header: &[u8], expect: Option<&str>| {
            assert_eq!(list_id(header).as_deref(), expect);
        };
        check(
            b"References: <1@a>\r\nLIST-ID : The <\r\n list.a.test>\r\n\r\n",
            Some("list.a.test"),
        );
        check(b"List-Id: list.a.test\r\n", Some("list.a.test"));
        check(b"List-Id: <>\r\n", None);
        check(b"Subject: a\r\n list-id: b\r\n", None);
    }
}
