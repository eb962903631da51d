//! How long to wait before the next attempt: exponential, with jitter.

const FIRST_MS: f64 = 500.0;
const LONGEST_MS: f64 = 30_000.0;

/// Milliseconds before attempt `attempt` (from 1 on); `jitter` is from 0 up to 1.
///
/// A bridge that restarts is not met by all its pages at once: they spread over half the wait.
pub fn wait(attempt: u32, jitter: f64) -> f64 {
    let doubled = FIRST_MS * 2_f64.powi(attempt.saturating_sub(1).min(16) as i32);
    let whole = doubled.min(LONGEST_MS);
    (whole * (0.5 + 0.5 * jitter)).max(FIRST_MS)
}
