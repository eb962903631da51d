//! What a connection allows a server, and how long it waits.

use std::time::Duration;

/// The limits of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one response outside literals.
    pub line: usize,
    /// Octets of one response that async-imap may parse (it does so again for every 4 KiB).
    pub typed_line: usize,
    /// Octets of all literals of one response.
    pub literal: usize,
    /// Octets of all responses to one command.
    pub exchange: usize,
    /// Parentheses inside parentheses.
    pub nesting: usize,
    /// Numbers that one search may return.
    pub uids: usize,
    /// Greeting and sign-in, each step.
    pub sign_in_time: Duration,
    /// One command from its first octet to its tagged status.
    pub exchange_time: Duration,
    /// One IDLE; some servers want less than RFC 2177's half hour.
    pub idle_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 16 << 20,
            typed_line: 256 << 10,
            literal: 64 << 20,
            exchange: 128 << 20,
            nesting: 64,
            uids: 4_000_000,
            sign_in_time: Duration::from_secs(20),
            exchange_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(28 * 60),
        }
    }
}
