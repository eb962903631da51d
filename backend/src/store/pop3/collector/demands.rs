//! Messages whose rest somebody waits for: asked for from outside, answered by whatever session
//! comes to them first.

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postern_shared::error::ErrorCode;
use tokio::sync::{Notify, oneshot};

/// Why the rest of a message did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// It is not at the server any more.
    Gone,
    /// Something failed; another attempt makes sense after so many seconds, 0 where that is not
    /// known.
    Failed(ErrorCode, u32),
}

/// What is waited for, by the names of the ledger. Clones share it.
#[derive(Clone, Default)]
pub struct Demands(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Default)]
struct Waiting {
    names: BTreeMap<String, Vec<oneshot::Sender<Result<(), Lack>>>>,
    /// What was asked for since a session looked last, in that order.
    fresh: Vec<String>,
    /// Nobody fetches anything any more.
    closed: bool,
}

impl Waiting {
    /// Whoever has gone waits for nothing.
    fn forget_forsaken(&mut self) {
        self.names.retain(|_, answers| answers.iter().any(|answer| !answer.is_closed()));
        self.forget_fresh();
    }

    /// Where nothing is waited for, no session need come that hears of it.
    fn forget_fresh(&mut self) {
        if self.names.is_empty() {
            self.fresh.clear();
        }
    }
}

impl Demands {
    /// Asks at once for these messages to be whole, and waits for them; gives those that are not, and
    /// why. One session comes to all of them, and however many ask for the same one, it comes once.
    pub fn want(
        &self,
        names: Vec<String>,
    ) -> impl Future<Output = Vec<(String, Lack)>> + Send + use<> {
        let stopped = Lack::Failed(ErrorCode::Unavailable, 0);
        let mut results = Vec::with_capacity(names.len());
        {
            let mut waiting = self.waiting();
            for name in names {
                let (answer, result) = oneshot::channel();
                if !waiting.closed {
                    waiting.names.entry(name.clone()).or_default().push(answer);
                    waiting.fresh.push(name.clone());
                }
                results.push((name, result));
            }
        }
        self.0.more.notify_waiters();
        async move {
            let mut lacking = Vec::new();
            for (name, result) in results {
                if let Err(lack) = result.await.unwrap_or(Err(stopped)) {
                    lacking.push((name, lack));
                }
            }
            lacking
        }
    }

    /// Returns once something is waited for.
    pub async fn come(&self) {
        loop {
            let mut more = pin!(self.0.more.notified());
            // What comes between the look and the wait is heard too.
            more.as_mut().enable();
            if !self.is_empty() {
                return;
            }
            more.await;
        }
    }

    /// Whether nothing is waited for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut waiting = self.waiting();
        waiting.forget_forsaken();
        waiting.names.is_empty()
    }

    /// All that is waited for: what a session begins with.
    pub(super) fn all(&self) -> Vec<String> {
        let mut waiting = self.waiting();
        waiting.forget_forsaken();
        waiting.fresh.clear();
        waiting.names.keys().cloned().collect()
    }

    /// What was asked for since the last look: also what somebody waits for already and is
    /// now wanted once more.
    pub(super) fn fresh(&self) -> Vec<String> {
        let mut waiting = self.waiting();
        let fresh = std::mem::take(&mut waiting.fresh);
        fresh.into_iter().filter(|name| waiting.names.contains_key(name)).collect()
    }

    /// Those of these names that nobody waits for any longer.
    pub(super) fn forsaken<'a>(&self, names: impl Iterator<Item = &'a String>) -> Vec<String> {
        let mut waiting = self.waiting();
        waiting.forget_forsaken();
        names.filter(|name| !waiting.names.contains_key(*name)).cloned().collect()
    }

    /// Tells whoever waits for a message.
    pub(super) fn answer(&self, name: &str, result: Result<(), Lack>) {
        let answers = {
            let mut waiting = self.waiting();
            let answers = waiting.names.remove(name);
            waiting.forget_fresh();
            answers
        };
        for answer in answers.into_iter().flatten() {
            // Whoever has gone does not mind.
            let _ = answer.send(result);
        }
    }

    /// Tells whoever waits for a message that is not incomplete any more: it became whole between
    /// their look and their asking.
    pub fn settle(&self, incomplete: &HashSet<String>) {
        let others = |name: &&String| !incomplete.contains(*name);
        let settled: Vec<String> = self.waiting().names.keys().filter(others).cloned().collect();
        settled.iter().for_each(|name| self.answer(name, Ok(())));
    }

    /// Tells everybody that nothing comes, and why.
    pub fn fail(&self, lack: Lack) {
        let all = {
            let mut waiting = self.waiting();
            waiting.fresh.clear();
            std::mem::take(&mut waiting.names)
        };
        for answer in all.into_values().flatten() {
            let _ = answer.send(Err(lack));
        }
    }

    /// Nobody fetches anything any more.
    pub fn close(&self) {
        self.waiting().closed = true;
        self.fail(Lack::Failed(ErrorCode::Unavailable, 0));
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
