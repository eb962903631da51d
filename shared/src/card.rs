//! Parts of a message that mean something: shown as cards beside its text.

use serde::{Deserialize, Serialize};

use crate::calendar::Invitation;

/// A part, understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The part that it was read from.
    pub section: String,
    /// What it says.
    pub content: CardContent,
}

/// What a part says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardContent {
    /// A delivery report (RFC 3464).
    Delivery(DeliveryReport),
    /// A disposition notification: somebody saw a message, or deleted it (RFC 8098).
    Disposition(DispositionReport),
    /// A complaint about a message (RFC 5965).
    Abuse(AbuseReport),
    /// Events (RFC 5545), perhaps an invitation (RFC 5546).
    Calendar(Invitation),
    /// A person (RFC 6350).
    Contact(Contact),
    /// One piece of a message that was cut (RFC 2046 §5.2.2).
    Partial(PartialMessage),
    /// A part that lies elsewhere (RFC 2046 §5.2.3). It is never fetched by itself.
    External(ExternalBody),
}

/// What became of a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryReport {
    /// The server that reports.
    pub reporter: String,
    /// One for each recipient.
    pub recipients: Vec<DeliveryStatus>,
    /// The message that it is about.
    pub original: Option<Original>,
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// The recipient's address.
    pub recipient: String,
    /// What the server did.
    pub action: DeliveryAction,
    /// The status code, such as `5.1.1` (RFC 3463); may be empty.
    pub status: String,
    /// What the other server said, on one line; may be empty.
    pub diagnostic: String,
    /// The other server; may be empty.
    pub remote: String,
    /// Until when it is tried again, in seconds since 1970 UTC.
    pub retry_until: Option<i64>,
}

/// What a server did for a recipient (RFC 3464 §2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryAction {
    /// It gave up.
    Failed,
    /// It goes on trying.
    Delayed,
    /// It is in the mailbox.
    Delivered,
    /// It went to a server that does not report.
    Relayed,
    /// It went on to several addresses.
    Expanded,
}

/// The message that a report is about, as far as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Original {
    /// Its Message-ID without angle brackets; may be empty.
    pub message_id: String,
    /// Its subject; may be empty.
    pub subject: String,
    /// The address it was from; may be empty.
    pub from: String,
    /// The address it was to; may be empty.
    pub to: String,
}

/// What somebody's program did with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispositionReport {
    /// Who had the message.
    pub recipient: String,
    /// What was done with it.
    pub disposition: Disposition,
    /// Whether a program did it by itself, not a person.
    pub automatic: bool,
    /// The program; may be empty.
    pub reporter: String,
    /// The message that it is about.
    pub original: Option<Original>,
}

/// What was done with a message (RFC 8098 §3.2.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Disposition {
    /// It was shown.
    Displayed,
    /// It was passed on.
    Dispatched,
    /// Something was done with it, without showing it.
    Processed,
    /// It was deleted, shown or not.
    Deleted,
    /// Its reader does not want to say.
    Denied,
    /// It could not be dealt with.
    Failed,
    /// Something else.
    Other,
}

/// A complaint.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AbuseReport {
    /// `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure` or another word (RFC 5965 §7.3).
    pub kind: String,
    /// The program that reports; may be empty.
    pub reporter: String,
    /// The address that the message came from; may be empty.
    pub source: String,
    /// The envelope's sender; may be empty.
    pub sender: String,
    /// When it arrived, in seconds since 1970 UTC.
    pub arrived_at: Option<i64>,
    /// The message that it is about.
    pub original: Option<Original>,
}

/// A person or an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The name as it is to be shown.
    pub name: String,
    /// The organisation; may be empty.
    pub organisation: String,
    /// The place in it; may be empty.
    pub title: String,
    /// Addresses for mail.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Postal addresses, each on one line.
    pub places: Vec<String>,
    /// `https` and `http` addresses.
    pub urls: Vec<String>,
    /// The birthday as it was written: `1985-04-12`, `--04-12`; may be empty.
    pub birthday: String,
    /// A note; may be empty.
    pub note: String,
}

/// Which piece of a message this is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartialMessage {
    /// What all pieces have in common.
    pub id: String,
    /// Which one it is, from 1 on.
    pub number: u32,
    /// How many there are, where it is told.
    pub total: Option<u32>,
}

/// Where a part lies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExternalBody {
    /// How it is had: `url`, `ftp`, `anon-ftp`, `mail-server`, `local-file` or another word.
    pub access: String,
    /// Its address, server or mailbox; may be empty.
    pub place: String,
    /// Its name there; may be empty.
    pub name: String,
    /// Its media type once it is had.
    pub content_type: String,
    /// Its size in bytes, where it is told.
    pub size: Option<u64>,
}
