//! Messages: the row in a list, and what is shown when one is opened.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::address::Address;
use crate::attachment::Attachment;
use crate::draft::Enclosed;
use crate::envelope::Envelope;
use crate::flag::Flags;
use crate::mailbox::MailboxId;
use crate::uid::{Uid, UidValidity};

/// The only handle of a message that leaves the bridge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageKey {
    /// The account.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// The generation of the mailbox's uids.
    pub uid_validity: UidValidity,
    /// The message's number in it.
    pub uid: Uid,
}

impl MessageKey {
    /// Whether another message is of the same mailbox and the same generation of uids.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        self.mailbox == other.mailbox
            && self.account == other.account
            && self.uid_validity == other.uid_validity
    }

    /// Its place in a path: account, mailbox, and uid_validity-uid.
    #[must_use]
    pub fn path(&self) -> String {
        self.joined("/")
    }

    /// Its name as one path segment, as `/api/body/` takes it. No id holds a dot or a slash.
    #[must_use]
    pub fn token(&self) -> String {
        self.joined(".")
    }

    fn joined(&self, between: &str) -> String {
        let Self { account, mailbox, uid_validity, uid } = self;
        let numbers = uid_validity.0.to_string() + "-" + &uid.0.to_string();
        [&account.0, &mailbox.0, &numbers].map(String::as_str).join(between)
    }
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSummary {
    /// The message.
    pub key: MessageKey,
    /// Its headers.
    pub envelope: Envelope,
    /// Its flags.
    pub flags: Flags,
    /// RFC822.SIZE, in bytes.
    pub size: u32,
    /// INTERNALDATE, in seconds since 1970 UTC.
    pub received_at: i64,
    /// Whether a part is shown as a file.
    pub has_attachment: bool,
    /// The beginning of its text; empty where it is not known yet.
    pub preview: String,
    /// What the row stands for where it stands for a thread; none in every other list.
    pub thread: Option<ThreadSummary>,
}

/// Most people that a thread's row names.
pub const MAX_PARTICIPANTS: usize = 8;

/// A thread, as its row shows it: the row itself is the newest message of it in the view.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThreadSummary {
    /// How many messages it has, wherever they lie.
    pub messages: u32,
    /// How many of them are without `\Seen`.
    pub unseen: u32,
    /// Who wrote them, the first writer first; at most [`MAX_PARTICIPANTS`].
    pub participants: Vec<Address>,
    /// Whether one of them has `\Flagged`.
    pub flagged: bool,
}

/// What is shown when a message is opened; the body itself is fetched by `body`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The row, fresh from the server.
    pub summary: MessageSummary,
    /// The References header's message ids, oldest first.
    pub references: Vec<String>,
    /// Path segment after `/api/body/` of the sanitised body; bound to this session.
    pub body: String,
    /// What is shown as files.
    pub attachments: Vec<Attachment>,
    /// Remote images in it, trackers apart; see [`RemoteContent`] for what becomes of them.
    pub blocked_images: u32,
    /// What it tells beyond its text, encoded: [`Insight::decode`](crate::insight::Insight::decode).
    pub insight: Vec<u8>,
}

/// What a message wants from elsewhere, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RemoteContent {
    /// Remote images, trackers apart.
    pub count: u32,
    /// What becomes of them. For this once, the body's token with `.images` at its end shows them.
    pub images: RemoteImages,
    /// Images that would only have told the sender that it was read; never shown.
    pub trackers: Vec<Tracker>,
    /// Links that deserve a second look.
    pub cautions: Vec<LinkCaution>,
}

/// What becomes of the remote images of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RemoteImages {
    /// The administrator wants none here.
    #[default]
    Off,
    /// They are kept out until the user asks.
    Blocked,
    /// The user wants to see this sender's, or everybody's.
    Shown,
}

/// An image that was recognised as a tracker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracker {
    /// The host that would have been told.
    pub host: String,
    /// How it was recognised.
    pub sign: TrackerSign,
}

/// How a tracker was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrackerSign {
    /// It shows nothing.
    Unseen,
    /// Its host does nothing else.
    Host,
    /// Its path is one of a mailing service's.
    Path,
}

/// A link that deserves a second look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCaution {
    /// The host that it leads to.
    pub host: String,
    /// What is odd about it.
    pub reason: CautionReason,
}

/// What is odd about a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CautionReason {
    /// Its text names another host, this one.
    OtherHost(String),
    /// Its host holds letters of other scripts.
    Punycode,
    /// A user name stands before the host, as if it were the host.
    UserName,
}

/// What a reply or a forward starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The original's text, already prefixed with `> ` and without its signature.
    pub quoted: String,
    /// The same text without prefixes, for a forward.
    pub plain: String,
    /// The original's From.
    pub from: Vec<Address>,
    /// The original's Date, in seconds since 1970 UTC.
    pub sent_at: Option<i64>,
    /// The original as HTML that was made safe, its style sheets before it; pictures that it brings
    /// are named by `cid:`. None where it is plain text, or past [`MAX_QUOTED_HTML`].
    pub html: Option<String>,
    /// The pictures that `html` shows, ready to travel along.
    pub pictures: Vec<Enclosed>,
    /// Addresses that servers say they delivered it to, where that is known.
    pub delivered_to: Vec<String>,
}

/// Bytes of HTML past which a message is quoted as plain text.
pub const MAX_QUOTED_HTML: usize = 512 << 10;

/// Where a message went: `to` is none where the server did not say and no search found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The message's key before.
    pub from: MessageKey,
    /// Its key now.
    pub to: Option<MessageKey>,
}
