//! The account actor: one task owns the command connection and everything known of the mailboxes.
//!
//! Work comes as closures in two bounded queues: what somebody waits for, and what may be wanted
//! soon. One piece of work runs at a time and none takes long: a large body travels in slices, each
//! its own piece, so that a click is never behind a download. After each piece the news that the
//! server told unasked are settled before anything else uses sequence numbers.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::account::AccountState;
use postern_shared::event::Event;
use postern_shared::mailbox::{Mailbox, MailboxId};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::arrivals::Announced;
use super::audience::Audience;
use super::backoff::Backoff;
use super::cache::Cache;
use super::counts::{POLL, Round};
use super::error::Error;
use super::facts::Facts;
use super::keeper::Keeper;
use super::lane::Lane;
use super::listing::Listing;
use super::pulse::Pulse;
use super::second_look::SecondLook;
use super::select::Promise;
use super::tree::{Chosen, Tree};
use super::watcher::{Focus, Hint};
use super::windows::Windows;
use crate::clock::Clock;
use crate::db::{Db, UserId};
use crate::store::Connection;

/// How long work under way may go on once the account is stopped, and how long LOGOUT may take.
const GRACE: Duration = Duration::from_secs(2);

/// How long patient chores wait for somebody to ask for something: what a page asks for when it
/// opens comes within this time. However much is asked for, they wait no longer.
const LULL: Duration = Duration::from_millis(25);
/// How long the index waits at most where something is asked for all the time.
const INDEX_TURN: Duration = Duration::from_millis(1_000);

/// A piece of work.
pub(super) type Work = Box<dyn for<'a> FnOnce(&'a mut Actor) -> BoxFuture<'a, ()> + Send>;

/// Something to do once the current piece of work has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chore {
    /// Learn the uids of a mailbox whose first window went out before.
    LearnUids(MailboxId),
    /// Bring a mailbox that has windows up to date.
    Refresh(MailboxId),
    /// Ask how much is in a mailbox.
    Count(MailboxId),
    /// Tell the windows of a mailbox the flags that these uids have now.
    ShowFlags(MailboxId, Vec<u32>),
    /// Ask for the mailboxes, and the selected one's news.
    Poll,
    /// Count the mailboxes whose turn it is.
    CountSome,
    /// Announce what came into the inbox below this uid.
    Announce(u32),
}

impl Chore {
    /// Whether it waits until nobody waits for anything else.
    fn is_patient(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Poll | Self::CountSome | Self::Announce(_))
    }
}

/// The queues and switches that an actor listens to.
pub(super) struct Inputs {
    pub now: mpsc::Receiver<Work>,
    pub later: mpsc::Receiver<Work>,
    pub hints: mpsc::Receiver<Hint>,
    pub stop: CancellationToken,
}

/// One account's state; only its own task touches it.
pub(super) struct Actor {
    pub facts: Facts,
    pub audience: Arc<Audience>,
    pub clock: Clock,
    pub connection: Option<Connection>,
    /// The connection of the sign-in, until it becomes the account's.
    pub signed_in: Option<Connection>,
    pub tree: Tree,
    pub shown: watch::Sender<Vec<Mailbox>>,
    pub selected: Option<MailboxId>,
    pub listings: HashMap<MailboxId, Listing>,
    pub promises: HashMap<MailboxId, Promise>,
    pub windows: Windows,
    pub keeper: Keeper,
    pub cache: Cache,
    pub chores: VecDeque<Chore>,
    pub state: watch::Sender<AccountState>,
    pub focus: watch::Sender<Focus>,
    pub backoff: Backoff,
    pub pulse: Pulse,
    pub second_look: SecondLook,
    pub round: Round,
    pub announced: Option<Announced>,
    /// How often the machine slept; the watching connection is checked as well then.
    pub wakings: u32,
    /// Whether it is the turn of what may be wanted soon, else of a patient chore.
    pub aside: bool,
    pub durable: (Db, UserId),
    /// Roles that the user chose.
    pub chosen: Chosen,
    /// Until when the server asked to be left alone.
    pub held_until: Option<Duration>,
    /// Tells the watching connection that the server takes too few.
    pub give_way: Arc<Notify>,
    pub lane: Arc<Lane>,
}

impl Actor {
    /// Runs until stopped, then says LOGOUT.
    pub(super) async fn run(mut self, inputs: Inputs) {
        let stop = inputs.stop.clone();
        let overdue = async {
            stop.cancelled().await;
            // What waits for a silent server longer than this is cut off.
            sleep(GRACE).await;
        };
        tokio::select! {
            () = self.work(inputs) => {}
            () = overdue => {}
        }
        if let Some(mut connection) = self.connection.take() {
            let _ = tokio::time::timeout(GRACE, connection.logout()).await;
        }
    }

    async fn work(&mut self, mut inputs: Inputs) {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        poll.tick().await;
        self.remember_roles().await;
        self.reconnect().await;
        self.settle().await;
        // They go on while other work is done, until it is their turn.
        let mut lull = None;
        let mut index_turn = Box::pin(sleep(INDEX_TURN));
        loop {
            let retry = self.backoff.due(&self.clock);
            let second_look = self.second_look.due(&self.clock);
            let held = self.held_for();
            let released = self.clock.sleep(held.unwrap_or_default());
            let (for_index, online) = (self.keeper.has_work(), self.connection.is_some());
            if !for_index {
                index_turn = Box::pin(sleep(INDEX_TURN));
            }
            let pause = self.keeper.pause();
            self.keeper.set_busy(false);
            let keeper = &mut self.keeper;
            let index = async {
                keeper.at_rest().await;
                tokio::select! {
                    () = sleep(pause) => {}
                    () = &mut index_turn => {}
                }
            };
            let patient = held.is_none() && self.chores.iter().any(Chore::is_patient);
            let length = if inputs.later.is_empty() { LULL } else { Duration::ZERO };
            lull = lull.filter(|_| patient);
            let aside = lull.get_or_insert_with(|| Box::pin(sleep(length)));
            tokio::select! {
                biased;
                () = inputs.stop.cancelled() => break,
                Some(work) = inputs.now.recv() => work(self).await,
                Some(hint) = inputs.hints.recv() => self.take_hint(hint),
                () = retry => self.reconnect().await,
                _ = poll.tick() => self.beat().await,
                () = second_look, if held.is_none() => self.look_again(),
                () = released, if held.is_some() => {}
                () = aside, if patient => {
                    lull = None;
                    self.do_aside(&mut inputs.later).await;
                }
                Some(work) = inputs.later.recv() => work(self).await,
                () = index, if for_index && online && held.is_none() => {
                    self.guarded(|actor| actor.keep_index().boxed()).await;
                    self.keeper.set_busy(true);
                    index_turn = Box::pin(sleep(INDEX_TURN));
                }
            }
            self.settle().await;
        }
    }

    /// Runs a verb; where the connection turns out dead, once more on a new one.
    pub(super) async fn attempt<T, F>(&mut self, work: &F) -> Result<T, Error>
    where
        F: for<'a> Fn(&'a mut Self) -> BoxFuture<'a, Result<T, Error>> + Sync,
    {
        self.connected().await?;
        match self.survive(work).await {
            Err(error) if error.is_lost() => {
                self.lose(&error);
            }
            other => return other,
        }
        self.attempt_once(work).await
    }

    /// Runs a verb that must not happen twice: a lost connection is the caller's to judge.
    pub(super) async fn attempt_once<T, F>(&mut self, work: &F) -> Result<T, Error>
    where
        F: for<'a> Fn(&'a mut Self) -> BoxFuture<'a, Result<T, Error>> + Sync,
    {
        self.connected().await?;
        let result = self.survive(work).await;
        if let Err(error) = &result
            && error.is_lost()
        {
            self.lose(error);
        }
        result
    }

    /// A panic in one piece of work costs that piece and the connection, not the account.
    async fn survive<T, F>(&mut self, work: &F) -> Result<T, Error>
    where
        F: for<'a> Fn(&'a mut Self) -> BoxFuture<'a, Result<T, Error>> + Sync,
    {
        match AssertUnwindSafe(work(self)).catch_unwind().await {
            Ok(result) => {
                result.as_ref().err().into_iter().for_each(|error| self.heed(error));
                result
            }
            Err(_) => {
                tracing::error!(account = %self.facts.id.0, "work on an account panicked");
                self.lose(&Error::Panicked);
                Err(Error::Panicked)
            }
        }
    }

    /// Runs background work on a living connection; its failure is logged, nobody waits for it.
    async fn guarded<F>(&mut self, work: F)
    where
        F: for<'a> Fn(&'a mut Self) -> BoxFuture<'a, Result<(), Error>> + Sync,
    {
        if self.connection.is_none() {
            return;
        }
        if let Err(error) = self.survive(&work).await {
            tracing::warn!(account = %self.facts.id.0, %error, "background work failed");
            if error.is_lost() {
                // The next connection has the same work waiting: not made here, but when it is due.
                self.lose(&error);
            }
        }
    }

    /// Takes in what the server told unasked and does the chores.
    async fn settle(&mut self) {
        self.guarded(|actor| actor.absorb().boxed()).await;
        while let Some(at) = self.chores.iter().position(|chore| !chore.is_patient()) {
            self.do_chore_at(at).await;
        }
        self.guarded(|actor| actor.write_notes().boxed()).await;
        self.feel_pulse();
        self.follow_focus();
    }

    /// Does what nobody waits for: in turn what may be wanted soon, and the oldest patient chore.
    async fn do_aside(&mut self, later: &mut mpsc::Receiver<Work>) {
        self.aside = !self.aside;
        if self.aside
            && let Ok(work) = later.try_recv()
        {
            return work(self).await;
        }
        if let Some(at) = self.chores.iter().position(Chore::is_patient) {
            self.do_chore_at(at).await;
        }
    }

    async fn do_chore_at(&mut self, at: usize) {
        let Some(chore) = self.chores.remove(at) else { return };
        self.guarded(move |actor| actor.do_chore(chore.clone()).boxed()).await;
        self.guarded(|actor| actor.absorb().boxed()).await;
    }

    async fn do_chore(&mut self, chore: Chore) -> Result<(), Error> {
        match chore {
            Chore::LearnUids(mailbox) => self.learn_uids(&mailbox).await,
            Chore::Refresh(mailbox) => self.refresh(&mailbox).await,
            Chore::Count(mailbox) => self.count(&mailbox).await,
            Chore::ShowFlags(mailbox, uids) => self.show_flags_of(&mailbox, &uids).await,
            Chore::Poll => self.poll().await,
            Chore::CountSome => self.count_some().await,
            Chore::Announce(next) => self.announce_up_to(next).await,
        }
    }

    /// Adds a chore unless it is waiting already.
    pub(super) fn later(&mut self, chore: Chore) {
        if !self.chores.contains(&chore) {
            self.chores.push_back(chore);
        }
    }

    fn take_hint(&mut self, hint: Hint) {
        match hint {
            Hint::Stirred(mailbox) if self.windows.has(&mailbox) => {
                self.later(Chore::Refresh(mailbox));
            }
            Hint::Stirred(mailbox) => self.later(Chore::Count(mailbox)),
            Hint::Elsewhere(told) => self.take_told(told),
            Hint::Listen { hears } => {
                self.round.hears = hears;
                // What happened before is for a last poll to find.
                self.later(Chore::Poll);
            }
        }
    }

    /// Points the watching connection at the mailbox that the user looks at.
    fn follow_focus(&self) {
        let wanted = match (&self.connection, self.windows.focused()) {
            (None, _) => None,
            (Some(_), Some(mailbox)) => self.tree.get(mailbox),
            (Some(_), None) => self.tree.of_role(postern_shared::mailbox::Role::Inbox),
        };
        let wanted = wanted.map(|node| (node.shown.id.clone(), node.name.clone(), self.wakings));
        self.focus.send_if_modified(|focus| {
            let news = *focus != wanted;
            *focus = wanted;
            news
        });
    }

    /// Tells everybody a new state of the account.
    pub(super) fn set_state(&self, state: AccountState) {
        let news = self.state.send_if_modified(|old| {
            let news = *old != state;
            *old = state;
            news
        });
        if news {
            let shown = self.facts.shown(self.state.borrow().clone());
            self.audience.publish(&Event::AccountChanged(shown));
        }
    }
}

/// Helps inference see a closure as a verb of any actor.
pub(super) fn verb<T, F>(work: F) -> F
where
    F: for<'a> Fn(&'a mut Actor) -> BoxFuture<'a, Result<T, Error>> + Send + Sync,
{
    work
}
