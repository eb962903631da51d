//! Submissions: attempts to hand a message over to the submission server (RFC 6409, RFC 8621 §7).

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::address::Address;

/// A submission's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubmissionId(pub String);

/// When a submission is to be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plan {
    /// At once.
    Now,
    /// After this many seconds, during which it can be taken back.
    Held(u32),
    /// At this time, in seconds since 1970 UTC.
    At(i64),
}

/// What the page shows of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// The account that sends it.
    pub account: AccountId,
    /// The subject of its message.
    pub subject: String,
    /// Where it stands.
    pub state: SubmissionState,
}

/// Where a submission stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubmissionState {
    /// Waits until `until` (seconds since 1970 UTC); can be taken back.
    Held {
        /// When it goes.
        until: i64,
    },
    /// Goes out at `at` (seconds since 1970 UTC).
    Scheduled {
        /// When it goes.
        at: i64,
    },
    /// Is being handed over.
    Sending,
    /// Was put off by the server or the network; the next attempt is at `next` (seconds UTC).
    Retrying {
        /// When it is tried again.
        next: i64,
        /// The server's words, or why it could not be reached.
        reason: String,
    },
    /// The connection was lost between the message and the server's word: the user decides.
    Uncertain,
    /// The server refused all of it or some recipients; whoever is not named has got it.
    Failed {
        /// Who was refused, and the server's words.
        refused: Vec<Refusal>,
        /// How many recipients were accepted all the same.
        accepted: u32,
    },
    /// The server took it for every recipient.
    Sent,
}

/// One recipient that the server refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The recipient; empty where the whole message was refused.
    pub recipient: Address,
    /// The reply code (RFC 5321 §4.2); 0 where there was no reply.
    pub code: u16,
    /// The server's words.
    pub text: String,
}
