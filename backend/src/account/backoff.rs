//! When a lost server is tried again: 1 s, 2 s, 4 s … 60 s, each shortened at random by up to half.

use std::time::Duration;

use crate::clock::{Clock, random};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The state of repeated attempts, on the clock's `elapsed` time.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    failed: Option<Duration>,
    next: Option<Duration>,
}

impl Backoff {
    /// Counts a failure and sets the next attempt; says how long until then.
    pub(super) fn fail(&mut self, clock: &Clock) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        let part = u32::from(u16::from_le_bytes(random::<2>()));
        let pause = whole - whole / 2 * part / u32::from(u16::MAX);
        self.failures += 1;
        self.failed = Some(clock.elapsed());
        self.next = Some(clock.elapsed() + pause);
        pause
    }

    /// Whether the last failure is no longer ago than `time`.
    pub(super) fn failed_within(&self, clock: &Clock, time: Duration) -> bool {
        self.failed.is_some_and(|failed| clock.elapsed() - failed <= time)
    }

    /// No attempt is due any longer.
    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }

    /// Gives up: no attempt by itself.
    pub(super) fn give_up(&mut self) {
        self.next = None;
    }

    /// The time until the next attempt; none where none is due.
    pub(super) fn remaining(&self, clock: &Clock) -> Option<Duration> {
        self.next.map(|next| next.saturating_sub(clock.elapsed()))
    }

    /// Resolves when the next attempt is due; never where none is.
    pub(super) fn due(&self, clock: &Clock) -> impl Future<Output = ()> + use<> {
        let (remaining, clock) = (self.remaining(clock), clock.clone());
        async move {
            match remaining {
                Some(remaining) => clock.sleep(remaining).await,
                None => std::future::pending().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_never_vanish() {
        let clock = Clock::fake(std::time::UNIX_EPOCH);
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..12).map(|_| backoff.fail(&clock)).collect();
        for (at, pause) in pauses.iter().enumerate() {
            let whole = FIRST.saturating_mul(1 << at.min(6)).min(LONGEST);
            assert!(*pause <= whole && *pause >= whole / 2, "{at}: {pause:?}");
        }
        backoff.succeed();
        assert_eq!(backoff.remaining(&clock), None);
    }
}
