//! A server that asks to be left alone for a while is: its words say for how long.
//!
//! What somebody waits for is still asked, a download too; counts, polls and the like wait.

use std::time::Duration;

use super::actor::Actor;
use super::error::Error;
use crate::store;

/// How long a server is left alone that says it is asked too much, and not for how long.
const USUAL: Duration = Duration::from_secs(60);
/// No server is left alone for longer.
const LONGEST: Duration = Duration::from_secs(3600);

/// How long a server wants to be left alone that refused like this; none where it does not say.
pub(super) fn asked_pause(error: &Error) -> Option<Duration> {
    let Error::Store(error) = error else { return None };
    match error {
        store::Error::Refused { code, text, .. } => {
            let throttled = code
                .as_deref()
                .is_some_and(|code| code.to_ascii_uppercase().starts_with("THROTTLED"));
            pause_in(text).or(throttled.then_some(USUAL))
        }
        store::Error::AuthenticationFailed { text } | store::Error::TooManyConnections { text } => {
            pause_in(text)
        }
        _ => None,
    }
}

/// The time in words such as `Suggested Backoff Time: 30000 milliseconds` or `try again in 5
/// minutes`.
fn pause_in(text: &str) -> Option<Duration> {
    const WORDS: [(&str, &str); 5] = [
        ("backoff time:", "ms"),
        ("back-off time:", "ms"),
        ("try again in", "s"),
        ("retry in", "s"),
        ("retry after", "s"),
    ];
    let text = text.to_ascii_lowercase();
    let found = WORDS.iter().find_map(|(words, unit)| Some((text.split_once(words)?.1, *unit)));
    let Some((rest, usual)) = found else {
        return text.contains("throttled").then_some(USUAL);
    };
    let rest = rest.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = rest[..digits].parse().ok()?;
    let unit = rest[digits..].trim_start();
    let unit = if unit.starts_with(|c: char| c.is_ascii_alphabetic()) { unit } else { usual };
    let millis = match unit {
        unit if unit.starts_with("ms") || unit.starts_with("millisecond") => 1,
        unit if unit.starts_with("min") => 60_000,
        unit if unit.starts_with("hour") => 3_600_000,
        _ => 1_000,
    };
    Some(Duration::from_millis(number.saturating_mul(millis)).min(LONGEST))
}

impl Actor {
    /// Leaves the server alone where that is what an error asks for.
    pub(super) fn heed(&mut self, error: &Error) {
        let Some(pause) = asked_pause(error) else { return };
        let until = self.clock.elapsed() + pause;
        let pause_s = pause.as_secs();
        tracing::info!(account = %self.facts.id.0, pause_s, "the server asks to be left alone");
        self.held_until = self.held_until.max(Some(until));
    }

    /// How long patient chores have to wait; none where nothing has to.
    pub(super) fn held_for(&self) -> Option<Duration> {
        let left = self.held_until?.saturating_sub(self.clock.elapsed());
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<u64>) {
        assert_eq!(pause_in(text), expect.map(Duration::from_millis), "{text}");
    }

    #[test]
    fn servers_say_how_long_they_want_to_be_left_alone() {
        check("Request is throttled. Suggested Backoff Time: 29962 milliseconds", Some(29_962));
        check("Request is throttled. Suggested Backoff Time: 500", Some(500));
        check("Too many requests, try again in 5 minutes.", Some(300_000));
        check("Rate limit hit; retry after 10", Some(10_000));
        check("Please retry in 99999999999999999999 s", None);
        check("Backoff Time: 4000000000000 ms", Some(3_600_000));
        check("You are throttled", Some(60_000));
        check("No such mailbox", None);
    }
}
