//! The store's verbs against a malicious server, connection after connection, until the time is over.
//!
//! What is checked: no panic, nothing hangs beyond the limits, "nothing there" only where that was
//! said, and memory under a bound ([`BOUND`]) that follows from the store's own limits.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use postern::secret::Secret;
use postern::store::imap::{Credentials, ImapConnection, Limits};
use postern::store::{Criteria, Error, Known, MailboxName, SortBy, Stretch};
use postern_mailhost::{Capabilities, Host, MailHost};
use postern_shared::flag::Flag;
use tokio::time::timeout;

use crate::chance::Chance;
use crate::malice::{Malice, Style};
use crate::{Person, message, wait};

/// What the store allows a server here; small, so that every limit is met often.
const EXCHANGE: usize = 8 << 20;
/// How much memory an assault may take beyond what one good session takes: what one command may
/// receive, once as it came and twice as it is read; 8 MiB for the values that one response may
/// have; and a quarter more for whoever plays the server.
pub const BOUND: usize = EXCHANGE * 3 + (8 << 20) + EXCHANGE / 4 * 3;
/// What one trick may send: more than every limit.
const LARGE: usize = 8 * EXCHANGE;
/// No verb takes longer, whatever is said: several commands, each to its own limit.
const HANGS: Duration = Duration::from_secs(60);
/// Messages in the mailbox.
const MESSAGES: u32 = 12;

/// What an assault came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Connections begun.
    pub connections: u64,
    /// Verbs that gave something.
    pub answered: u64,
    /// Verbs that ended in an error.
    pub failed: u64,
    /// Lines that were garbled.
    pub tricks: u64,
    /// Most memory beyond that of a good session, in octets.
    pub memory: usize,
}

/// What a good server may take, and a malicious one: most of its tricks end in waiting.
const GOOD: Duration = Duration::from_secs(20);
const GARBLED: Duration = Duration::from_millis(80);

fn limits(time: Duration) -> Limits {
    Limits {
        line: 1 << 20,
        typed_line: 64 << 10,
        literal: EXCHANGE / 2,
        exchange: EXCHANGE,
        uids: 100_000,
        sign_in_time: time,
        exchange_time: time,
        idle_time: time,
        ..Limits::default()
    }
}

/// Assaults the store for so long; the course is repeated by the seed.
pub async fn store(style: Style, lasts: Duration, seed: u64) -> Result<Tally> {
    let person = Person::named("anna");
    // What is deflated can only be garbled blindly: most connections do without.
    let plain = host(&person, Capabilities::every().without("compress")).await?;
    let deflating = host(&person, Capabilities::every()).await?;
    let malice = Malice::new(style, seed, LARGE);
    malice.set_rate(0);
    let assault = Assault { plain, deflating, malice, person };
    let mut chance = Chance::new(seed);
    let mut tally = Tally::default();
    for _ in 0..20 {
        assault.session(&mut chance, &mut tally, GOOD).await?;
    }
    ensure!(tally.failed == 0, "a good server was not understood: {tally:?}");
    let before = peak_memory()?;
    let started = wait::now();
    tally = Tally::default();
    while started.elapsed() < lasts {
        let rates = [3, 10, 40];
        assault.malice.set_rate(rates[chance.below(rates.len())]);
        assault.session(&mut chance, &mut tally, GARBLED).await?;
        tally.tricks = assault.malice.tricks();
        tally.memory = peak_memory()?.saturating_sub(before);
        ensure!(tally.memory <= BOUND, "more than {BOUND} octets: {tally:?}");
    }
    assault.malice.set_rate(0);
    let garbled = tally;
    assault.session(&mut chance, &mut tally, GOOD).await?;
    ensure!(tally.failed == garbled.failed, "the server is good again and not understood");
    Ok(tally)
}

async fn host(person: &Person, on: Capabilities) -> Result<Host> {
    let builder = MailHost::builder().user(&person.address, "Anna", &person.password);
    let host = builder.capabilities(on).start().await?;
    for number in 1..=MESSAGES {
        let subject = format!("Message {number}");
        let size = 40 * number as usize * number as usize;
        host.deliver(&person.address, message::with_attachment(person, person, &subject, size))?;
    }
    Ok(host)
}

struct Assault {
    plain: Host,
    deflating: Host,
    malice: Malice,
    person: Person,
}

impl Assault {
    /// One connection, used until it fails or a dozen verbs are done.
    async fn session(&self, chance: &mut Chance, tally: &mut Tally, time: Duration) -> Result<()> {
        tally.connections += 1;
        self.malice.said_empty();
        let (near, far) = tokio::io::duplex(64 << 10);
        let host = if chance.one_in(5) { &self.deflating } else { &self.plain };
        let (malice, port) = (self.malice.clone(), host.imap_addr().port());
        let server = tokio::spawn(async move { malice.between(far, port).await });
        let credentials = Credentials {
            login: self.person.address.clone(),
            secret: Secret::new(self.person.password.clone()),
        };
        let opened = ImapConnection::open(near, false, &credentials, limits(time));
        match timeout(HANGS, opened).await.context("the sign-in hangs")? {
            Ok(mut store) => {
                for _ in 0..12 {
                    if !store.is_alive() {
                        break;
                    }
                    let verb = chance.below(VERBS);
                    let done = timeout(HANGS, self.verb(&mut store, verb, chance)).await;
                    match done.with_context(|| format!("verb {verb} hangs"))?? {
                        Done::Answered => tally.answered += 1,
                        Done::Failed => tally.failed += 1,
                    }
                }
            }
            Err(_) => tally.failed += 1,
        }
        server.abort();
        Ok(())
    }

    /// One verb, and whether its answer can be believed.
    async fn verb(
        &self,
        store: &mut ImapConnection,
        verb: usize,
        chance: &mut Chance,
    ) -> Result<Done> {
        let inbox = MailboxName::from_text("INBOX");
        let uids = [1, 3, 4, MESSAGES];
        let unselected = store.selected().is_none();
        Ok(match verb {
            _ if unselected || verb == 0 => {
                let selected = store.select(&inbox).await;
                if selected.as_ref().is_ok_and(|selected| selected.exists == 0) {
                    self.must_have_been_said("an empty mailbox")?;
                }
                Done::of(selected)
            }
            1 => {
                let found = store.uids().await;
                if found.as_ref().is_ok_and(Vec::is_empty) {
                    self.must_have_been_said("no uid")?;
                }
                Done::of(found)
            }
            2 => Done::of(store.list().await),
            3 => {
                let stretch = Stretch { newest_first: true, offset: 0, count: MESSAGES };
                Done::of(store.rows_of(stretch).await)
            }
            4 => Done::of(store.rows_by_uid(&uids).await),
            5 => Done::of(store.search(Criteria::Unseen).await),
            6 => Done::of(store.message(3).await),
            7 => Done::of(store.body(MESSAGES, "", 0, 64 << 10).await),
            8 => Done::of(store.flags_by_uid(&uids).await),
            9 => Done::of(store.store_flags(&uids, &[Flag::Seen], &[Flag::Flagged]).await),
            10 => Done::of(store.idle(tokio::time::sleep(Duration::from_millis(5))).await),
            11 => Done::of(store.status(&inbox).await),
            12 => Done::of(store.index_rows(&uids).await),
            13 => Done::of(store.sort(SortBy::From, true, Criteria::All).await),
            14 => Done::of(store.threads(Criteria::All).await),
            15 => {
                let modseq = 1 + chance.below(20) as u64;
                let known = Known { uid_validity: 1, modseq, uids: &uids };
                Done::of(store.select_since(&inbox, known).await)
            }
            16 => Done::of(store.namespaces().await),
            17 => Done::of(store.quota(&inbox).await),
            18 => {
                store.take_news(&uids);
                Done::of(store.rows_after(3).await)
            }
            19 => Done::of(store.notify().await),
            _ => Done::of(store.noop().await),
        })
    }

    /// An empty answer is an error unless the server said that, or that something went.
    fn must_have_been_said(&self, what: &str) -> Result<()> {
        // Once said it stays true of the mailbox for as long as the connection lasts.
        match self.malice.has_said_empty() {
            true => Ok(()),
            false => bail!("{what}: nobody said so"),
        }
    }
}

/// One more than the last verb.
const VERBS: usize = 21;

enum Done {
    Answered,
    Failed,
}

impl Done {
    fn of<T>(outcome: Result<T, Error>) -> Self {
        // What is not offered, or not there, is an answer too.
        match outcome {
            Ok(_) | Err(Error::Unsupported(_) | Error::NonExistent) => Self::Answered,
            Err(_) => Self::Failed,
        }
    }
}

/// The most memory that this process ever held, in octets.
fn peak_memory() -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()).context("no VmHWM")?;
    Ok(kibibytes.parse::<usize>()? * 1024)
}
