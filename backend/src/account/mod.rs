//! An account: one actor per (user, account), shared by all the user's tabs and devices.
//!
//! The actor (`actor`) owns the command connection, what is known of the mailboxes (`tree`,
//! `listing`) and the windows on them (`windows`); a second connection (`watcher`) idles where the
//! user looks; a third (`lane`) carries downloads where the provider allows three. [`Account`] is
//! the handle: each verb is a piece of work for the actor. There are never more connections than
//! the provider's `connections`, whatever the number of links.
//!
//! No listing is believed across a uid_validity, and none counts positions: the store does.

mod absorb;
mod actor;
mod append;
mod archive;
mod arrivals;
mod audience;
mod backoff;
mod believed;
mod bulk;
mod cache;
mod choose;
mod connect;
mod counts;
mod download;
mod drafts;
mod error;
mod facts;
mod file;
mod fill;
mod indexed;
mod inside;
mod keeper;
mod lane;
mod listing;
mod mailboxes;
mod moved;
mod mutate;
mod notes;
mod open;
mod open_window;
mod parts;
mod previews;
mod progress;
mod protocol_log;
mod pulse;
mod quoting;
mod rank;
mod reported;
mod reread;
mod resync;
mod rows;
mod second_look;
mod select;
mod stretches;
mod text;
mod throttle;
mod tree;
mod turn;
mod undo;
mod warm;
mod watcher;
mod whole;
mod windows;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::account::{Account as Shown, AccountState};
use postern_shared::api::messages::Urgency;
use postern_shared::mailbox::Mailbox;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use append::{Arrived, Floor};
pub use audience::{Audience, LinkId, WindowKey};
pub use bulk::{Aim, Done};
pub use cache::Memory;
pub use download::{Download, SOURCE};
pub use drafts::Copies;
pub use error::Error;
pub use facts::{Facts, Identities, Look, Rest, Shape, Surroundings};
pub use indexed::Finds;
pub use mutate::Batch;
pub use quoting::clean_html;

pub use progress::{Progress, Shelf, Stage};
pub use rank::Ranked;
pub use undo::Step;
pub use whole::{Noted, Whole};

#[cfg(test)]
mod tests;

use crate::store::Connection;
use crate::store::imap::ImapConnection;
use actor::{Actor, Inputs, Work};
use backoff::Backoff;
use cache::Cache;
use lane::Lane;
use turn::Turns;
use watcher::{Crowd, Watcher};

/// Pieces of work that may wait in each queue.
const QUEUE: usize = 256;
/// Hints that may wait; one for each mailbox is enough.
const HINTS: usize = 16;

/// The handle of an account. Clones share it.
#[derive(Clone)]
pub struct Account(Arc<Inner>);

struct Inner {
    facts: Facts,
    now: mpsc::Sender<Work>,
    later: mpsc::Sender<Work>,
    state: watch::Receiver<AccountState>,
    /// What the page was shown last, so that it is there without a connection too.
    tree: watch::Receiver<Vec<Mailbox>>,
    cache: Cache,
    turns: Turns,
    lane: Arc<Lane>,
    rest: Arc<dyn Rest>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Account {
    /// Starts an account: it goes on with the connection of the sign-in, or connects at once, and
    /// keeps trying until it is stopped.
    #[must_use]
    pub fn start(
        facts: Facts,
        surroundings: Surroundings,
        signed_in: Option<ImapConnection>,
    ) -> Self {
        let Surroundings { audience, clock, memory, durable, shelf, rest } = surroundings;
        let (now, now_in) = mpsc::channel(QUEUE);
        let (later, later_in) = mpsc::channel(QUEUE);
        let (hints, hints_in) = mpsc::channel(HINTS);
        let (state, state_seen) = watch::channel(AccountState::Connecting);
        let (shown, tree) = watch::channel(Vec::new());
        let (focus, focus_seen) = watch::channel(None);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (give_way, cache) = (Arc::new(Notify::new()), Cache::new(memory));
        let lane = Arc::new(Lane::new(facts.clone(), clock.clone()));
        let actor = Actor {
            facts: facts.clone(),
            audience,
            clock: clock.clone(),
            connection: None,
            signed_in: signed_in.map(Connection::from),
            tree: tree::Tree::default(),
            shown,
            selected: None,
            listings: HashMap::new(),
            promises: HashMap::new(),
            windows: windows::Windows::default(),
            keeper: keeper::Keeper::new(shelf),
            cache: cache.clone(),
            chores: VecDeque::new(),
            state,
            focus,
            backoff: Backoff::default(),
            pulse: pulse::Pulse::default(),
            second_look: second_look::SecondLook::default(),
            round: counts::Round::default(),
            announced: None,
            wakings: 0,
            aside: false,
            durable,
            chosen: tree::Chosen::new(),
            held_until: None,
            give_way: give_way.clone(),
            lane: lane.clone(),
        };
        let inputs = Inputs { now: now_in, later: later_in, hints: hints_in, stop: stop.clone() };
        let watcher = Watcher {
            facts: facts.clone(),
            clock,
            focus: focus_seen,
            hints,
            stop: stop.clone(),
            watching: None,
            give_way,
            crowd: Crowd::default(),
            hears: false,
        };
        tasks.spawn(actor.run(inputs));
        if facts.provider.settings.connections > 1 {
            tasks.spawn(watcher.run());
        }
        tasks.close();
        let (state, turns) = (state_seen, Turns::default());
        let inner = Inner { facts, now, later, state, tree, cache, turns, lane, rest, stop, tasks };
        Self(Arc::new(inner))
    }

    /// Where its servers are.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// Whether both are handles of one account.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What the page is shown of it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        self.0.facts.shown(self.0.state.borrow().clone())
    }

    /// Connects now if there is no connection.
    ///
    /// # Errors
    /// Why the server cannot be reached.
    pub async fn retry(&self) -> Result<(), Error> {
        self.ask(Urgency::Now, |_| async { Ok(()) }.boxed()).await
    }

    /// Its maildrop's server refused the password. Mail that lies here stays as it is.
    pub fn refuse(&self) {
        self.tell(|actor| actor.set_state(AccountState::NeedsSignIn));
    }

    /// The password of its maildrop was typed in again, and may be tried.
    pub fn forgive(&self) {
        self.tell(|actor| {
            if *actor.state.borrow() == AccountState::NeedsSignIn {
                let is_here = actor.connection.is_some();
                let state = if is_here { AccountState::Online } else { AccountState::Connecting };
                actor.set_state(state);
            }
        });
    }

    /// Says LOGOUT and ends; returns when every connection is closed.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        tokio::join!(self.0.tasks.wait(), self.0.lane.close());
    }

    /// Hands work to the actor and waits for its result; a lost connection is tried once more.
    ///
    /// Work whose caller has gone before it began is left undone.
    async fn ask<T, F>(&self, urgency: Urgency, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Actor) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
    {
        let (answer, result) = oneshot::channel();
        let job = boxed(move |actor| {
            async move {
                if !answer.is_closed() {
                    let _ = answer.send(actor.attempt(&work).await);
                }
            }
            .boxed()
        });
        self.enqueue(urgency, job)?;
        result.await.map_err(|_| Error::Stopped)?
    }

    /// Like `ask` for work that must not happen twice.
    async fn ask_once<T, F>(&self, urgency: Urgency, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Actor) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
    {
        let (answer, result) = oneshot::channel();
        let job = boxed(move |actor| {
            async move {
                let _ = answer.send(actor.attempt_once(&work).await);
            }
            .boxed()
        });
        self.enqueue(urgency, job)?;
        result.await.map_err(|_| Error::Stopped)?
    }

    /// Changes the actor's own state, without an answer.
    fn tell(&self, change: impl FnOnce(&mut Actor) + Send + 'static) {
        let job = boxed(move |actor| {
            change(actor);
            std::future::ready(()).boxed()
        });
        let waiting = self.enqueue(Urgency::Now, job);
        if let Err(error) = waiting {
            tracing::warn!(account = %self.0.facts.id.0, %error, "a change of windows was dropped");
        }
    }

    fn enqueue(&self, urgency: Urgency, job: Work) -> Result<(), Error> {
        let queue = match urgency {
            Urgency::Now => &self.0.now,
            Urgency::Ahead => &self.0.later,
        };
        queue.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Limit("work waiting for an account"),
            mpsc::error::TrySendError::Closed(_) => Error::Stopped,
        })
    }
}

/// Helps inference see a closure as work for any actor.
fn boxed<F>(job: F) -> Work
where
    F: for<'a> FnOnce(&'a mut Actor) -> BoxFuture<'a, ()> + Send + 'static,
{
    Box::new(job)
}
