//! What a connection allows a server, and how long it waits.

use std::time::Duration;

use crate::config::ImapLimits;

/// The limits of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one response outside literals.
    pub line: usize,
    /// Octets of one response that async-imap may parse (it does so again for every 4 KiB).
    pub typed_line: usize,
    /// Octets of all literals of one response that are kept.
    pub literal: usize,
    /// Octets of a larger literal that are let go by, so that it costs its response alone.
    pub skip: usize,
    /// Octets of a literal that is handed on while it arrives.
    pub spool: usize,
    /// Octets of all responses to one command.
    pub exchange: usize,
    /// Parentheses inside parentheses.
    pub nesting: usize,
    /// Numbers that one search may return.
    pub uids: usize,
    /// From the connection to the greeting.
    pub greeting_time: Duration,
    /// Each step of the sign-in.
    pub sign_in_time: Duration,
    /// Silence while a command is under way.
    pub silence: Duration,
    /// One command from its first octet to its tagged status, however busy the server is.
    pub exchange_time: Duration,
    /// One IDLE; some servers forget one that is older than four minutes, others after half an hour.
    pub idle_time: Duration,
    /// Saying goodbye.
    pub logout_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        ImapLimits::default().into()
    }
}

impl From<ImapLimits> for Limits {
    fn from(chosen: ImapLimits) -> Self {
        let octets = |mb: u32| (mb as usize).saturating_mul(1 << 20);
        let time = |seconds: u32| Duration::from_secs(seconds.into());
        Self {
            line: octets(chosen.line_mb),
            typed_line: (256 << 10).min(octets(chosen.line_mb)),
            literal: octets(chosen.literal_mb),
            skip: octets(chosen.literal_mb).saturating_mul(4),
            spool: octets(chosen.download_mb),
            exchange: octets(chosen.answer_mb),
            nesting: chosen.nesting as usize,
            uids: 4_000_000,
            greeting_time: time(chosen.greeting_seconds),
            sign_in_time: time(chosen.sign_in_seconds),
            silence: time(chosen.silence_seconds),
            exchange_time: time(chosen.command_seconds),
            idle_time: time(chosen.idle_seconds),
            logout_time: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_what_holds() {
        let chosen = ImapLimits { literal_mb: 3, silence_seconds: 7, ..ImapLimits::default() };
        let limits = Limits::from(chosen);
        assert_eq!((limits.literal, limits.silence.as_secs()), (3 << 20, 7));
        assert_eq!(limits.line, Limits::default().line);
    }
}
