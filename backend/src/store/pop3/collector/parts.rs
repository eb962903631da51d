//! Messages that come in two parts: the header at first, the rest when somebody wants it, or once
//! everything is to come whole.

use std::collections::{BTreeMap, HashMap, HashSet};

use postern_shared::error::{CallError, ErrorCode};

use super::demands::Lack;
use super::fetch::Fetched;
use super::round::Round;
use super::survey::Head;
use super::{Error, Maildrop, Reason, digest};
use crate::store;
use crate::store::local::{Amendment, Octets, Taken};
use crate::store::pop3::{Extent, Pop3Connection};

/// A message whose rest is fetched.
struct Rest {
    name: String,
    /// The digest of its header.
    header: Vec<u8>,
    /// Its row of the ledger; none for one whose header came in this round.
    row: Option<usize>,
}

/// What comes in parts, by the numbers of this session.
#[derive(Default)]
pub(super) struct Parts {
    /// Of these the header was asked for.
    headers: HashSet<u32>,
    /// Headers that came in this round, by the names of their messages.
    begun: HashMap<String, (u32, Vec<u8>)>,
    /// What the rest was asked of.
    rest: BTreeMap<u32, Rest>,
    /// The numbers of those whose rest is asked of for nobody but whoever waits for it, by name.
    wanted: HashMap<String, u32>,
}

/// What is to be done with a message that came.
pub(super) enum Sorted {
    /// It is new.
    New(Fetched),
    /// Its header is not enough: all of it has to come.
    Whole,
    /// Nothing more.
    Done,
}

impl Parts {
    /// The numbers of what the rest is asked of.
    pub fn numbers(&self) -> Vec<u32> {
        self.rest.keys().copied().collect()
    }

    /// Notes that a header came, and goes to the store by this name.
    pub fn note_begun(&mut self, name: &str, (number, head): (u32, &Head)) {
        self.begun.insert(name.to_owned(), (number, head.digest.clone()));
    }
}

impl Round<'_> {
    /// How much is to come of each new message; nothing of what is too large.
    pub(super) fn extents(&mut self, connection: &Pop3Connection) -> Vec<(u32, Extent)> {
        let most = u64::from(self.policy.whole_up_to_kib) * 1024;
        let able = most > 0 && !connection.capabilities().lacks("TOP");
        let largest = self.maildrop.largest;
        let (mut all, mut missed) = (Vec::new(), Vec::new());
        for one in self.found.new.iter().map(|at| &self.listed[*at]) {
            match able && one.octets > most {
                true => all.push((one.number, Extent::Header)),
                false if one.octets > largest => missed.push(one.number),
                false => all.push((one.number, Extent::Whole)),
            }
        }
        missed.into_iter().for_each(|number| self.miss(number, Reason::TooLarge(largest)));
        let headers = all.iter().filter(|(_, extent)| *extent == Extent::Header);
        self.parts.headers = headers.map(|(number, _)| *number).collect();
        all
    }

    /// Where everything is to come whole, wants the rest of what did not.
    pub(super) async fn want_all(&mut self) -> Result<(), Error> {
        if self.policy.whole_up_to_kib > 0 {
            return Ok(());
        }
        let Maildrop { store, account, .. } = self.maildrop;
        let incomplete = store.incomplete(account).await?;
        for (at, row) in &self.found.known {
            let entry = &self.ledger[*row];
            if entry.taken == Taken::Header && incomplete.contains(&entry.name) {
                let (name, header) = (entry.name.clone(), entry.label.header.clone());
                let rest = Rest { name, header, row: Some(*row) };
                self.parts.rest.insert(self.listed[*at].number, rest);
            }
        }
        Ok(())
    }

    /// Hears of what somebody waits for now, and has the connection ask for that before all else; for
    /// what nobody waits for any longer it asks no more. Says whether there is anything to come.
    pub(super) async fn hear(&mut self, connection: &mut Pop3Connection) -> Result<bool, Error> {
        let forsaken = self.maildrop.rest.forsaken(self.parts.wanted.keys());
        let numbers = forsaken.iter().filter_map(|name| self.parts.wanted.remove(name)).collect();
        let given_up = connection.take_back(&numbers);
        let less = u32::try_from(given_up.len()).unwrap_or(u32::MAX);
        given_up.iter().for_each(|number| drop(self.parts.rest.remove(number)));
        let (fresh, again) = self.heed(self.maildrop.rest.fresh());
        let more = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        self.progress
            .send_modify(|it| it.total = it.total.saturating_sub(less).saturating_add(more));
        // What was to come later anyway is waited for now.
        let mut first = connection.take_back(&again);
        first.extend(fresh);
        connection.ask_first(&first).await?;
        Ok(!first.is_empty())
    }

    /// Looks at what somebody waits for, and answers for what needs nothing, or is not there any
    /// more; gives the numbers of those to be asked for, and of those that were asked for before.
    pub(super) fn heed(&mut self, names: Vec<String>) -> (Vec<u32>, HashSet<u32>) {
        let (mut fresh, mut again) = (Vec::new(), HashSet::new());
        if names.is_empty() {
            return (fresh, again);
        }
        let rows = self.ledger.iter().enumerate().map(|(row, entry)| (entry.name.as_str(), row));
        let rows: HashMap<&str, usize> = rows.collect();
        let places: HashMap<usize, usize> =
            self.found.known.iter().map(|(at, row)| (*row, *at)).collect();
        for name in names {
            let row = rows.get(name.as_str()).copied();
            let found = match self.parts.begun.get(&name) {
                Some((number, header)) => Some((*number, header.clone(), None)),
                None => {
                    row.filter(|row| self.ledger[*row].taken == Taken::Header).and_then(|row| {
                        let number = self.listed[*places.get(&row)?].number;
                        Some((number, self.ledger[row].label.header.clone(), Some(row)))
                    })
                }
            };
            let Some((number, header, row)) = found else {
                let is_whole = row.is_none_or(|row| self.ledger[row].taken == Taken::Whole);
                let answer = if is_whole { Ok(()) } else { Err(Lack::Gone) };
                self.maildrop.rest.answer(&name, answer);
                continue;
            };
            if self.parts.rest.contains_key(&number) {
                again.insert(number);
                continue;
            }
            self.parts.rest.insert(number, Rest { name: name.clone(), header, row });
            self.parts.wanted.insert(name, number);
            fresh.push(number);
        }
        fresh.sort_unstable();
        (fresh, again)
    }

    /// Looks whether a message that came, or was refused, is new, or the rest of one, or the header
    /// of one that has to come whole.
    pub(super) async fn sort_out(
        &mut self,
        number: u32,
        fetched: Result<Fetched, Reason>,
    ) -> Result<Sorted, Error> {
        if let Some(rest) = self.parts.rest.remove(&number) {
            self.complete(rest, fetched).await?;
            return Ok(Sorted::Done);
        }
        let is_header = self.parts.headers.remove(&number);
        Ok(match fetched {
            // TOP is refused: RETR may do.
            Err(_) if is_header => Sorted::Whole,
            // The next round asks for it again.
            Err(reason) => {
                self.miss(number, reason);
                Sorted::Done
            }
            Ok(fetched) if is_header => self.begin(number, fetched).await,
            Ok(fetched) => Sorted::New(fetched),
        })
    }

    /// Takes a header for its message, unless more is needed to know which one that is.
    async fn begin(&self, number: u32, Fetched { octets, head }: Fetched) -> Sorted {
        let rows = self.free.get(&head.digest).map_or(&[][..], Vec::as_slice);
        let by_bytes = rows.iter().any(|row| self.ledger[*row].taken == Taken::Whole);
        let listed = self.listed.iter().find(|one| one.number == number);
        match (octets, listed) {
            (Octets::Memory(bytes), Some(one)) if !by_bytes && bytes.len() < digest::MOST => {
                Sorted::New(Fetched { octets: Octets::Header(bytes, one.octets), head })
            }
            (octets, _) => {
                self.let_go(&octets).await;
                Sorted::Whole
            }
        }
    }

    /// Puts a message in the place of its header.
    async fn complete(
        &mut self,
        rest: Rest,
        fetched: Result<Fetched, Reason>,
    ) -> Result<(), Error> {
        let Maildrop { store, account, rest: demands, clock, .. } = self.maildrop;
        let Rest { name, header, row } = rest;
        let Fetched { octets, head } = match fetched {
            Ok(fetched) => fetched,
            Err(reason) => {
                let code = match reason {
                    Reason::Refused(_) => ErrorCode::Refused,
                    Reason::TooLarge(_) => ErrorCode::Limit,
                };
                demands.answer(&name, Err(Lack::Failed(code, 0)));
                return Ok(());
            }
        };
        if head.digest != header {
            tracing::warn!(account, "another message has the uidl of an incomplete one");
            self.let_go(&octets).await;
            // The next round doubts it, and finds the other one.
            let now = (clock.unix_ms() / 1000).max(1);
            store.amend(account, &[(name.clone(), Amendment::Absent(now))]).await?;
            demands.answer(&name, Err(Lack::Gone));
            return Ok(());
        }
        match store.complete(account, &name, &octets).await {
            Ok(is_whole) => {
                if let Some(row) = row.filter(|_| is_whole) {
                    self.ledger[row].taken = Taken::Whole;
                    self.proved.insert(row);
                }
                self.parts.begun.remove(&name);
                self.progress.send_modify(|it| it.done += 1);
                demands.answer(&name, Ok(()));
            }
            Err(store::Error::OverQuota) => {
                tracing::warn!(account, "no room for the rest of a message");
                demands.answer(&name, Err(Lack::Failed(ErrorCode::OverQuota, 0)));
            }
            Err(error) => {
                demands.answer(&name, Err(Lack::Failed(CallError::from(&error).code, 0)));
                return Err(error.into());
            }
        }
        Ok(())
    }
}
