//! A draft becomes a message: text as format=flowed beside HTML with its pictures, and files, all
//! in ASCII (RFC 5322, 2045, 2387, 3676).
//!
//! Files are not held: the message is laid out in pieces, with places where their bytes go.

pub mod memo;
mod parts;
mod reopen;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;
use mail_parser::DateTime;
use postern_shared::address::Address;
use postern_shared::draft::{Draft, Origin};

use super::base64;
use super::smtp::SmtpEnvelope;
use parts::Marks;
pub use parts::sections;
pub use reopen::{StoredDraft, reopen};

/// The header of a kept draft that says what others cannot.
pub const MEMO: &str = "X-Postern-Draft";
/// The media type of a message that is passed on as a file.
const MESSAGE: &str = "message/rfc822";
/// Ids that References keeps: the first and the latest (RFC 5322 lets the middle go).
const REFERENCES: usize = 30;

/// What a message gets from the outside world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds since 1970 UTC.
    pub now: i64,
    /// The sender's zone, in minutes east of UTC.
    pub zone_minutes: i32,
    /// Random bits for the Message-ID.
    pub id: [u8; 16],
}

/// A file that travels with the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// Its file name.
    pub name: String,
    /// Its `type/subtype`.
    pub content_type: String,
    /// Its content, decoded.
    pub bytes: Vec<u8>,
}

/// A file that travels along, apart from its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartHead {
    /// Its file name.
    pub name: String,
    /// Its `type/subtype`.
    pub content_type: String,
    /// The Content-ID, without angle brackets, of what the HTML shows in place.
    pub content_id: Option<String>,
    /// It is a message in ASCII with lines short enough to stand as it is (RFC 2046 §5.2.1).
    pub plain_message: bool,
}

/// A stretch of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The file of this number, in lines of base64.
    Encoded(usize),
    /// The file of this number, as it is.
    Verbatim(usize),
}

/// A message in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What it is made of; every line of the bytes ends with CR LF.
    pub pieces: Vec<Piece>,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// Sender and every recipient once, Bcc included.
    pub smtp_envelope: SmtpEnvelope,
}

/// Whether a message goes out or is kept to be written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// It goes out: no Bcc, and whoever gets it is checked.
    Send,
    /// It is kept: Bcc stands in it, and this is what headers cannot say.
    Keep(&'a str),
}

/// A message ready to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// RFC 5322 bytes; every line ends with CR LF; no Bcc.
    pub message: Vec<u8>,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// Sender and every recipient once, Bcc included.
    pub smtp_envelope: SmtpEnvelope,
}

/// Why a draft is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// To, Cc and Bcc are empty.
    #[error("there is no recipient")]
    NoRecipient,
    /// Not `local@domain`.
    #[error("not an address: {0:?}")]
    BadAddress(String),
    /// A header would carry a line break or another control character.
    #[error("{field} holds a control character")]
    ControlCharacter {
        /// The field, as RFC 5322 names it.
        field: &'static str,
    },
}

/// Writes the message with files that are in memory.
///
/// # Errors
/// As for [`layout`].
pub fn compose(
    draft: &Draft,
    stamp: &Stamp,
    enclosures: Vec<Enclosure>,
) -> Result<Composed, Error> {
    let head = |file: &Enclosure| PartHead {
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        content_id: None,
        plain_message: file.content_type == MESSAGE && file.bytes.is_ascii(),
    };
    let heads: Vec<PartHead> = enclosures.iter().map(head).collect();
    let Layout { pieces, message_id, smtp_envelope } = layout(draft, stamp, &heads, Purpose::Send)?;
    let bytes = |piece| match piece {
        Piece::Bytes(bytes) => bytes,
        Piece::Encoded(file) => base64::lines(&enclosures[file].bytes),
        Piece::Verbatim(file) => with_crlf(enclosures[file].bytes.clone()),
    };
    let message: Vec<u8> = pieces.into_iter().flat_map(bytes).collect();
    Ok(Composed { message, message_id, smtp_envelope })
}

/// Writes the message with a body that is made around its text.
pub(super) fn compose_as(
    draft: &Draft,
    stamp: &Stamp,
    arrange: impl FnOnce(MimePart<'static>) -> MimePart<'static>,
) -> Result<Composed, Error> {
    let smtp_envelope = check(draft)?;
    let id = message_id(&draft.from, stamp);
    let body = arrange(parts::text_part(&draft.text));
    let mut message = Vec::new();
    headers(draft, stamp, &id, Purpose::Send).body(body).serialize(&mut message);
    Ok(Composed { message: with_crlf(message), message_id: format!("<{id}>"), smtp_envelope })
}

/// Lays the message out around its files.
///
/// # Errors
/// A draft without recipients, with a malformed address, or with control characters in a header;
/// one that is only kept may be anything.
pub fn layout(
    draft: &Draft,
    stamp: &Stamp,
    files: &[PartHead],
    purpose: Purpose<'_>,
) -> Result<Layout, Error> {
    let smtp_envelope = match purpose {
        Purpose::Send => check(draft)?,
        Purpose::Keep(_) => SmtpEnvelope::default(),
    };
    let id = msg_id(&draft.options.message_id).unwrap_or_else(|| message_id(&draft.from, stamp));
    let marks = Marks::new(stamp, files.len());
    let mut message = Vec::new();
    let builder = headers(draft, stamp, &id, purpose);
    builder.body(parts::body(draft, files, &marks)).serialize(&mut message);
    let pieces = marks.cut(&with_crlf(message), files);
    Ok(Layout { pieces, message_id: format!("<{id}>"), smtp_envelope })
}

fn headers<'a>(draft: &Draft, stamp: &Stamp, id: &str, purpose: Purpose<'a>) -> MessageBuilder<'a> {
    let mut builder = MessageBuilder::new()
        .header("Date", Raw::new(date(stamp)))
        .header("Message-ID", MessageId::new(id.to_owned()))
        .header("From", written(std::slice::from_ref(&draft.from)))
        .header("Subject", subject(line(&draft.subject)));
    let mut lists =
        vec![("Reply-To", &draft.options.reply_to), ("To", &draft.to), ("Cc", &draft.cc)];
    if let Purpose::Keep(memo) = purpose {
        lists.push(("Bcc", &draft.bcc));
        builder = builder.header(MEMO, Raw::new(memo));
    }
    for (name, list) in lists {
        if !list.is_empty() {
            builder = builder.header(name, written(list));
        }
    }
    if draft.options.ask_read {
        let reader = written(std::slice::from_ref(&draft.from));
        builder = builder.header("Disposition-Notification-To", reader);
    }
    if let Origin::Reply { message_id, .. } = &draft.origin
        && let Some(original) = msg_id(message_id)
    {
        builder = builder.in_reply_to(original);
    }
    let references = references(&draft.origin);
    if !references.is_empty() {
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    builder
}

/// A subject that looks like an encoded word is encoded, so that it is not read as one.
fn subject(text: String) -> HeaderType<'static> {
    match looks_encoded(&text) {
        false => Text::new(text).into(),
        true => Raw::new(words(&text)).into(),
    }
}

/// Whether a text might be written as it is and then be read as what it seems to encode.
fn looks_encoded(text: &str) -> bool {
    text.is_ascii() && text.contains("=?")
}

/// A text in encoded words, of 75 characters at most each (RFC 2047 §2).
fn words(text: &str) -> String {
    /// Bytes of a word before they are encoded.
    const WORD: usize = 45;
    let (mut words, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (word, more) = rest.split_at(rest.floor_char_boundary(WORD));
        words.push(format!("=?utf-8?B?{}?=", base64::encode(word.as_bytes())));
        rest = more;
    }
    words.join(" ")
}

/// A draft may hold anything while it is written; a header is one line all the same.
fn line(text: &str) -> String {
    text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect()
}

/// Every address is one, nothing breaks out of its header, and somebody gets the message.
fn check(draft: &Draft) -> Result<SmtpEnvelope, Error> {
    let reply_to = ("Reply-To", &draft.options.reply_to);
    let fields = [reply_to, ("To", &draft.to), ("Cc", &draft.cc), ("Bcc", &draft.bcc)]
        .into_iter()
        .flat_map(|(field, list)| list.iter().map(move |address| (field, address)));
    let mut recipients: Vec<String> = Vec::new();
    for (field, address) in std::iter::once(("From", &draft.from)).chain(fields) {
        if has_control(&address.name) || has_control(&address.email) {
            return Err(Error::ControlCharacter { field });
        }
        let email = address.email.trim();
        if email.parse::<lettre::Address>().is_err() {
            return Err(Error::BadAddress(address.email.clone()));
        }
        let receives = !matches!(field, "From" | "Reply-To");
        if receives && !recipients.iter().any(|known| known.eq_ignore_ascii_case(email)) {
            recipients.push(email.to_owned());
        }
    }
    if has_control(&draft.subject) {
        return Err(Error::ControlCharacter { field: "Subject" });
    }
    if recipients.is_empty() {
        return Err(Error::NoRecipient);
    }
    Ok(SmtpEnvelope { from: draft.from.email.trim().to_owned(), to: recipients })
}

/// Whether a text is an address that mail can be sent to.
#[must_use]
pub fn is_address(text: &str) -> bool {
    !has_control(text) && text.trim().parse::<lettre::Address>().is_ok()
}

fn has_control(text: &str) -> bool {
    text.chars().any(is_break)
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn written(list: &[Address]) -> HeaderType<'static> {
    let named = |address: &Address| {
        let name = line(address.name.trim());
        (Some(name).filter(|name| !name.is_empty()), line(address.email.trim()))
    };
    if list.iter().any(|address| looks_encoded(&address.name)) {
        let one = |address: &Address| match named(address) {
            (Some(name), email) => format!("{} <{email}>", words(&name)),
            (None, email) => format!("<{email}>"),
        };
        return Raw::new(list.iter().map(one).collect::<Vec<_>>().join(", ")).into();
    }
    let one = |address: &Address| {
        let (name, email) = named(address);
        Written::new_address(name, email)
    };
    match list {
        [only] => one(only).into(),
        several => Written::new_list(several.iter().map(one).collect()).into(),
    }
}

fn message_id(from: &Address, stamp: &Stamp) -> String {
    let domain = from.email.trim().rsplit('@').next().unwrap_or_default();
    let local: String = stamp.id.iter().map(|byte| format!("{byte:02x}")).collect();
    // An ASCII-only id needs no SMTPUTF8 and is found again by any server's search.
    let domain = if domain.is_ascii() && !domain.is_empty() { domain } else { "mail.invalid" };
    format!("{local}@{}", domain.to_ascii_lowercase())
}

/// The Date header with the sender's own zone (RFC 5322 §3.3).
fn date(stamp: &Stamp) -> String {
    let zone = stamp.zone_minutes.clamp(-14 * 60, 14 * 60);
    let local = DateTime::from_timestamp(stamp.now + i64::from(zone) * 60);
    let minutes = zone.unsigned_abs();
    DateTime {
        tz_before_gmt: zone < 0,
        tz_hour: (minutes / 60) as u8,
        tz_minute: (minutes % 60) as u8,
        ..local
    }
    .to_rfc822()
}

/// The bare id of a Message-ID that is one; others would damage the header.
fn msg_id(id: &str) -> Option<String> {
    let bare = id.trim().trim_start_matches('<').trim_end_matches('>');
    let legal = !bare.is_empty()
        && bare.len() < 900
        && bare.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    legal.then(|| bare.to_owned())
}

fn references(origin: &Origin) -> Vec<String> {
    let (Origin::Reply { message_id, references, .. }
    | Origin::Forward { message_id, references, .. }) = origin
    else {
        return Vec::new();
    };
    let parent = msg_id(message_id);
    let older =
        references.iter().filter_map(|id| msg_id(id)).filter(|id| Some(id) != parent.as_ref());
    let mut chain: Vec<String> = older.chain(parent.clone()).collect();
    if chain.len() > REFERENCES {
        chain.drain(1..chain.len() - (REFERENCES - 1));
    }
    chain
}

/// Every line end as CR LF: a bare one would be another end of message to some server.
fn with_crlf(message: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 64);
    let mut previous = 0;
    for byte in message {
        if previous == b'\r' && byte != b'\n' {
            out.push(b'\n');
        }
        if byte == b'\n' && previous != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        previous = byte;
    }
    if previous != b'\n' {
        out.extend_from_slice(if previous == b'\r' { b"\n" } else { b"\r\n" });
    }
    out
}

#[cfg(test)]
mod tests;
