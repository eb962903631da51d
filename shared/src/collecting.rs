//! Collecting a maildrop (POP3) into the account's own mailboxes: how it is to be done, and how
//! it goes.

use serde::{Deserialize, Serialize};

use crate::error::CallError;

/// How a maildrop is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// When a message is removed at the server. Never before it is durable here.
    pub removal: Removal,
    /// Minutes between two rounds, 1 to [`MOST_MINUTES`].
    pub every_minutes: u16,
    /// Of messages larger than so many KiB only the header comes at first, the rest when it is
    /// opened; 0: everything comes whole.
    pub whole_up_to_kib: u32,
    /// The first round goes back so many days; 0: to the oldest message. What is older stays at
    /// the server.
    pub first_days: u16,
}

impl Default for Policy {
    fn default() -> Self {
        Self { removal: Removal::Never, every_minutes: 5, whole_up_to_kib: 0, first_days: 0 }
    }
}

/// Longest time between two rounds, in minutes: a day.
pub const MOST_MINUTES: u16 = 1440;
/// Most days that messages can be kept at the server, or a first round can go back.
pub const MOST_DAYS: u16 = 3650;

/// When a collected message is removed at the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Removal {
    /// Never.
    #[default]
    Never,
    /// So many days after it was collected, 1 to [`MOST_DAYS`].
    AfterDays(u16),
    /// Once it is durable here.
    AfterDownload,
    /// When it is expunged here.
    WhenExpunged,
}

/// How the collection of an account goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collecting {
    /// How it is done.
    pub policy: Policy,
    /// What is going on.
    pub stage: Stage,
    /// How messages are known again in the next session.
    pub known_by: KnownBy,
    /// When the last round came to its end, in seconds since 1970; 0: never yet.
    pub last_at: i64,
    /// The server names a shortest time between two sessions, in seconds (LOGIN-DELAY); 0: none.
    pub login_delay: u32,
    /// What the last round could not bring; the next one asks for it again.
    pub missed: Option<Missed>,
}

/// New messages that stay at the server although they were to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// How many, at least one.
    pub messages: u32,
    /// Why the first of them did not come.
    pub first: Cause,
}

/// Why a round failed, or a message did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// As a call fails, with the server's own words where it said any.
    Error(CallError),
    /// The maildrop holds more messages than so many.
    TooMany(u32),
    /// The message is larger than so many octets.
    TooLarge(u64),
}

/// What is going on in a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The next round begins in so many milliseconds.
    Waiting(u32),
    /// A round is on its way.
    Running {
        /// Messages that came in this round.
        done: u32,
        /// Messages that are to come in this round.
        total: u32,
        /// Octets that came in this round.
        octets: u64,
    },
    /// Stopped by the user: until they ask for a round.
    Stopped,
    /// The last round failed; the next one begins in so many milliseconds.
    Failed(Cause, u32),
    /// The server refused the password: nothing is tried until it is typed in again.
    NeedsSignIn,
}

/// How a message is known again in the next session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownBy {
    /// Nothing was collected yet.
    #[default]
    Nothing,
    /// Its uidl (RFC 1939 §7).
    Uidl,
    /// A hash of its header: the server has no UIDL. Messages with equal headers are taken for one.
    Hash,
}
