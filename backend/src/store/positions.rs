//! Changes by position, in the order in which a server told them, into news by uid
//! (RFC 9051 §7.5.1, RFC 7162 §3.2.10).

use std::borrow::Cow;
use std::collections::HashSet;

use super::News;
use super::change::Change;

/// A mailbox as the server counts it: the known uids in order, and behind them so many messages that
/// are not known yet.
struct Sequence<'a> {
    /// Copied once one of them is gone.
    known: Cow<'a, [u32]>,
    unknown: usize,
}

/// Reads changes of a mailbox that held `counted` messages before them, of which `known` are the
/// oldest; also how many it holds after them.
pub(super) fn read(known: &[u32], counted: u32, changes: Vec<Change>) -> (News, u32) {
    let mut news = News::default();
    let unknown = (counted as usize).saturating_sub(known.len());
    let mut sequence = Sequence { known: Cow::Borrowed(known), unknown };
    for change in changes {
        news.stirred |= change.is_of_mailbox();
        match change {
            Change::Exists(exists) => news.lost_track |= !sequence.grow(exists as usize),
            Change::Expunged(seq) => {
                news.by_position = true;
                match sequence.remove(seq) {
                    Some(uid) => news.gone.extend(uid),
                    None => news.lost_track = true,
                }
            }
            Change::Vanished(ranges) => {
                let newest = known.last().copied().unwrap_or(0);
                news.gone.extend(sequence.vanish(&ranges));
                news.unsure |= sequence.forget(&ranges, newest);
            }
            Change::Flags { seq, uid, flags } => {
                let uid = match uid {
                    Some(uid) => known.binary_search(&uid).is_ok().then_some(uid),
                    None => sequence.uid_at(seq),
                };
                news.changed.extend(uid.map(|uid| (uid, flags)));
            }
            Change::Overflow => news.lost_track = true,
            Change::Counts(name, told) => news.elsewhere.push((name, told)),
            Change::Mailboxes => news.mailboxes = true,
            Change::Alert(text) => news.alerts.push(text),
            Change::Bye(text) => news.farewell = Some(text),
        }
    }
    news.unknown = number(sequence.unknown);
    let gone: HashSet<u32> = news.gone.iter().copied().collect();
    news.changed.retain(|(uid, _)| !gone.contains(uid));
    (news, number(sequence.length()))
}

impl Sequence<'_> {
    fn length(&self) -> usize {
        self.known.len() + self.unknown
    }

    /// Takes in how many there are now; false where they are fewer and none was told to be gone.
    fn grow(&mut self, exists: usize) -> bool {
        let grows = exists >= self.length();
        self.unknown = exists.saturating_sub(self.known.len()).max(self.unknown);
        grows
    }

    /// Takes out what stands at a position, and says its uid where that is known; none where
    /// nothing stands there.
    fn remove(&mut self, seq: u32) -> Option<Option<u32>> {
        let index = (seq as usize).checked_sub(1).filter(|index| *index < self.length())?;
        if index < self.known.len() {
            return Some(Some(self.known.to_mut().remove(index)));
        }
        self.unknown -= 1;
        Some(None)
    }

    /// Takes out those known ones that are named; each once, however often the server says so.
    fn vanish(&mut self, ranges: &[(u32, u32)]) -> Vec<u32> {
        let mut ranges = ranges.to_vec();
        ranges.sort_unstable();
        let mut next = ranges.into_iter().peekable();
        // Both ascend: each range is looked at once.
        let is_gone = |uid: &mut u32| {
            while next.next_if(|(_, last)| *last < *uid).is_some() {}
            next.peek().is_some_and(|(first, _)| *first <= *uid)
        };
        self.known.to_mut().extract_if(.., is_gone).collect()
    }

    /// Takes out as many unknown ones as are named beyond the newest known; whether there were any.
    fn forget(&mut self, ranges: &[(u32, u32)], newest: u32) -> bool {
        let beyond = |(first, last): &(u32, u32)| {
            let first = (*first).max(newest.saturating_add(1));
            (*last).checked_sub(first).map_or(0, |more| more as usize + 1)
        };
        let named: usize = ranges.iter().map(beyond).fold(0, usize::saturating_add);
        let forgotten = named.min(self.unknown);
        self.unknown -= forgotten;
        forgotten > 0
    }

    fn uid_at(&self, seq: u32) -> Option<u32> {
        self.known.get((seq as usize).checked_sub(1)?).copied()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use postern_shared::flag::Flag;

    use super::*;

    fn check(known: &[u32], changes: Vec<Change>, expect: News) {
        let counted = u32::try_from(known.len()).unwrap();
        check_from(known, counted, changes, expect);
    }

    fn check_from(known: &[u32], counted: u32, changes: Vec<Change>, expect: News) {
        let (news, _) = read(known, counted, changes);
        assert_eq!(news, News { stirred: true, ..expect });
    }

    fn expunged(news: News) -> News {
        News { by_position: true, ..news }
    }

    #[test]
    fn each_expunge_shifts_the_numbers_after_it() {
        let changes = vec![Change::Expunged(2), Change::Expunged(2)];
        check(&[10, 20, 30, 40], changes, expunged(News { gone: vec![20, 30], ..News::default() }));
    }

    #[test]
    fn exists_counts_what_is_beyond_the_known() {
        check(&[10, 20], vec![Change::Exists(4)], News { unknown: 2, ..News::default() });
        let (news, counted) = read(&[10, 20], 4, Vec::new());
        assert_eq!((news, counted), (News { unknown: 2, ..News::default() }, 4));
    }

    #[test]
    fn an_arrival_may_be_gone_before_it_was_seen() {
        let changes = vec![Change::Exists(4), Change::Expunged(3), Change::Expunged(1)];
        let expect = News { gone: vec![10], unknown: 1, ..News::default() };
        check(&[10, 20], changes, expunged(expect));
        let expect = News { gone: vec![10], unknown: 1, unsure: true, ..News::default() };
        let changes = vec![Change::Exists(4), Change::Vanished(vec![(10, 10), (21, 21)])];
        check(&[10, 20], changes, expect);
        let expect = News { unsure: true, ..News::default() };
        check_from(&[10, 20], 3, vec![Change::Vanished(vec![(21, 21)])], expect);
        check_from(&[10, 20], 3, vec![Change::Expunged(3)], expunged(News::default()));
    }

    #[test]
    fn flags_find_their_message_after_an_expunge() {
        let flags = |seq| Change::Flags { seq, uid: None, flags: vec![Flag::Seen] };
        let changes = vec![flags(2), Change::Expunged(1), flags(2), flags(1)];
        let changed = [20, 30, 20].map(|uid| (uid, vec![Flag::Seen])).to_vec();
        let expect = News { gone: vec![10], changed, ..News::default() };
        check(&[10, 20, 30], changes, expunged(expect));
    }

    #[test]
    fn flags_of_an_arrival_wait_for_its_row() {
        for uid in [None, Some(11)] {
            let flags = Change::Flags { seq: 2, uid, flags: vec![Flag::Seen] };
            let expect = News { unknown: 1, ..News::default() };
            check(&[10], vec![Change::Exists(2), flags], expect);
        }
    }

    #[test]
    fn nonsense_means_looking_again() {
        let lost = |known: &[u32], changes| read(known, 0, changes).0.lost_track;
        assert!(lost(&[10], vec![Change::Expunged(7)]));
        assert!(lost(&[10], vec![Change::Expunged(0)]));
        assert!(lost(&[10, 20], vec![Change::Exists(1)]));
        assert!(lost(&[10], vec![Change::Overflow]));
    }

    #[test]
    fn numbers_without_measure_cost_no_memory() {
        let changes = vec![Change::Exists(u32::MAX), Change::Expunged(1), Change::Expunged(70_000)];
        let unknown = u32::MAX - 2;
        check(&[10], changes, expunged(News { gone: vec![10], unknown, ..News::default() }));
    }

    #[test]
    fn what_vanished_is_counted_once_however_often_it_is_told() {
        let changes = vec![
            Change::Vanished(vec![(10, 10), (10, 10)]),
            Change::Vanished(vec![(1, 10), (99, u32::MAX)]),
        ];
        check(&[10], changes, News { gone: vec![10], ..News::default() });
    }
}
