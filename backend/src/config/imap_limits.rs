//! What a provider's IMAP server is allowed: who says more, or takes longer, loses the connection.

use serde::Deserialize;

/// `[provider.imap_limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImapLimits {
    /// One line, in MiB.
    pub line_mb: u32,
    /// A message or part that is held in memory, in MiB; larger ones go straight through.
    pub literal_mb: u32,
    /// A message or part that goes straight through, in MiB.
    pub download_mb: u32,
    /// All that is said to one command, in MiB.
    pub answer_mb: u32,
    /// Parentheses inside parentheses.
    pub nesting: u32,
    /// From the connection to the greeting, in seconds.
    pub greeting_seconds: u32,
    /// Each step of the sign-in, in seconds.
    pub sign_in_seconds: u32,
    /// Silence while a command is under way, in seconds.
    pub silence_seconds: u32,
    /// One command, however busy the server is, in seconds.
    pub command_seconds: u32,
    /// One IDLE, in seconds.
    pub idle_seconds: u32,
}

impl Default for ImapLimits {
    fn default() -> Self {
        Self {
            line_mb: 16,
            literal_mb: 64,
            download_mb: 2048,
            answer_mb: 128,
            nesting: 64,
            greeting_seconds: 20,
            sign_in_seconds: 20,
            silence_seconds: 30,
            command_seconds: 900,
            idle_seconds: 230,
        }
    }
}

impl ImapLimits {
    /// What is wrong with them.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let Self { line_mb, literal_mb, download_mb, answer_mb, nesting, .. } = *self;
        let Self { greeting_seconds, sign_in_seconds, silence_seconds, .. } = *self;
        let all = [line_mb, literal_mb, download_mb, answer_mb, nesting]
            .into_iter()
            .chain([greeting_seconds, sign_in_seconds, silence_seconds])
            .chain([self.command_seconds, self.idle_seconds]);
        if all.min() == Some(0) {
            return Some("a limit of 0 lets nothing through");
        }
        (nesting > MOST_NESTING).then_some("`nesting` is 64 at most")
    }
}

/// Deeper nesting is read by nobody.
const MOST_NESTING: u32 = 64;
