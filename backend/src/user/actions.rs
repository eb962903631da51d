//! Mutations happen at most once: a repeated `ActionId` is answered from memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_shared::action::ActionId;
use postern_shared::api::Reply;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::frame;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::db::{self, Db, UserId, actions, undos};

type Answer = Result<Reply, CallError>;

/// How long an action that still runs is waited for by one that takes it back.
const LONGEST: Duration = Duration::from_secs(600);

/// A user's actions: those under way in memory, those done in the database for 7 days.
pub struct Actions {
    user: UserId,
    db: Db,
    clock: Clock,
    under_way: Mutex<HashMap<ActionId, Arc<OnceCell<Answer>>>>,
}

impl Actions {
    pub(super) fn new(user: UserId, db: Db, clock: Clock) -> Self {
        Self { user, db, clock, under_way: Mutex::default() }
    }

    /// Does a mutation, or answers what it was answered before.
    ///
    /// Only success is remembered: what failed changed nothing that a repeat would double.
    ///
    /// # Errors
    /// The mutation's own.
    pub async fn once(&self, action: ActionId, mutation: impl Future<Output = Answer>) -> Answer {
        let cell = self.under_way().entry(action).or_default().clone();
        let answer = cell.get_or_init(|| self.look_up_or(action, mutation)).await.clone();
        // Not the cell of another try, which may have begun after this one failed.
        let mut under_way = self.under_way();
        if under_way.get(&action).is_some_and(|other| Arc::ptr_eq(other, &cell)) {
            under_way.remove(&action);
        }
        answer
    }

    async fn look_up_or(&self, action: ActionId, mutation: impl Future<Output = Answer>) -> Answer {
        let known = actions::find(&self.db, self.user, action.0).await.map_err(internal)?;
        if let Some(reply) = known.and_then(|bytes| frame::decode(&bytes).ok()) {
            return Ok(reply);
        }
        let reply = mutation.await?;
        let bytes = frame::encode(&reply);
        let kept =
            actions::remember(&self.db, self.user, action.0, &bytes, self.clock.unix_ms()).await;
        if let Err(error) = kept {
            // It is done; a repeat would only set the same state again.
            tracing::error!(%error, "an action's reply could not be kept");
        }
        Ok(reply)
    }

    /// Keeps how an action is taken back, as long as its reply.
    pub(super) async fn keep_way_back(
        &self,
        action: ActionId,
        way: &impl Serialize,
    ) -> Result<(), db::Error> {
        let bytes = frame::encode(way);
        undos::remember(&self.db, self.user, action.0, &bytes, self.clock.unix_ms()).await
    }

    /// How an action is taken back, where it can be; one that still runs is waited for.
    pub(super) async fn way_back<T: DeserializeOwned>(
        &self,
        action: ActionId,
    ) -> Result<Option<T>, db::Error> {
        let running = self.under_way().get(&action).cloned();
        if let Some(running) = running {
            // Its own end, or that it was given up: either way it is over.
            let over = running.get_or_try_init(async || Err::<Answer, ()>(()));
            let _ = tokio::time::timeout(LONGEST, over).await;
        }
        let bytes = undos::find(&self.db, self.user, action.0).await?;
        Ok(bytes.and_then(|bytes| frame::decode(&bytes).ok()))
    }

    /// An action was taken back.
    pub(super) async fn forget_way_back(&self, action: ActionId) -> Result<(), db::Error> {
        undos::forget(&self.db, self.user, action.0).await
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, HashMap<ActionId, Arc<OnceCell<Answer>>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn internal(error: db::Error) -> CallError {
    tracing::error!(%error, "the database of actions failed");
    ErrorCode::Internal.into()
}

#[cfg(test)]
mod tests {
    use postern_shared::api::messages::Outcome;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_still_runs_is_waited_for_before_it_is_taken_back() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let actions = Actions::new(UserId([1; 16]), db, Clock::system());
        let (action, begun, end) = (ActionId([7; 16]), Notify::new(), Notify::new());
        let running = actions.once(action, async {
            begun.notify_one();
            end.notified().await;
            actions.keep_way_back(action, &5_u32).await.unwrap();
            Ok(Reply::ChangeFlags(Outcome::default()))
        });
        let back = async {
            begun.notified().await;
            let mut back = std::pin::pin!(actions.way_back::<u32>(action));
            assert!(futures_util::poll!(&mut back).is_pending());
            end.notify_one();
            back.await.unwrap()
        };
        let (done, back) = tokio::join!(running, back);
        assert!(done.is_ok());
        assert_eq!(back, Some(5));
        assert_eq!(actions.way_back::<u32>(ActionId([8; 16])).await.unwrap(), None);
    }
}
