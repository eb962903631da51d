//! The few threads on which messages are read: work that takes CPU time and waits for nothing.
//!
//! The runtime's own threads for what blocks become dozens under a round of collecting, one after
//! the other reads messages, and each keeps megabytes of its own of what it needed once.

use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// Threads of a pace, however many cores there are: each costs memory.
const MOST: usize = 4;

static NOW: LazyLock<Readers> = LazyLock::new(|| Readers::new("read-now", as_cores()));
static PATIENT: LazyLock<Readers> = LazyLock::new(|| Readers::new("read-patient", as_cores()));

/// How soon something is read. Each has threads of its own, so that none waits for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Somebody waits.
    Now,
    /// One of many, and nobody waits for it alone.
    Patient,
}

/// A defect of ours, or a message that found one; the thread goes on.
#[derive(Debug, Error)]
#[error("reading a message panicked")]
pub struct Panicked;

/// Runs what takes CPU time, beside the runtime. It must not wait: neither for I/O nor for a lock
/// that is held for long. What is not begun when nobody waits for it any more is not done.
///
/// # Errors
/// Only that the work panicked.
pub async fn read<T: Send + 'static>(
    pace: Pace,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    match pace {
        Pace::Now => NOW.read(work).await,
        Pace::Patient => PATIENT.read(work).await,
    }
}

/// Threads that come when they are needed and go after a while.
struct Readers {
    /// As many as threads: whoever waits for one is not in a queue that nobody can leave.
    places: Arc<Semaphore>,
    /// Nothing runs on it but its threads for what blocks.
    threads: Runtime,
}

impl Readers {
    fn new(name: &str, most: usize) -> Self {
        let threads = Builder::new_current_thread()
            .max_blocking_threads(most)
            .thread_name(name)
            .build()
            .expect("a runtime without drivers asks nothing of the system");
        Self { places: Arc::new(Semaphore::new(most)), threads }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        let place = self.places.clone().acquire_owned().await.expect("places are never closed");
        let reading = self.threads.spawn_blocking(move || {
            let _place = place;
            work()
        });
        reading.await.map_err(|_| Panicked)
    }
}

fn as_cores() -> usize {
    available_parallelism().map_or(2, usize::from).clamp(2, MOST)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;
    use std::time::Duration;

    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// A runtime must not be dropped where a test runs.
    fn readers(most: usize) -> &'static Readers {
        Box::leak(Box::new(Readers::new("read-test", most)))
    }

    /// Work that is done once its other half is dropped.
    fn stuck() -> (Sender<()>, impl FnOnce() + Send + 'static) {
        let (held, wait): (_, Receiver<()>) = channel();
        (held, move || wait.recv().unwrap_or_default())
    }

    #[tokio::test]
    async fn a_panic_takes_no_thread_away() {
        let readers = readers(1);
        for _ in 0..3 {
            let read = readers.read(|| panic!("a message that found a defect")).await;
            assert!(matches!(read, Err(Panicked)));
        }
        assert_eq!(timeout(SOON, readers.read(|| 7)).await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn there_are_never_more_threads_than_were_said() {
        let readers = readers(2);
        let mut seen = HashSet::new();
        for _ in 0..50 {
            let all = join_all((0..8).map(|_| readers.read(|| thread::current().id()))).await;
            seen.extend(all.into_iter().map(Result::unwrap));
        }
        assert!(seen.len() <= 2, "{} threads", seen.len());
    }

    #[tokio::test]
    async fn what_somebody_waits_for_overtakes_rounds() {
        let (held, many): (Vec<_>, Vec<_>) = (0..50).map(|_| stuck()).unzip();
        let rounds = tokio::spawn(join_all(many.into_iter().map(|it| read(Pace::Patient, it))));
        while PATIENT.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(timeout(SOON, read(Pace::Now, || 7)).await.unwrap().unwrap(), 7);
        drop(held);
        assert!(rounds.await.unwrap().into_iter().all(|done| done.is_ok()));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        static BEGUN: AtomicBool = AtomicBool::new(false);
        let readers = readers(1);
        let (held, work) = stuck();
        let first = tokio::spawn(readers.read(work));
        while readers.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let second = readers.read(|| BEGUN.store(true, Ordering::SeqCst)).now_or_never();
        assert!(second.is_none());
        drop(held);
        first.await.unwrap().unwrap();
        readers.read(|| ()).await.unwrap();
        assert!(!BEGUN.load(Ordering::SeqCst));
    }
}
