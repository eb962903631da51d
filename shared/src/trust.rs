//! Who really sent a message, as far as can be told. Facts only: the page makes sentences of them.

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// What is known of a message's sender.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trust {
    /// Whether the domain in From is the one that sent it.
    pub standing: Standing,
    /// What the receiving server found; none where no server that is trusted said anything.
    pub authentication: Option<Authentication>,
    /// What looks wrong, the worst first.
    pub warnings: Vec<Warning>,
    /// The list that rewrote From, and who wrote the message.
    pub via: Option<Via>,
    /// Signatures and encryption that were recognised. None of them was verified.
    pub protection: Vec<Protection>,
}

/// Whether the domain in From is the one that sent the message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Standing {
    /// Nobody who is trusted said.
    #[default]
    Unknown,
    /// This domain answers for it: DMARC passed, or a signature of the domain itself.
    Confirmed(String),
    /// The server looked and could not confirm it.
    Unconfirmed,
    /// The domain's own rules say that it is forged.
    Failed,
}

/// The results of a server that is trusted (RFC 8601).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authentication {
    /// The server that says so.
    pub server: String,
    /// SPF (RFC 7208), for the envelope's sender.
    pub spf: Option<Check>,
    /// DKIM (RFC 6376), one a signature.
    pub dkim: Vec<Check>,
    /// DMARC (RFC 7489), for the domain in From.
    pub dmarc: Option<Check>,
    /// ARC (RFC 8617): what the servers before have found is intact.
    pub arc: Option<Check>,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was found.
    pub finding: Finding,
    /// The domain that it is about; may be empty.
    pub domain: String,
}

/// What a check found (RFC 8601 §2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// It is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// Probably not (SPF).
    SoftFail,
    /// The domain does not say, or the signature is not acceptable.
    Neutral,
    /// There was nothing to check.
    None,
    /// It could not be checked now.
    TemporaryError,
    /// It cannot be checked at all.
    PermanentError,
}

/// Something about the sender that looks wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// The name is an address, and another one than the sender's.
    NameHoldsAddress(String),
    /// From holds no address, or one that cannot be.
    MalformedSender,
    /// Several From fields, or several addresses in it.
    SeveralSenders(Vec<Address>),
    /// The domain looks like one that is known, and is another.
    LooksLike {
        /// The sender's domain.
        domain: String,
        /// The known one.
        known: String,
    },
    /// The domain mixes alphabets inside a word.
    MixedScripts(String),
    /// The domain holds letters of another alphabet; this is how it is written in ASCII.
    International {
        /// As it shows.
        domain: String,
        /// As it is.
        ascii: String,
    },
    /// The address holds characters that do not show, or look like `@` or a full stop.
    HiddenCharacters,
    /// An answer would go to another domain.
    ReplyGoesElsewhere(Address),
    /// Another address handed it in (Sender).
    SentBy(Address),
    /// It was passed on by this address (Resent-From).
    ResentBy(Address),
    /// It says that it is from oneself, and nothing confirms it.
    ClaimsToBeYou,
}

/// A list that put itself into From.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// The list's address, as From has it.
    pub list: Address,
    /// Who wrote it, by what the list says; the address may be empty.
    pub author: Address,
}

/// A signature or an encryption that was recognised; recognised is not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protection {
    /// S/MIME signature (RFC 8551).
    SmimeSigned,
    /// S/MIME encryption.
    SmimeEncrypted,
    /// OpenPGP signature (RFC 3156, or in the text).
    PgpSigned,
    /// OpenPGP encryption.
    PgpEncrypted,
}
