//! When the next round begins. Pure.

use std::time::Duration;

use postern_shared::collecting::Policy;

/// Pause after the first failure; each further one doubles it.
const FIRST: Duration = Duration::from_secs(5);
/// Longest pause after failures, unless rounds are further apart anyway.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Longest time over which the first rounds of a bridge are spread, and the share of each maildrop.
const SPREAD: (Duration, Duration) = (Duration::from_secs(60), Duration::from_millis(50));

/// The time between two rounds that go well.
pub(super) fn every(policy: &Policy) -> Duration {
    Duration::from_secs(u64::from(policy.every_minutes.max(1)) * 60)
}

/// How long to wait after so many failures in a row.
pub(super) fn after_failures(failures: u32, policy: &Policy) -> Duration {
    let pause = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16));
    pause.min(LONGEST.max(every(policy)))
}

/// How long a server that wants to be left alone is left alone yet; times in seconds since 1970.
pub(super) fn must_wait(signed_in_at: i64, login_delay: u32, now: i64) -> Duration {
    // A clock that was set back makes nobody wait for longer than the server asked for.
    let passed = now.saturating_sub(signed_in_at).max(0);
    let left = i64::from(login_delay).saturating_sub(passed);
    Duration::from_secs(u64::try_from(left).unwrap_or(0))
}

/// How long a maildrop waits when the bridge starts with so many; `chance` is any number.
pub(super) fn spread(maildrops: usize, chance: u32) -> Duration {
    let share = SPREAD.1.saturating_mul(u32::try_from(maildrops).unwrap_or(u32::MAX));
    share.min(SPREAD.0).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_waited_for_longer_and_longer_up_to_a_bound() {
        let policy = Policy::default();
        let pauses: Vec<u64> =
            (1..11).map(|failures| after_failures(failures, &policy).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        let seldom = Policy { every_minutes: 60, ..policy };
        assert_eq!(after_failures(40, &seldom).as_secs(), 3_600);
    }

    #[test]
    fn a_server_is_left_alone_as_long_as_it_asks() {
        assert_eq!(must_wait(1_000, 60, 1_010).as_secs(), 50);
        assert_eq!(must_wait(1_000, 60, 1_060), Duration::ZERO);
        assert_eq!(must_wait(1_000, 60, 10).as_secs(), 60, "a clock that was set back");
        assert_eq!(must_wait(1_000, 0, 1_000), Duration::ZERO);
    }

    #[test]
    fn few_begin_at_once_and_many_are_spread() {
        assert!(spread(1, u32::MAX) <= Duration::from_millis(50));
        assert_eq!(spread(1_000_000, u32::MAX), Duration::from_secs(60));
        assert_eq!(spread(1_000_000, 0), Duration::ZERO);
    }
}
