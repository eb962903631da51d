//! Header fields through mail-parser: addresses, encoded words, dates (RFC 5322, 2047, 2231).

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};
use postern_shared::address::Address;

use super::{charset, words};

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
    /// List-Archive as it stands.
    pub list_archive: Option<String>,
    /// List-Help as it stands.
    pub list_help: Option<String>,
    /// List-Unsubscribe as it stands.
    pub list_unsubscribe: Option<String>,
    /// List-Unsubscribe-Post as it stands (RFC 8058).
    pub list_unsubscribe_post: Option<String>,
}

/// Reads the fields of a header block, which may be a `BODY[HEADER]` fetched alone.
pub fn headers(block: &[u8]) -> Headers {
    headers_as(block, None)
}

/// Reads the fields of a header block whose raw 8-bit text is in `charset`.
pub fn headers_as(block: &[u8], charset: Option<&str>) -> Headers {
    with_fields(block, charset, fields).unwrap_or_default()
}

/// Hands a header block's parsed fields to `read`.
pub(super) fn with_fields<T>(
    block: &[u8],
    charset: Option<&str>,
    read: impl FnOnce(&Message<'_>) -> T,
) -> Option<T> {
    let text = as_utf8(block, charset);
    let text = words::join(&text);
    PARSER.parse_headers(text.as_ref()).map(|message| read(&message))
}

/// The text of one field's value: raw 8-bit text guessed, encoded words decoded, on one line.
pub fn decoded(raw: &[u8]) -> String {
    let text = charset::to_text(raw, None).0;
    // Folded lines keep the space that follows the fold.
    let line = text.replace("\r\n", "").replace(['\r', '\n', '\0'], " ");
    one_line(&words::text(&line))
}

/// A field's value with its encoded words decoded, nothing else changed: to look for tricks in it.
pub(super) fn as_written(raw: &str) -> String {
    words::text(raw)
}

/// True when a header block holds 8-bit text that is not UTF-8.
pub(super) fn is_raw(block: &[u8]) -> bool {
    std::str::from_utf8(block).is_err()
}

/// Raw 8-bit headers are turned into UTF-8 line by line, for mail-parser reads nothing else. What
/// nobody names a charset for is guessed from all such lines together.
fn as_utf8<'a>(block: &'a [u8], charset: Option<&str>) -> Cow<'a, [u8]> {
    if !is_raw(block) {
        return Cow::Borrowed(block);
    }
    let lines = || block.split_inclusive(|&b| b == b'\n');
    let declared = charset.map(str::to_owned).or_else(|| charset::sniff_html(block));
    let raw: Vec<u8> = lines().filter(|line| is_raw(line)).flatten().copied().collect();
    let name = charset::read(&raw, declared.as_deref()).charset;
    let lines = lines().map(|line| match std::str::from_utf8(line) {
        Ok(line) => line.to_owned(),
        Err(_) => charset::to_text(line, Some(&name)).0,
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
        list_archive: raw(HeaderName::ListArchive),
        list_help: raw(HeaderName::ListHelp),
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

/// A value on one line, without control characters and without what shows text in another order.
pub fn one_line(value: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let spaced = value.replace(breaks, " ").replace(reorders, "");
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Bidirectional overrides and isolates: they let text show in another order than it is.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A date as headers write it, in seconds since 1970 UTC.
pub fn date(value: &str) -> Option<i64> {
    let date = mail_parser::DateTime::parse_rfc822(&format!("{}\n", value.trim()))?;
    date.is_valid().then(|| date.to_timestamp())
}
