//! How much of the network a user may use for pictures: requests and bytes an hour, some at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whose it is: a user's id.
pub(super) type Owner = [u8; 16];

/// How long a budget lasts.
pub(super) const PERIOD_SECONDS: u32 = 3_600;
const REQUESTS: u32 = 3_000;
const BYTES: usize = 300 << 20;
/// Pictures fetched at the same time, for one user and for all.
const AT_ONCE: usize = 6;
const AT_ONCE_ALL: usize = 48;

struct Purse {
    since_ms: i64,
    requests: u32,
    bytes: usize,
    places: Arc<Semaphore>,
}

/// What everybody has used.
pub(super) struct Budget {
    purses: Mutex<HashMap<Owner, Purse>>,
    places: Arc<Semaphore>,
}

/// A place among the pictures that are being fetched.
pub(super) struct Place {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Default for Budget {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE_ALL));
        Self { purses: Mutex::default(), places }
    }
}

impl Budget {
    /// Counts a request and waits for a place; none where the budget is used up.
    pub(super) async fn enter(&self, user: Owner, now_ms: i64) -> Option<Place> {
        let own = self.count(user, now_ms)?;
        Some(Place {
            _own: own.acquire_owned().await.ok()?,
            _all: self.places.clone().acquire_owned().await.ok()?,
        })
    }

    /// Counts bytes that came.
    pub(super) fn spend(&self, user: Owner, bytes: usize) {
        if let Some(purse) = self.purses().get_mut(&user) {
            purse.bytes = purse.bytes.saturating_add(bytes);
        }
    }

    fn count(&self, user: Owner, now_ms: i64) -> Option<Arc<Semaphore>> {
        let period = i64::from(PERIOD_SECONDS) * 1_000;
        let mut purses = self.purses();
        // Whoever has not looked for a period has no purse.
        purses.retain(|other, purse| *other == user || now_ms - purse.since_ms < period);
        let purse = purses.entry(user).or_insert_with(|| Purse {
            since_ms: now_ms,
            requests: 0,
            bytes: 0,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        });
        if now_ms - purse.since_ms >= period {
            (purse.since_ms, purse.requests, purse.bytes) = (now_ms, 0, 0);
        }
        if purse.requests >= REQUESTS || purse.bytes >= BYTES {
            return None;
        }
        purse.requests += 1;
        Some(purse.places.clone())
    }

    fn purses(&self) -> MutexGuard<'_, HashMap<Owner, Purse>> {
        self.purses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: Owner = [1; 16];

    #[test]
    fn requests_and_bytes_are_counted_by_the_hour() {
        let budget = Budget::default();
        assert!((0..REQUESTS).all(|_| budget.count(USER, 0).is_some()));
        assert!(budget.count(USER, 1).is_none());
        assert!(budget.count([2; 16], 1).is_some());
        assert!(budget.count(USER, 3_600_000).is_some());
        budget.spend(USER, BYTES);
        assert!(budget.count(USER, 3_600_001).is_none());
    }
}
