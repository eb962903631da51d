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
    /// Who is to get it, as addresses; those who have it already among them.
    pub recipients: Vec<String>,
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
        /// What these words mean.
        cause: Cause,
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
    /// What these words mean.
    pub cause: Cause,
}

/// What a server's reply means for the sender (RFC 3463); the locales have sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Cause {
    /// Nothing that is known here: the words must do.
    #[default]
    Unknown,
    /// The server cannot be reached, or was lost.
    Unreachable,
    /// The credentials were refused.
    AuthenticationFailed,
    /// It waits for the user to sign in.
    WaitsForSignIn,
    /// There is no such recipient.
    NoSuchRecipient,
    /// The recipient's mailbox is full.
    RecipientFull,
    /// The recipient takes no mail, for now or for ever.
    RecipientClosed,
    /// The message is too large.
    TooLarge,
    /// Too many recipients in one message.
    TooManyRecipients,
    /// Too much mail in a short time.
    TooOften,
    /// The server knows no sender like this and asks to come again (greylisting).
    Greylisted,
    /// The server is out of order or too busy.
    Busy,
    /// The sender's address was refused.
    SenderRefused,
    /// The content was taken for junk or for something dangerous.
    ContentRefused,
    /// A rule of the server forbids it.
    Policy,
    /// An address outside of ASCII that the server cannot take.
    International,
    /// The message went in circles.
    Loop,
    /// The connection is not safe enough for a password.
    Unprotected,
    /// The message's bytes are missing from the bridge's store.
    Missing,
}
