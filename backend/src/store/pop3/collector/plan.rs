//! What is new in a maildrop, what is known, and what is to be removed: a listing against the ledger.
//! Pure.
//!
//! A message is known by its uidl and its size together. Where a listing says anything that a good
//! server does not (a uidl twice, a known one with another size, known messages gone and as large
//! ones new), headers are looked at, and a message is whatever its header says it is. So a uidl that
//! is used again names a new message, and a maildrop that was numbered anew is known all the same.

use std::collections::{HashMap, HashSet};

use postern_shared::collecting::Removal;

use super::digest;
use crate::store::local::{Amendment, Entry, Label, Taken};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// How long a message that is not there any more is remembered, in days.
const REMEMBERED: i64 = 60;

/// A message as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its number in this session.
    pub number: u32,
    /// Its uidl, or what stands for it.
    pub uidl: String,
    /// Its octets as the server counts them.
    pub octets: u64,
}

/// A maildrop compared with a ledger.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Places in the listing, each with the place in the ledger of what it is.
    pub known: Vec<(usize, usize)>,
    /// Places in the listing of what is new.
    pub new: Vec<usize>,
    /// Places in the listing of which only a header can tell.
    pub doubtful: Vec<usize>,
}

/// Whether a message was removed at the server and is seen to be gone: what is like it is another
/// one, unless it comes back under its uidl.
pub(super) fn is_gone(entry: &Entry) -> bool {
    entry.removed_at != 0 && entry.absent_since != 0
}

/// The first comparison: what needs no header.
pub(super) fn compare(listed: &[Listed], ledger: &[Entry]) -> Comparison {
    let mut by_uidl: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, entry) in ledger.iter().enumerate() {
        by_uidl.entry(&entry.label.uidl).or_default().push(at);
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    for one in listed {
        *times.entry(&one.uidl).or_default() += 1;
    }
    let mut free: Vec<bool> = vec![true; ledger.len()];
    let mut found = Comparison::default();
    for (at, one) in listed.iter().enumerate() {
        let rows = by_uidl.get(one.uidl.as_str()).map_or(&[][..], Vec::as_slice);
        let same = |row: &&usize| free[**row] && ledger[**row].label.octets == one.octets;
        // What stands for a uidl is a digest of the header: another look tells nothing new.
        let is_digest = digest::is_stand_in(&one.uidl);
        let is_absent = |row: usize| ledger[row].absent_since != 0;
        let rows: Vec<usize> =
            rows.iter().copied().filter(|row| !is_digest || !is_gone(&ledger[*row])).collect();
        match rows.iter().find(same) {
            _ if !is_digest && times[one.uidl.as_str()] > 1 && !rows.is_empty() => {
                found.doubtful.push(at);
            }
            // It was gone: who knows whether it is the same that is back.
            Some(row) if is_absent(*row) && !is_digest => found.doubtful.push(at),
            Some(row) => {
                free[*row] = false;
                found.known.push((at, *row));
            }
            None if rows.is_empty() || is_digest => found.new.push(at),
            None => found.doubtful.push(at),
        }
    }
    doubt_the_new(listed, ledger, (&free, &mut found));
    found
}

/// What is as large as something that is missing, may be that under another uidl; where much is
/// missing, everything may.
fn doubt_the_new(listed: &[Listed], ledger: &[Entry], (free, found): (&[bool], &mut Comparison)) {
    let free = || ledger.iter().zip(free).filter(|(_, free)| **free).map(|(entry, _)| entry);
    let missing = || free().filter(|entry| !is_gone(entry));
    let sizes: HashSet<u64> = missing().map(|entry| entry.label.octets).collect();
    let lately = missing().filter(|entry| entry.absent_since == 0).count();
    let was_there = ledger.iter().filter(|entry| entry.absent_since == 0).count();
    let much = lately > 0 && lately * 2 >= was_there;
    let (doubtful, new) = std::mem::take(&mut found.new).into_iter().partition(|at| {
        let one = &listed[*at];
        !digest::is_stand_in(&one.uidl) && (much || sizes.contains(&one.octets))
    });
    found.new = new;
    found.doubtful.extend::<Vec<usize>>(doubtful);
}

/// Decides what was doubtful by the digests of headers, of `found.doubtful` in its order. Whether a
/// uidl proved to be used again: then what is known by its uidl alone is doubtful too.
pub(super) fn resolve(
    listed: &[Listed],
    ledger: &[Entry],
    (found, digests): (&mut Comparison, &[Vec<u8>]),
) -> bool {
    let taken: HashSet<usize> = found.known.iter().map(|(_, row)| *row).collect();
    let mut by_digest: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, entry) in ledger.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        by_digest.entry(&entry.label.header).or_default().push(at);
    }
    let uidls: HashSet<&str> = ledger.iter().map(|entry| entry.label.uidl.as_str()).collect();
    let mut used_again = false;
    for (at, digest) in std::mem::take(&mut found.doubtful).into_iter().zip(digests) {
        let one = &listed[at];
        let rows = by_digest.get_mut(digest.as_slice()).filter(|_| !digest.is_empty());
        let best = |rows: &mut Vec<usize>| {
            // Of several with equal headers the one with the uidl, then the one as large.
            let like = |row: &usize| {
                let label = &ledger[*row].label;
                (label.uidl == one.uidl, label.octets == one.octets)
            };
            let fits = |row: &usize| !is_gone(&ledger[*row]) || like(row).0;
            let places = (0..rows.len()).filter(|place| fits(&rows[*place]));
            let place = places.max_by_key(|place| like(&rows[*place]))?;
            Some(rows.swap_remove(place))
        };
        match rows.and_then(best) {
            Some(row) => found.known.push((at, row)),
            None => {
                used_again |= uidls.contains(one.uidl.as_str());
                found.new.push(at);
            }
        }
    }
    found.new.sort_unstable();
    used_again
}

/// Takes back what was known by its uidl alone, so that headers decide on it too.
pub(super) fn doubt_all(found: &mut Comparison) {
    let known = std::mem::take(&mut found.known);
    found.doubtful = known.into_iter().map(|(at, _)| at).chain(found.new.drain(..)).collect();
}

/// What is to be written down of what was known before: what is back, what is called or counted
/// otherwise, what is gone, and what can be forgotten.
pub(super) fn amendments(
    listed: &[Listed],
    ledger: &[Entry],
    found: &Comparison,
    now: i64,
) -> Vec<(String, Amendment)> {
    let mut places: Vec<Option<usize>> = vec![None; ledger.len()];
    found.known.iter().for_each(|(at, row)| places[*row] = Some(*at));
    let amendment = |(entry, place): (&Entry, Option<usize>)| {
        let Some(one) = place.map(|at| &listed[at]) else {
            return match entry.absent_since {
                0 => Some(Amendment::Absent(now.max(1))),
                since if now - since > REMEMBERED * DAY => Some(Amendment::Forgotten),
                _ => None,
            };
        };
        let Label { uidl, octets, header } = &entry.label;
        if *uidl != one.uidl || *octets != one.octets {
            let header = header.clone();
            let label = Label { uidl: one.uidl.clone(), octets: one.octets, header };
            return Some(Amendment::Labelled(label));
        }
        (entry.absent_since != 0).then_some(Amendment::Present)
    };
    ledger
        .iter()
        .zip(places)
        .filter_map(|(entry, place)| Some((entry.name.clone(), amendment((entry, place))?)))
        .collect()
}

/// Whether a known message is to be removed at the server. `is_expunged`: no copy is left here, and
/// that is what the user wants, whether or not it was whole; else nothing goes that is not.
pub(super) fn is_due(entry: &Entry, removal: Removal, is_expunged: bool, now: i64) -> bool {
    let is_whole = entry.taken == Taken::Whole;
    match removal {
        Removal::Never => false,
        Removal::AfterDays(days) => is_whole && now - entry.delivered_at >= i64::from(days) * DAY,
        Removal::AfterDownload => is_whole,
        Removal::WhenExpunged => is_expunged && entry.taken != Taken::Nothing,
    }
}

/// Names for new messages: no two are the same, and none is one that was.
#[derive(Debug)]
pub(super) struct Names(HashSet<String>);

impl Names {
    pub fn new(ledger: &[Entry]) -> Self {
        Self(ledger.iter().map(|entry| entry.name.clone()).collect())
    }

    /// A name and a label for a new message whose header has this digest.
    pub fn label(&mut self, one: &Listed, digest: &[u8]) -> (String, Label) {
        let label = Label { uidl: one.uidl.clone(), octets: one.octets, header: digest.to_vec() };
        (self.name(&one.uidl), label)
    }

    fn name(&mut self, uidl: &str) -> String {
        // No uidl has a space in its middle.
        let numbered = (2_u32..).map(|number| format!("{uidl} {number}"));
        let mut names = std::iter::once(uidl.to_owned()).chain(numbered);
        let name = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(name.clone());
        name
    }
}
