//! A draft becomes a message: plain text, format=flowed, UTF-8 (RFC 5322, 2045, 3676).

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use mail_parser::DateTime;
use postern_shared::address::Address;
use postern_shared::draft::{Draft, Origin};

use super::flow;
use super::smtp::SmtpEnvelope;
use crate::mime::attachment;

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

/// Writes the message.
///
/// # Errors
/// A draft without recipients, with a malformed address, or with control characters in a header.
pub fn compose(
    draft: &Draft,
    stamp: &Stamp,
    enclosures: Vec<Enclosure>,
) -> Result<Composed, Error> {
    compose_as(draft, stamp, |text| match enclosures.is_empty() {
        true => text,
        false => {
            let files = enclosures.into_iter().map(enclosed);
            MimePart::new("multipart/mixed", std::iter::once(text).chain(files).collect::<Vec<_>>())
        }
    })
}

/// Writes the message with a body that is made around its text.
pub(super) fn compose_as(
    draft: &Draft,
    stamp: &Stamp,
    arrange: impl FnOnce(MimePart<'static>) -> MimePart<'static>,
) -> Result<Composed, Error> {
    let smtp_envelope = check(draft)?;
    let id = message_id(&draft.from, stamp);
    let mut builder = MessageBuilder::new()
        .header("Date", Raw::new(date(stamp)))
        .header("Message-ID", MessageId::new(id.clone()))
        .from(written(std::slice::from_ref(&draft.from)))
        .subject(draft.subject.as_str());
    for (name, list) in [("To", &draft.to), ("Cc", &draft.cc)] {
        if !list.is_empty() {
            builder = builder.header(name, written(list));
        }
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
    let body = arrange(text_part(&draft.text));
    let mut message = Vec::new();
    builder.body(body).serialize(&mut message);
    let message = with_crlf(message);
    Ok(Composed { message, message_id: format!("<{id}>"), smtp_envelope })
}

/// Every address is one, nothing breaks out of its header, and somebody gets the message.
fn check(draft: &Draft) -> Result<SmtpEnvelope, Error> {
    let fields = [("To", &draft.to), ("Cc", &draft.cc), ("Bcc", &draft.bcc)]
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
        if field != "From" && !recipients.iter().any(|known| known.eq_ignore_ascii_case(email)) {
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

fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

fn written(list: &[Address]) -> Written<'_> {
    let one = |address: &Address| {
        let name = Some(address.name.trim()).filter(|name| !name.is_empty()).map(str::to_owned);
        Written::new_address(name, address.email.trim().to_owned())
    };
    match list {
        [only] => one(only),
        several => Written::new_list(several.iter().map(one).collect()),
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

fn text_part(text: &str) -> MimePart<'static> {
    let kind =
        ContentType::new("text/plain").attribute("charset", "utf-8").attribute("format", "flowed");
    MimePart::new(
        kind,
        flow::wrap(&text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")),
    )
}

fn enclosed(file: Enclosure) -> MimePart<'static> {
    let kind = attachment::content_type(&file.content_type);
    let name = attachment::file_name(Some(&file.name), &kind);
    // RFC 2046 §5.2.1: a message is never encoded again; it stands as it is.
    let is_message = kind == "message/rfc822" && file.bytes.is_ascii();
    let kind = match kind.as_str() {
        "message/rfc822" if !is_message => "application/octet-stream".to_owned(),
        multipart if multipart.starts_with("multipart/") => "application/octet-stream".to_owned(),
        _ => kind,
    };
    let typed = ContentType::new(kind).attribute("name", name.clone());
    let part = MimePart::new(typed, file.bytes).attachment(name);
    // Even text keeps its exact bytes: base64 leaves line ends alone.
    if is_message { part.transfer_encoding("7bit") } else { part }
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
