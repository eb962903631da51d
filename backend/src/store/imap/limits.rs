//! What a connection allows a server, and how long it waits.

use std::time::Duration;

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
        Self {
            line: 16 << 20,
            typed_line: 256 << 10,
            literal: 64 << 20,
            skip: 256 << 20,
            spool: 2 << 30,
            exchange: 128 << 20,
            nesting: 64,
            uids: 4_000_000,
            greeting_time: Duration::from_secs(20),
            sign_in_time: Duration::from_secs(20),
            silence: Duration::from_secs(30),
            exchange_time: Duration::from_secs(15 * 60),
            idle_time: Duration::from_secs(230),
            logout_time: Duration::from_secs(5),
        }
    }
}
