//! Header fields through mail-parser: addresses, encoded words, dates (RFC 5322, 2047, 2231).

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};
use postern_shared::address::Address;

use super::charset;

static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::default);

/// The fields of a message's own header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// From.
    pub from: Vec<Address>,
    /// Sender.
    pub sender: Vec<Address>,
    /// Reply-To.
    pub reply_to: Vec<Address>,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Bcc, which only one's own sent messages and drafts have.
    pub bcc: Vec<Address>,
    /// Subject, decoded, on one line.
    pub subject: String,
    /// Date, in seconds since 1970 UTC.
    pub sent_at: Option<i64>,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// References, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// List-Id as it stands.
    pub list_id: Option<String>,
    /// List-Post as it stands.
    pub list_post: Option<String>,
    /// List-Unsubscribe as it stands.
    pub list_unsubscribe: Option<String>,
    /// List-Unsubscribe-Post as it stands (RFC 8058).
    pub list_unsubscribe_post: Option<String>,
}

/// Reads the fields of a header block, which may be a `BODY[HEADER]` fetched alone.
pub fn headers(block: &[u8]) -> Headers {
    let text = as_utf8(block);
    PARSER.parse_headers(text.as_ref()).map_or_else(Headers::default, |message| fields(&message))
}

/// Hands a header block's parsed fields to `read`.
pub(super) fn with_fields<T>(block: &[u8], read: impl FnOnce(&Message<'_>) -> T) -> Option<T> {
    let text = as_utf8(block);
    PARSER.parse_headers(text.as_ref()).map(|message| read(&message))
}

/// Raw 8-bit headers are turned into UTF-8 line by line, for mail-parser reads nothing else.
fn as_utf8(block: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(block).is_ok() {
        return Cow::Borrowed(block);
    }
    let declared = charset::sniff_html(block);
    let lines =
        block.split_inclusive(|&b| b == b'\n').map(|line| match std::str::from_utf8(line) {
            Ok(line) => line.to_owned(),
            Err(_) => charset::to_text(line, declared.as_deref()).0,
        });
    Cow::Owned(lines.collect::<String>().into_bytes())
}

pub(super) fn fields(message: &Message<'_>) -> Headers {
    let raw = |name: HeaderName<'static>| {
        message.header_raw(name).map(one_line).filter(|value| !value.is_empty())
    };
    Headers {
        from: addresses(message, &HeaderName::From),
        sender: addresses(message, &HeaderName::Sender),
        reply_to: addresses(message, &HeaderName::ReplyTo),
        to: addresses(message, &HeaderName::To),
        cc: addresses(message, &HeaderName::Cc),
        bcc: addresses(message, &HeaderName::Bcc),
        subject: message.subject().map(one_line).unwrap_or_default(),
        sent_at: message.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp()),
        message_id: ids(message.header(HeaderName::MessageId)).into_iter().next_back(),
        in_reply_to: ids(Some(message.in_reply_to())),
        references: ids(Some(message.references())),
        list_id: raw(HeaderName::ListId),
        list_post: raw(HeaderName::ListPost),
        list_unsubscribe: raw(HeaderName::ListUnsubscribe),
        list_unsubscribe_post: raw(HeaderName::ListUnsubscribePost),
    }
}

fn addresses(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<Address> {
    let fields = message.headers().iter().filter(|header| header.name == *name);
    fields
        .filter_map(|header| header.value.as_address())
        .flat_map(|list| list.iter())
        .map(|found| Address {
            name: found.name().map(one_line).unwrap_or_default(),
            email: found.address().map(one_line).unwrap_or_default(),
        })
        .filter(|found| !found.name.is_empty() || !found.email.is_empty())
        .collect()
}

fn ids(value: Option<&HeaderValue<'_>>) -> Vec<String> {
    match value {
        Some(HeaderValue::Text(id)) => vec![one_line(id)],
        Some(HeaderValue::TextList(list)) => list.iter().map(|id| one_line(id)).collect(),
        _ => Vec::new(),
    }
}

/// A value on one line without control characters.
pub(super) fn one_line(value: &str) -> String {
    let spaced = value.replace(|c: char| c.is_control(), " ");
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Bidirectional overrides and isolates: they let text show in another order than it is.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
