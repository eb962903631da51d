//! What one connection knows of its selected mailbox: sequence numbers and what it was told.
//!
//! RFC 3501 §5.2, §7.4.1: numbers change only by an EXPUNGE that the connection has been sent, and
//! none is sent while FETCH, STORE or SEARCH are under way.

use std::collections::BTreeSet;

use super::Refusal;
use super::reply::Reply;
use super::sequence_set::{SequenceSet, compress};
use crate::Flags;
use crate::mailbox::{ChangeKind, ConnectionId, Mailbox, Message};

/// Whether EXPUNGE may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expunges {
    Sent,
    Withheld,
}

#[derive(Debug)]
pub(crate) struct View {
    pub mailbox: u64,
    pub read_only: bool,
    /// The UIDs in order: the index is the sequence number less one.
    uids: Vec<u32>,
    /// UIDs that are `\Recent` here, in order.
    recent: Vec<u32>,
    /// How much of the mailbox's log has been read.
    cursor: usize,
    /// Gone, but not told yet.
    withheld: Vec<u32>,
    /// The UIDs that the last search saved, `$` (RFC 5182).
    pub saved: Vec<u32>,
}

/// To whom changes are told, and in which words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listener {
    pub id: ConnectionId,
    /// With mod-sequences (RFC 7162 §3.1).
    pub condstore: bool,
    /// VANISHED in place of EXPUNGE, and UIDs (RFC 7162 §3.2).
    pub qresync: bool,
    /// Nothing is told of flags.
    pub flags_untold: bool,
}

impl View {
    /// Selects: takes the `\Recent` messages for itself unless read-only.
    pub fn open(mailbox: &mut Mailbox, read_only: bool) -> Self {
        let uids: Vec<u32> = mailbox.messages.iter().map(|message| message.uid).collect();
        let recent = uids.iter().copied().filter(|uid| *uid >= mailbox.recent_from).collect();
        if !read_only {
            mailbox.recent_from = mailbox.uid_next;
        }
        let cursor = mailbox.changes.len();
        let (withheld, saved) = (Vec::new(), Vec::new());
        Self { mailbox: mailbox.id, read_only, uids, recent, cursor, withheld, saved }
    }

    pub fn exists(&self) -> usize {
        self.uids.len()
    }

    pub fn recent(&self) -> usize {
        self.recent.len()
    }

    pub fn seq(&self, uid: u32) -> Option<usize> {
        self.uids.binary_search(&uid).ok().map(|index| index + 1)
    }

    /// The messages of this view: sequence number and UID.
    pub fn messages(&self) -> impl Iterator<Item = (usize, u32)> {
        self.uids.iter().enumerate().map(|(index, uid)| (index + 1, *uid))
    }

    pub fn largest_uid(&self) -> u32 {
        self.uids.last().copied().unwrap_or(0)
    }

    /// The messages that a set names, in ascending order and each once.
    pub fn resolve(&self, set: &SequenceSet, by_uid: bool) -> Result<Vec<(usize, u32)>, Refusal> {
        let count = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
        let largest = if by_uid { self.largest_uid() } else { count };
        let mut indexes = BTreeSet::new();
        if *set == SequenceSet::Saved {
            indexes.extend(self.saved.iter().filter_map(|uid| self.seq(*uid)).map(|seq| seq - 1));
        }
        for (from, to) in set.ranges(largest) {
            if by_uid {
                let start = self.uids.partition_point(|uid| *uid < from);
                indexes.extend(start..self.uids.partition_point(|uid| *uid <= to));
            } else if from == 0 || to > count {
                return Err(Refusal::bad("No message has such a number"));
            } else {
                indexes.extend(from as usize - 1..to as usize);
            }
        }
        Ok(indexes.into_iter().map(|index| (index + 1, self.uids[index])).collect())
    }

    /// A message's flags as this connection sees them.
    pub fn flags(&self, uid: u32, flags: &Flags) -> String {
        match self.recent.binary_search(&uid) {
            Ok(_) if *flags == Flags::default() => "\\Recent".to_owned(),
            Ok(_) => format!("{flags} \\Recent"),
            Err(_) => flags.to_string(),
        }
    }

    pub fn is_recent(&self, uid: u32) -> bool {
        self.recent.binary_search(&uid).is_ok()
    }

    /// Tells what has changed since the last time: EXPUNGE, EXISTS and RECENT, FETCH.
    pub fn report(
        &mut self,
        mailbox: &mut Mailbox,
        to: Listener,
        expunges: Expunges,
        reply: &mut Reply,
    ) {
        let (mut grown, mut flagged) = (false, BTreeSet::new());
        for change in &mailbox.changes[self.cursor..] {
            match change.kind {
                ChangeKind::Added if mailbox.message(change.uid).is_some() => {
                    self.uids.push(change.uid);
                    grown = true;
                    if !self.read_only && change.uid >= mailbox.recent_from {
                        self.recent.push(change.uid);
                        mailbox.recent_from = change.uid + 1;
                    }
                }
                ChangeKind::Flags if change.by != to.id && !to.flags_untold => {
                    flagged.insert(change.uid);
                }
                ChangeKind::Expunged if self.seq(change.uid).is_some() => {
                    self.withheld.push(change.uid);
                }
                _ => {}
            }
        }
        self.cursor = mailbox.changes.len();
        if expunges == Expunges::Sent {
            self.tell_expunged(to.qresync, reply);
        }
        if grown {
            reply.untagged(format!("{} EXISTS", self.exists()));
            reply.untagged(format!("{} RECENT", self.recent()));
        }
        for uid in flagged {
            if let (Some(seq), Some(message)) = (self.seq(uid), mailbox.message(uid)) {
                reply.untagged(self.flags_line(seq, message, to, to.qresync));
            }
        }
    }

    /// A FETCH line of a message's flags, without `* `.
    pub fn flags_line(
        &self,
        seq: usize,
        message: &Message,
        to: Listener,
        with_uid: bool,
    ) -> String {
        let flags = self.flags(message.uid, &message.flags);
        let uid = if with_uid { format!("UID {} ", message.uid) } else { String::new() };
        let modseq =
            if to.condstore { format!(" MODSEQ ({})", message.modseq) } else { String::new() };
        format!("{seq} FETCH ({uid}FLAGS ({flags}){modseq})")
    }

    fn tell_expunged(&mut self, by_uid: bool, reply: &mut Reply) {
        let mut gone = std::mem::take(&mut self.withheld);
        if by_uid && !gone.is_empty() {
            gone.sort_unstable();
            reply.untagged(format!("VANISHED {}", compress(&gone)));
        }
        for uid in gone {
            if let Some(seq) = self.seq(uid) {
                self.uids.remove(seq - 1);
                self.recent.retain(|recent| *recent != uid);
                if !by_uid {
                    reply.untagged(format!("{seq} EXPUNGE"));
                }
            }
        }
    }
}
