//! Whether the command connection still stands: one that was silent for long is asked before use.
//!
//! A server behind a broken network neither answers nor says goodbye. Without this the first click
//! would wait for the whole time that a command may take while the page still says "online".

use std::time::Duration;

use postern_shared::account::AccountState;
use postern_shared::error::ErrorCode;

use super::actor::Actor;
use super::error::Error;
use crate::clock::Clock;
use crate::store;

/// A connection that was silent for longer than this is asked before it is used; longer than the
/// time between two polls, so that nobody's click pays for it while somebody is looking.
const SILENT: Duration = Duration::from_secs(45);
/// How soon a connection must answer that it stands.
const DEADLINE: Duration = Duration::from_secs(4);
/// Where the wall clock ran so much further than the machine did, the machine slept.
const SLEPT_MS: i64 = 30_000;

/// When the server was heard last, and whether the machine slept since.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    received: u64,
    heard: Duration,
    doubted: bool,
    looked: Option<(i64, Duration)>,
}

impl Pulse {
    /// Takes in how many bytes the server has said by now.
    pub(super) fn listen(&mut self, received: u64, clock: &Clock) {
        if received != self.received {
            *self = Self { received, heard: clock.elapsed(), doubted: false, looked: self.looked };
        }
    }

    /// Whether the server must be asked before it is relied on.
    fn is_doubtful(&self, clock: &Clock) -> bool {
        self.doubted || clock.elapsed().saturating_sub(self.heard) >= SILENT
    }

    /// Whether the machine slept since this was asked last; every connection is doubted then.
    fn has_slept(&mut self, clock: &Clock) -> bool {
        let now = (clock.unix_ms(), clock.elapsed());
        let Some((wall, elapsed)) = self.looked.replace(now) else { return false };
        let awake = i64::try_from(now.1.saturating_sub(elapsed).as_millis()).unwrap_or(i64::MAX);
        let slept = (now.0 - wall).saturating_sub(awake) >= SLEPT_MS;
        self.doubted |= slept;
        slept
    }
}

impl Actor {
    /// Notes that the server was heard, where it was.
    pub(super) fn feel_pulse(&mut self) {
        let Some(connection) = &self.connection else { return };
        self.pulse.listen(connection.traffic().received, &self.clock);
        if !connection.is_alive() {
            // It ended in words that are no loss by themselves, such as "too many connections".
            self.lose(&Error::Store(store::Error::Lost("the connection is of no use".into())));
        }
    }

    /// Asks a connection that was silent for long whether it still stands. One that does not
    /// answer soon is given up, and everybody is told at once.
    pub(super) async fn check_connection(&mut self) {
        if self.pulse.has_slept(&self.clock) {
            tracing::info!(account = %self.facts.id.0, "the machine slept: connections are checked");
            self.wakings += 1;
        }
        self.feel_pulse();
        let Some(connection) = &mut self.connection else { return };
        if !self.pulse.is_doubtful(&self.clock) {
            return;
        }
        let answer = tokio::select! {
            answer = connection.noop() => answer,
            () = self.clock.sleep(DEADLINE) => Err(store::Error::TimedOut),
        };
        match answer {
            Err(error) if error.is_lost() => {
                self.lose(&Error::Store(error));
                self.say_unreachable();
            }
            // Refused or not: there is somebody.
            _ => self.feel_pulse(),
        }
    }

    /// Tells everybody that the server does not answer, while it is tried again.
    pub(super) fn say_unreachable(&self) {
        if *self.state.borrow() == AccountState::Online {
            let code = ErrorCode::Unavailable;
            self.set_state(AccountState::Offline { code, retry_in_ms: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_makes_doubtful_and_a_word_makes_sure() {
        let clock = Clock::fake(std::time::UNIX_EPOCH);
        let mut pulse = Pulse::default();
        pulse.listen(10, &clock);
        clock.advance(SILENT - Duration::from_secs(1));
        assert!(!pulse.is_doubtful(&clock));
        clock.advance(Duration::from_secs(1));
        pulse.listen(10, &clock);
        assert!(pulse.is_doubtful(&clock));
        pulse.listen(11, &clock);
        assert!(!pulse.is_doubtful(&clock));
    }

    #[test]
    fn a_machine_that_slept_doubts_its_connections() {
        let clock = Clock::fake(std::time::UNIX_EPOCH);
        let mut pulse = Pulse::default();
        assert!(!pulse.has_slept(&clock));
        clock.advance(Duration::from_secs(600));
        assert!(!pulse.has_slept(&clock), "time alone is no sleep");
        pulse.listen(1, &clock);
        clock.set_forward(Duration::from_secs(3600));
        assert!(pulse.has_slept(&clock) && pulse.is_doubtful(&clock));
        assert!(!pulse.has_slept(&clock));
        pulse.listen(2, &clock);
        assert!(!pulse.is_doubtful(&clock));
    }
}
