//! How far the index of a user's mailboxes is, told by the accounts to whoever shows views of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::store::index::{Index, Place};

/// How far one mailbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stage {
    /// Every message is in the index, and that was compared with the server on this connection.
    pub verified: bool,
    /// Messages that the server has.
    pub of: u32,
}

/// How far all are. Clones share it.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    stages: Mutex<HashMap<Place, Stage>>,
    news: watch::Sender<u64>,
}

impl Default for Progress {
    fn default() -> Self {
        Self(Arc::new(Inner { stages: Mutex::default(), news: watch::Sender::new(0) }))
    }
}

impl Progress {
    /// How far a mailbox is.
    #[must_use]
    pub fn get(&self, place: &Place) -> Stage {
        self.stages().get(place).copied().unwrap_or_default()
    }

    /// Says how far a mailbox is.
    pub(super) fn set(&self, place: &Place, stage: Stage) {
        self.stages().insert(place.clone(), stage);
        self.touch();
    }

    /// Nothing of these is known to be true any longer.
    pub(super) fn doubt(&self, account: &str) {
        let mut stages = self.stages();
        let own = stages.iter_mut().filter(|(place, _)| place.account.0 == account);
        own.for_each(|(_, stage)| stage.verified = false);
        drop(stages);
        self.touch();
    }

    /// Something in the index has changed.
    pub(super) fn touch(&self) {
        self.0.news.send_modify(|version| *version = version.wrapping_add(1));
    }

    /// Hears of every change.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    fn stages(&self) -> MutexGuard<'_, HashMap<Place, Stage>> {
        self.0.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where an account writes down what it learns.
#[derive(Clone)]
pub struct Shelf {
    /// The user's index.
    pub index: Index,
    /// Who is told.
    pub progress: Progress,
}
