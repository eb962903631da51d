//! Time and randomness, handed out by one value so that tests can move time.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// The wall clock, a monotonic clock and timers. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System { origin: Instant },
    Fake(Arc<watch::Sender<(SystemTime, Duration)>>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock enters")]
    pub fn system() -> Self {
        Self(Source::System { origin: Instant::now() })
    }

    /// A clock that stands still at `start` until `advance` moves it.
    #[must_use]
    pub fn fake(start: SystemTime) -> Self {
        Self(Source::Fake(Arc::new(watch::Sender::new((start, Duration::ZERO)))))
    }

    /// The wall-clock time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock enters")]
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Source::System { .. } => SystemTime::now(),
            Source::Fake(state) => state.borrow().0,
        }
    }

    /// Milliseconds since 1970-01-01 UTC; 0 for a clock set before that.
    #[must_use]
    pub fn unix_ms(&self) -> i64 {
        let since = self.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    /// Time since this clock was made; never runs backwards.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::System { origin } => origin.elapsed(),
            Source::Fake(state) => state.borrow().1,
        }
    }

    /// Resolves once `duration` has passed on this clock.
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Source::System { .. } => tokio::time::sleep(duration).await,
            Source::Fake(state) => {
                let mut watcher = state.subscribe();
                let until = watcher.borrow().1.saturating_add(duration);
                // The sender lives in `state`, so the wait cannot end early.
                let _ = watcher.wait_for(|(_, elapsed)| *elapsed >= until).await;
            }
        }
    }

    /// Resolves at this time of `elapsed`, or at once where it has passed; never where there is none.
    pub fn due(&self, at: Option<Duration>) -> impl Future<Output = ()> + use<> {
        let remaining = at.map(|at| at.saturating_sub(self.elapsed()));
        let clock = self.clone();
        async move {
            match remaining {
                Some(remaining) => clock.sleep(remaining).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Moves only the wall clock of a fake one, as the sleep of a machine does.
    pub fn set_forward(&self, by: Duration) {
        if let Source::Fake(state) = &self.0 {
            state.send_modify(|(now, _)| *now += by);
        }
    }

    /// Moves a fake clock and wakes its sleepers; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Source::Fake(state) = &self.0 {
            state.send_modify(|(now, elapsed)| {
                *now += by;
                *elapsed += by;
            });
        }
    }
}

/// `N` bytes from the operating system's generator.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system's random generator answers");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fake_clock_moves_only_when_told_and_wakes_sleepers() {
        let clock = Clock::fake(UNIX_EPOCH + Duration::from_secs(10));
        assert_eq!(clock.unix_ms(), 10_000);
        let sleeper = {
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(5)).await }
        };
        tokio::pin!(sleeper);
        assert!(futures_util::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(4));
        assert!(futures_util::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(1));
        assert!(futures_util::poll!(&mut sleeper).is_ready());
        assert_eq!((clock.unix_ms(), clock.elapsed()), (15_000, Duration::from_secs(5)));
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(random::<16>(), random::<16>());
    }
}
