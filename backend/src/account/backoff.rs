//! When a lost server is tried again: 1 s, 2 s, 4 s … 60 s, each shortened at random by up to half.

use std::time::Duration;

use crate::clock::{Clock, random};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// A connection that held for so long was a good one.
const STEADY: Duration = Duration::from_secs(10);

/// The state of repeated attempts, on the clock's `elapsed` time.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    failed: Option<Duration>,
    next: Option<Duration>,
    connected: Option<Duration>,
    /// Connections lost in a row that had not held.
    losses: u32,
}

impl Backoff {
    /// Counts a failure and sets the next attempt; says how long until then.
    pub(super) fn fail(&mut self, clock: &Clock) -> Duration {
        self.fail_for(clock, Duration::ZERO)
    }

    /// The same where the server asked for a pause of at least `asked`.
    pub(super) fn fail_for(&mut self, clock: &Clock, asked: Duration) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        let part = u32::from(u16::from_le_bytes(random::<2>()));
        let pause = (whole - whole / 2 * part / u32::from(u16::MAX)).max(asked);
        self.failures = self.failures.saturating_add(1);
        self.failed = Some(clock.elapsed());
        self.next = Some(clock.elapsed() + pause);
        pause
    }

    /// Whether the last failure is no longer ago than `time`.
    pub(super) fn failed_within(&self, clock: &Clock, time: Duration) -> bool {
        self.failed.is_some_and(|failed| clock.elapsed() - failed <= time)
    }

    /// No attempt is due any longer.
    pub(super) fn succeed(&mut self, clock: &Clock) {
        *self = Self { connected: Some(clock.elapsed()), losses: self.losses, ..Self::default() };
    }

    /// Counts a lost connection. The next attempt is due at once after one that held; otherwise
    /// after a pause, which is given: what broke the last one may break the next.
    pub(super) fn lose(&mut self, clock: &Clock) -> Option<Duration> {
        let connected = self.connected.take();
        if connected.is_some_and(|since| clock.elapsed().saturating_sub(since) >= STEADY) {
            self.losses = 0;
        }
        self.losses = self.losses.saturating_add(1);
        if self.losses == 1 {
            self.next = Some(clock.elapsed());
            return None;
        }
        self.failures = self.losses - 2;
        Some(self.fail(clock))
    }

    /// Gives up: no attempt by itself.
    pub(super) fn give_up(&mut self) {
        self.next = None;
    }

    /// Resolves when the next attempt is due; never where none is.
    pub(super) fn due(&self, clock: &Clock) -> impl Future<Output = ()> + use<> {
        clock.due(self.next)
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
        backoff.succeed(&clock);
        assert_eq!(backoff.next, None);
    }

    #[test]
    fn a_pause_that_the_server_asks_for_is_kept() {
        let clock = Clock::fake(std::time::UNIX_EPOCH);
        let mut backoff = Backoff::default();
        let asked = Duration::from_secs(300);
        assert_eq!(backoff.fail_for(&clock, asked), asked);
        assert_eq!(backoff.next, Some(clock.elapsed() + asked));
        assert!(backoff.fail(&clock) <= LONGEST);
    }

    #[test]
    fn a_connection_that_did_not_hold_is_not_made_again_at_once() {
        let clock = Clock::fake(std::time::UNIX_EPOCH);
        let mut backoff = Backoff::default();
        let mut lose = |held: Duration| {
            backoff.succeed(&clock);
            clock.advance(held);
            backoff.lose(&clock)
        };
        assert_eq!(lose(Duration::ZERO), None);
        assert!(lose(Duration::ZERO).is_some_and(|pause| pause >= FIRST / 2));
        assert!(lose(Duration::ZERO).is_some_and(|pause| pause >= FIRST));
        assert_eq!(lose(STEADY), None);
    }
}
