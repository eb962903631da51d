//! One round: sign in, compare, fetch, deliver, remove, QUIT.

use std::collections::{HashMap, HashSet};
use std::pin::pin;

use postern_shared::collecting::Policy;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::fetch::{self, Fetched};
use super::group::{Gathered, Groups};
use super::parts::{Parts, Sorted};
use super::plan::{self, Comparison, Listed, Names};
use super::survey::{Head, heads, survey};
use super::{Error, Maildrop, Missed, Progress, Reason, digest};
use crate::config::Protocol;
use crate::sasl::Proof;
use crate::store::MailboxName;
use crate::store::local::{Delivery, Entry, Octets, Rounds, Taken};
use crate::store::pop3::{Plaintext, Pop3Connection};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// A message cannot have arrived later than so many seconds from now.
const AHEAD: i64 = 86_400;
/// Messages that are passed over in one transaction.
const PASSED: usize = 500;

/// A round on its way.
pub(super) struct Round<'a> {
    pub maildrop: &'a Maildrop,
    pub policy: &'a Policy,
    pub progress: &'a watch::Sender<Progress>,
    pub listed: Vec<Listed>,
    pub ledger: Vec<Entry>,
    pub found: Comparison,
    names: Names,
    /// Rows of the ledger that nothing in the listing is, by the digests of their headers.
    pub free: HashMap<Vec<u8>, Vec<usize>>,
    /// What was looked at, by the numbers of this session.
    pub heads: HashMap<u32, Head>,
    /// Numbers of messages that came whole and are durable, with their names.
    pub durable: Vec<(u32, String)>,
    named: HashMap<u32, String>,
    /// Rows whose bytes came once more and were the same.
    pub proved: HashSet<usize>,
    /// The first round goes back to here, in seconds since 1970 UTC.
    oldest: Option<i64>,
    /// Messages of which the header comes, and the rest of others.
    pub parts: Parts,
    missed: Option<Missed>,
}

/// Runs a round; gives what of it did not come.
pub(super) async fn run(
    maildrop: &Maildrop,
    policy: &Policy,
    progress: &watch::Sender<Progress>,
) -> Result<Option<Missed>, Error> {
    let Maildrop { store, account, clock, .. } = maildrop;
    let (mut connection, rounds) = begin(maildrop).await?;
    progress.send_modify(|it| it.login_delay = rounds.login_delay);
    let mut round = Round::survey(&mut connection, maildrop, (policy, progress)).await?;
    round.probe(&mut connection).await?;
    round.decide(&mut connection).await?;
    let known_by = progress.borrow().known_by;
    if rounds.first_at == 0 && policy.first_days > 0 {
        round.oldest = Some(rounds.signed_in_at - i64::from(policy.first_days) * DAY);
    }
    round.pass_over(&mut connection).await?;
    round.want_all().await?;
    round.fetch(&mut connection).await?;
    let now = clock.unix_ms() / 1000;
    let amendments = plan::amendments(&round.listed, &round.ledger, &round.found, now);
    store.amend(account, &amendments).await?;
    round.remove(connection).await?;
    let missed = round.missed.take();
    let first_at = if rounds.first_at == 0 { now } else { rounds.first_at };
    store.note_rounds(account, Rounds { known_by, first_at, last_at: now, ..rounds }).await?;
    Ok(missed)
}

/// Fetches nothing but what somebody waits for.
pub(super) async fn run_for_the_rest(maildrop: &Maildrop) -> Result<(), Error> {
    let progress = watch::Sender::new(Progress::default());
    let policy = Policy::default();
    let (mut connection, _) = begin(maildrop).await?;
    let mut round = Round::survey(&mut connection, maildrop, (&policy, &progress)).await?;
    // Without a probe: the header of what comes is compared anyway, and somebody waits.
    round.decide(&mut connection).await?;
    round.found.new.clear();
    round.fetch(&mut connection).await?;
    // There is nothing to remove, however it ends.
    let _ = connection.quit().await;
    Ok(())
}

/// Signs in, and writes down that and when.
async fn begin(maildrop: &Maildrop) -> Result<(Pop3Connection, Rounds), Error> {
    let Maildrop { store, account, clock, .. } = maildrop;
    // The usual mailboxes are there from now on.
    store.connect(account).await?;
    let connection = sign_in(maildrop).await?;
    let login_delay = connection.capabilities().login_delay().map_or(0, |it| it.least.as_secs());
    let login_delay = u32::try_from(login_delay).unwrap_or(u32::MAX);
    let signed_in_at = clock.unix_ms() / 1000;
    let rounds = Rounds { login_delay, signed_in_at, ..store.rounds(account).await? };
    store.note_rounds(account, rounds).await?;
    Ok((connection, rounds))
}

async fn sign_in(maildrop: &Maildrop) -> Result<Pop3Connection, Error> {
    let opened = maildrop.provider.connect(Protocol::Pop3).await?;
    let mut connection = Pop3Connection::greet(opened).await?;
    let plaintext = match maildrop.provider.settings.allow_plaintext {
        true => Plaintext::Allowed,
        false => Plaintext::Refused,
    };
    let credentials = &maildrop.credentials;
    let proof = Proof::Password(&credentials.secret);
    connection.sign_in(&credentials.login, proof, plaintext).await?;
    Ok(connection)
}

impl<'a> Round<'a> {
    /// Lists the maildrop and compares it with the ledger; what uidls alone do not say is to be decided.
    async fn survey(
        connection: &mut Pop3Connection,
        maildrop: &'a Maildrop,
        (policy, progress): (&'a Policy, &'a watch::Sender<Progress>),
    ) -> Result<Self, Error> {
        let (listed, known_by) = survey(connection).await?;
        progress.send_modify(|it| it.known_by = known_by);
        let ledger = maildrop.store.ledger(&maildrop.account).await?;
        Ok(Self {
            maildrop,
            policy,
            progress,
            found: plan::compare(&listed, &ledger),
            names: Names::new(&ledger),
            free: HashMap::new(),
            heads: HashMap::new(),
            durable: Vec::new(),
            named: HashMap::new(),
            proved: HashSet::new(),
            oldest: None,
            parts: Parts::default(),
            missed: None,
            listed,
            ledger,
        })
    }
}

impl Round<'_> {
    /// Decides by headers what uidls alone cannot.
    async fn decide(&mut self, connection: &mut Pop3Connection) -> Result<(), Error> {
        if !self.found.doubtful.is_empty() && self.look_and_resolve(connection).await? {
            tracing::warn!(account = self.maildrop.account, "a server uses uidls again");
            plan::doubt_all(&mut self.found);
            self.look_and_resolve(connection).await?;
        }
        let known: HashSet<usize> = self.found.known.iter().map(|(_, row)| *row).collect();
        for (row, entry) in self.ledger.iter().enumerate() {
            if !known.contains(&row) && !entry.label.header.is_empty() {
                self.free.entry(entry.label.header.clone()).or_default().push(row);
            }
        }
        Ok(())
    }

    async fn look_and_resolve(&mut self, connection: &mut Pop3Connection) -> Result<bool, Error> {
        let numbers: Vec<u32> =
            self.found.doubtful.iter().map(|at| self.listed[*at].number).collect();
        self.look(connection, &numbers).await?;
        let digest = |number| self.heads.get(number).map(|head| head.digest.clone());
        let digests: Vec<Vec<u8>> =
            numbers.iter().map(|number| digest(number).unwrap_or_default()).collect();
        Ok(plan::resolve(&self.listed, &self.ledger, (&mut self.found, &digests)))
    }

    /// Learns the headers of these messages, where the server gives them.
    pub(super) async fn look(
        &mut self,
        connection: &mut Pop3Connection,
        numbers: &[u32],
    ) -> Result<(), Error> {
        let unseen: Vec<u32> =
            numbers.iter().copied().filter(|number| !self.heads.contains_key(number)).collect();
        self.heads.extend(heads(connection, &unseen).await?);
        Ok(())
    }

    /// In the first round: writes down what is older than it goes back, and leaves it where it is.
    async fn pass_over(&mut self, connection: &mut Pop3Connection) -> Result<(), Error> {
        if self.oldest.is_none() {
            return Ok(());
        }
        let numbers: Vec<u32> = self.found.new.iter().map(|at| self.listed[*at].number).collect();
        self.look(connection, &numbers).await?;
        let mut passed = Vec::new();
        let mut new = Vec::new();
        for at in std::mem::take(&mut self.found.new) {
            let one = &self.listed[at];
            match self.heads.get(&one.number).filter(|head| self.is_too_old(head)) {
                Some(head) => passed.push(self.names.label(one, &head.digest)),
                None => new.push(at),
            }
        }
        self.found.new = new;
        for some in passed.chunks(PASSED) {
            self.maildrop.store.pass_over(&self.maildrop.account, some).await?;
        }
        Ok(())
    }

    fn is_too_old(&self, head: &Head) -> bool {
        self.oldest.zip(head.arrived_at).is_some_and(|(oldest, arrived)| arrived < oldest)
    }

    /// Fetches the rest of what is wanted, and what is new, in the order of the maildrop.
    async fn fetch(&mut self, connection: &mut Pop3Connection) -> Result<(), Error> {
        let places: HashMap<u32, usize> =
            self.found.new.iter().map(|at| (self.listed[*at].number, *at)).collect();
        let new = self.extents(connection);
        let total = new.len();
        self.heed(self.maildrop.rest.all());
        connection.ask_first(&self.parts.numbers()).await?;
        connection.ask_each(new).await?;
        let total = u32::try_from(total + self.parts.numbers().len()).unwrap_or(u32::MAX);
        self.progress.send_modify(|it| it.total = total);
        let maildrop = self.maildrop;
        let mut groups = Groups::new(maildrop);
        loop {
            let taken = {
                let mut taking = pin!(fetch::next(connection, maildrop, self.progress));
                loop {
                    tokio::select! {
                        taken = &mut taking => break taken,
                        durable = groups.due() => {
                            let durable = durable?;
                            note(durable, (self.progress, &mut self.durable, &mut self.named));
                        }
                    }
                }
            };
            let taken = match taken {
                Ok(taken) => taken,
                Err(error) => {
                    // What came whole before the session broke need not come again.
                    self.finish(&mut groups).await?;
                    return Err(error.into());
                }
            };
            let more = self.hear(connection).await?;
            let Some((number, fetched)) = taken else {
                if !more {
                    break;
                }
                continue;
            };
            let fetched = match self.sort_out(number, fetched).await? {
                Sorted::New(fetched) => fetched,
                Sorted::Whole => {
                    connection.ask([number]).await?;
                    continue;
                }
                Sorted::Done => continue,
            };
            let Some(at) = places.get(&number).copied() else { continue };
            let Some(gathered) = self.gather(at, fetched).await? else { continue };
            if groups.add(gathered) {
                let durable = groups.write().await?;
                note(durable, (self.progress, &mut self.durable, &mut self.named));
            }
        }
        self.finish(&mut groups).await
    }

    /// Goes on without a message.
    pub(super) fn miss(&mut self, number: u32, first: Reason) {
        let account = &self.maildrop.account;
        tracing::warn!(account, number, reason = ?first, "a message does not come");
        let missed = self.missed.get_or_insert(Missed { messages: 0, first });
        missed.messages += 1;
    }

    /// Waits until all that was gathered is durable.
    async fn finish(&mut self, groups: &mut Groups<'_>) -> Result<(), Error> {
        // The last group, and the one before it.
        for _ in 0..2 {
            let durable = groups.write().await?;
            note(durable, (self.progress, &mut self.durable, &mut self.named));
        }
        Ok(())
    }

    /// What is to be delivered of a message that came; none where it proves to be known.
    async fn gather(&mut self, at: usize, fetched: Fetched) -> Result<Option<Gathered>, Error> {
        let Fetched { octets, head } = fetched;
        let mut one = self.listed[at].clone();
        if one.uidl.is_empty() {
            one.uidl = digest::stand_in(&head.digest);
            self.listed[at].uidl.clone_from(&one.uidl);
        }
        if let Some(row) = self.same_as(&one, (&head, &octets)).await? {
            self.found.known.push((at, row));
            self.proved.insert(row);
            self.let_go(&octets).await;
            return Ok(None);
        }
        let (name, label) = self.names.label(&one, &head.digest);
        if self.is_too_old(&head) {
            self.let_go(&octets).await;
            self.maildrop.store.pass_over(&self.maildrop.account, &[(name, label)]).await?;
            return Ok(None);
        }
        let now = self.maildrop.clock.unix_ms() / 1000;
        let received_at = head.arrived_at.filter(|at| (0..now + AHEAD).contains(at));
        let held = match &octets {
            Octets::Header(header, _) => header.len(),
            Octets::Memory(bytes) => bytes.len(),
            Octets::Large(_) => 0,
        };
        match &octets {
            Octets::Header(..) => self.parts.note_begun(&name, (one.number, &head)),
            // Only what is whole here may go there.
            Octets::Memory(_) | Octets::Large(_) => {
                self.named.insert(one.number, name.clone());
            }
        }
        let delivery = Delivery {
            mailbox: MailboxName::from_text("INBOX"),
            message: octets,
            flags: Vec::new(),
            received_at: received_at.unwrap_or(now),
            name,
            label,
        };
        Ok(Some(Gathered { number: one.number, delivery, held }))
    }

    /// The row of the ledger that this is, by its bytes: under another uidl, or of another size as
    /// the server counts.
    async fn same_as(
        &mut self,
        one: &Listed,
        (head, octets): (&Head, &Octets),
    ) -> Result<Option<usize>, Error> {
        let Some(rows) = self.free.get_mut(&head.digest) else { return Ok(None) };
        let checksum: [u8; 32] = match octets {
            Octets::Header(bytes, _) | Octets::Memory(bytes) => Sha256::digest(bytes).into(),
            Octets::Large(large) => *large.checksum(),
        };
        for place in 0..rows.len() {
            let entry = &self.ledger[rows[place]];
            let Maildrop { store, account, .. } = self.maildrop;
            let is_same = match entry.taken {
                _ if plan::is_gone(entry) && entry.label.uidl != one.uidl => false,
                Taken::Nothing | Taken::Header => entry.label.octets == one.octets,
                Taken::Whole => {
                    let known = store.checksum_of(account, &entry.name).await?;
                    known.is_some_and(|known| known == checksum)
                }
            };
            if is_same {
                return Ok(Some(rows.swap_remove(place)));
            }
        }
        Ok(None)
    }

    pub(super) async fn let_go(&self, octets: &Octets) {
        if let Octets::Large(large) = octets {
            self.maildrop.store.let_go(large).await;
        }
    }
}

/// Where is noted what is durable.
type Notes<'n> =
    (&'n watch::Sender<Progress>, &'n mut Vec<(u32, String)>, &'n mut HashMap<u32, String>);

/// Notes what is durable.
fn note(numbers: Vec<u32>, (progress, durable, named): Notes<'_>) {
    if numbers.is_empty() {
        return;
    }
    let count = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    progress.send_modify(|it| it.done += count);
    durable.extend(numbers.into_iter().filter_map(|number| Some((number, named.remove(&number)?))));
}
