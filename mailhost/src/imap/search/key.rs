//! Search keys: what they are and which messages they match.

use super::text::Decoded;
use crate::imap::Refusal;
use crate::imap::arguments::Arguments;
use crate::imap::sequence_set::SequenceSet;
use crate::mailbox::Message;
use crate::stamp::{Stamp, parse_day};

#[derive(Debug)]
pub(crate) enum Key {
    All,
    /// All of them.
    And(Vec<Key>),
    Or(Box<Key>, Box<Key>),
    Not(Box<Key>),
    Flag(String),
    New,
    Recent,
    Numbers(SequenceSet),
    Uids(SequenceSet),
    Header(String, String),
    Body(String),
    Text(String),
    Received(When, i64),
    Sent(When, i64),
    Larger(usize),
    Smaller(usize),
    /// Changed at this mod-sequence or later (RFC 7162 §3.1.5).
    Modseq(u64),
    EmailId(String),
    ThreadId(String),
    /// Arrived within so many seconds (RFC 5032).
    Younger(u32),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    Before,
    On,
    Since,
}

/// A message under examination.
pub(crate) struct Candidate<'a> {
    pub seq: u32,
    /// The largest sequence number and UID.
    pub largest: (u32, u32),
    pub message: &'a Message,
    pub recent: bool,
    /// Whether it is part of `$`.
    pub saved: bool,
    pub now: Stamp,
    pub decoded: Decoded<'a>,
}

const DEEPEST: usize = 50;

impl Key {
    /// All keys up to the end of the command.
    pub fn parse_all(arguments: &mut Arguments<'_>) -> Result<Self, Refusal> {
        let mut keys = vec![parse(arguments, 0)?];
        while arguments.take(b' ') {
            keys.push(parse(arguments, 0)?);
        }
        arguments.end()?;
        Ok(Self::And(keys))
    }

    pub fn matches(&self, candidate: &Candidate<'_>) -> bool {
        let Candidate { message, decoded, .. } = candidate;
        let size = message.content.raw.len();
        match self {
            Self::All => true,
            Self::And(keys) => keys.iter().all(|key| key.matches(candidate)),
            Self::Or(one, other) => one.matches(candidate) || other.matches(candidate),
            Self::Not(key) => !key.matches(candidate),
            Self::Flag(name) => message.flags.contains(name),
            Self::New => candidate.recent && !message.flags.contains("\\Seen"),
            Self::Recent => candidate.recent,
            Self::Numbers(SequenceSet::Saved) | Self::Uids(SequenceSet::Saved) => candidate.saved,
            Self::Numbers(set) => set.contains(candidate.seq, candidate.largest.0),
            Self::Uids(set) => set.contains(message.uid, candidate.largest.1),
            Self::Header(name, text) => decoded.header_contains(name, text),
            Self::Body(text) => decoded.body_contains(text),
            Self::Text(text) => decoded.text_contains(text),
            Self::Received(when, day) => when.holds(message.received_at.day(), *day),
            Self::Sent(when, day) => {
                decoded.sent_at().is_some_and(|sent_at| when.holds(sent_at.day(), *day))
            }
            Self::Larger(bytes) => size > *bytes,
            Self::Smaller(bytes) => size < *bytes,
            Self::Modseq(modseq) => message.modseq >= *modseq,
            Self::EmailId(id) => message.content.ids().email == *id,
            Self::ThreadId(id) => message.content.ids().thread.as_ref() == Some(id),
            Self::Younger(seconds) => {
                candidate.now.seconds - message.received_at.seconds <= i64::from(*seconds)
            }
        }
    }

    /// Whether mod-sequences are asked for, anywhere inside.
    pub fn asks_modseq(&self) -> bool {
        match self {
            Self::Modseq(_) => true,
            Self::And(keys) => keys.iter().any(Self::asks_modseq),
            Self::Or(one, other) => one.asks_modseq() || other.asks_modseq(),
            Self::Not(key) => key.asks_modseq(),
            _ => false,
        }
    }
}

impl When {
    fn holds(self, is: i64, wanted: i64) -> bool {
        match self {
            Self::Before => is < wanted,
            Self::On => is == wanted,
            Self::Since => is >= wanted,
        }
    }
}

fn parse(arguments: &mut Arguments<'_>, depth: usize) -> Result<Key, Refusal> {
    if depth > DEEPEST {
        return Err(Refusal::bad("Too deeply nested"));
    }
    match arguments.peek() {
        Some(b'(') => {
            return arguments.list(|arguments| parse(arguments, depth + 1)).map(Key::And);
        }
        Some(b'0'..=b'9' | b'*' | b'$') => return arguments.sequence_set().map(Key::Numbers),
        _ => {}
    }
    let word = arguments.keyword()?;
    if let Some(key) = plain(&word) {
        return Ok(key);
    }
    arguments.space()?;
    Ok(match word.as_str() {
        "NOT" => Key::Not(Box::new(parse(arguments, depth + 1)?)),
        "OR" => {
            let one = parse(arguments, depth + 1)?;
            arguments.space()?;
            Key::Or(Box::new(one), Box::new(parse(arguments, depth + 1)?))
        }
        "UID" => Key::Uids(arguments.sequence_set()?),
        "KEYWORD" => Key::Flag(arguments.flag()?),
        "UNKEYWORD" => Key::Not(Box::new(Key::Flag(arguments.flag()?))),
        "FROM" | "TO" | "CC" | "BCC" | "SUBJECT" => Key::Header(word, wanted_text(arguments)?),
        "HEADER" => {
            let name = arguments.text()?;
            arguments.space()?;
            Key::Header(name, wanted_text(arguments)?)
        }
        "BODY" => Key::Body(wanted_text(arguments)?),
        "TEXT" => Key::Text(wanted_text(arguments)?),
        "LARGER" => Key::Larger(arguments.number()? as usize),
        "SMALLER" => Key::Smaller(arguments.number()? as usize),
        "BEFORE" => Key::Received(When::Before, day(arguments)?),
        "ON" => Key::Received(When::On, day(arguments)?),
        "SINCE" => Key::Received(When::Since, day(arguments)?),
        "SENTBEFORE" => Key::Sent(When::Before, day(arguments)?),
        "SENTON" => Key::Sent(When::On, day(arguments)?),
        "SENTSINCE" => Key::Sent(When::Since, day(arguments)?),
        _ => return extended(arguments, &word),
    })
}

/// A key of an extension.
fn extended(arguments: &mut Arguments<'_>, word: &str) -> Result<Key, Refusal> {
    let on = arguments.syntax.on;
    Ok(match word {
        "MODSEQ" if on.condstore => {
            if arguments.peek() == Some(b'"') {
                // Which entry of which kind: there is one mod-sequence for all of them.
                arguments.string()?;
                arguments.space()?;
                arguments.keyword()?;
                arguments.space()?;
            }
            Key::Modseq(arguments.large_number()?)
        }
        "EMAILID" if on.object_id => Key::EmailId(arguments.text()?),
        "THREADID" if on.object_id => Key::ThreadId(arguments.text()?),
        "YOUNGER" if on.within => Key::Younger(arguments.number()?),
        "OLDER" if on.within => Key::Not(Box::new(Key::Younger(arguments.number()?))),
        _ => return Err(Refusal::bad("Unknown search key")),
    })
}

/// A key without arguments.
fn plain(word: &str) -> Option<Key> {
    let flag = |name: &str| Key::Flag(name.to_owned());
    let not = |key| Key::Not(Box::new(key));
    Some(match word {
        "ALL" => Key::All,
        "NEW" => Key::New,
        "RECENT" => Key::Recent,
        "OLD" => not(Key::Recent),
        "ANSWERED" => flag("\\Answered"),
        "DELETED" => flag("\\Deleted"),
        "DRAFT" => flag("\\Draft"),
        "FLAGGED" => flag("\\Flagged"),
        "SEEN" => flag("\\Seen"),
        "UNANSWERED" => not(flag("\\Answered")),
        "UNDELETED" => not(flag("\\Deleted")),
        "UNDRAFT" => not(flag("\\Draft")),
        "UNFLAGGED" => not(flag("\\Flagged")),
        "UNSEEN" => not(flag("\\Seen")),
        _ => return None,
    })
}

fn wanted_text(arguments: &mut Arguments<'_>) -> Result<String, Refusal> {
    arguments.text().map(|text| text.to_lowercase())
}

fn day(arguments: &mut Arguments<'_>) -> Result<i64, Refusal> {
    let text = arguments.text()?;
    parse_day(&text).ok_or_else(|| Refusal::bad("Not a date"))
}

/// The moment in a Date header.
pub(crate) fn date(text: &[u8]) -> Option<Stamp> {
    Stamp::parse_rfc5322(std::str::from_utf8(text).ok()?)
}
