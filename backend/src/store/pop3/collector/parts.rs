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
    /// What somebody waits for, as far as this round has heard.
    heard: HashSet<String>,
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

    /// Hears of what somebody waits for since the last time, and answers for what needs nothing, or
    /// is not there any more; gives the numbers of the others.
    pub(super) fn want_more(&mut self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for name in self.maildrop.rest.beyond(&self.parts.heard) {
            self.parts.heard.insert(name.clone());
            let Some((number, rest)) = self.find(&name) else {
                let is_whole =
                    self.row(&name).is_none_or(|row| self.ledger[row].taken == Taken::Whole);
                let answer = if is_whole { Ok(()) } else { Err(Lack::Gone) };
                self.maildrop.rest.answer(&name, answer);
                continue;
            };
            if self.parts.rest.insert(number, rest).is_none() {
                numbers.push(number);
            }
        }
        let more = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        self.progress.send_modify(|it| it.total = it.total.saturating_add(more));
        numbers
    }

    fn row(&self, name: &str) -> Option<usize> {
        self.ledger.iter().position(|entry| entry.name == name)
    }

    /// The number of an incomplete message, by its name.
    fn find(&self, name: &str) -> Option<(u32, Rest)> {
        let name = name.to_owned();
        if let Some((number, header)) = self.parts.begun.get(&name).cloned() {
            return Some((number, Rest { name, header, row: None }));
        }
        let row = self.row(&name).filter(|row| self.ledger[*row].taken == Taken::Header)?;
        let (at, _) = self.found.known.iter().find(|(_, known)| *known == row)?;
        let header = self.ledger[row].label.header.clone();
        Some((self.listed[*at].number, Rest { name, header, row: Some(row) }))
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
