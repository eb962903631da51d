//! How far a transfer is, on standard error: one line that changes on a terminal, else one a while.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use postern::clock::Clock;
use postern::user::Tally;

/// How often it is told.
const ON_TERMINAL: Duration = Duration::from_millis(200);
const IN_LOG: Duration = Duration::from_secs(10);

/// Tells how far it is, from time to time.
pub fn told(verb: &'static str) -> impl FnMut(Tally) + Send + Sync + 'static {
    let (clock, is_terminal) = (Clock::system(), std::io::stderr().is_terminal());
    let every = if is_terminal { ON_TERMINAL } else { IN_LOG };
    let (mut told, mut was_waiting) = (clock.elapsed(), false);
    move |tally| {
        let now = clock.elapsed();
        let is_news = tally.is_waiting != was_waiting;
        if !is_news && now.saturating_sub(told) < every {
            return;
        }
        (told, was_waiting) = (now, tally.is_waiting);
        let Tally { done, known, failed, total, .. } = tally;
        let through = done + known + failed;
        let waits = if tally.is_waiting { ", waiting for the server" } else { "" };
        let text = format!("postern: {verb} {through} of {total} messages{waits}");
        // Nobody is left to tell where standard error is closed.
        let _ = match is_terminal {
            true => write!(std::io::stderr(), "\r{text}\u{1b}[K"),
            false => writeln!(std::io::stderr(), "{text}"),
        };
    }
}

/// Says how it ended.
pub fn end(text: &str) {
    let begin = if std::io::stderr().is_terminal() { "\r\u{1b}[K" } else { "" };
    let _ = writeln!(std::io::stderr(), "{begin}postern: {text}");
}
