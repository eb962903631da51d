//! Waiting for a condition with a deadline, so that no test sleeps and none hangs.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

/// How long anything on loopback may take before a test calls it broken.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// How long whole servers may take to start, to end, or to pass mail on, on a machine that is busy
/// with other tests.
pub const LONG_PATIENCE: Duration = Duration::from_secs(90);

/// The real time, for tests that say how long something took.
pub fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970, as a browser's `performance.timeOrigin + performance.now()` counts them.
pub fn wall_clock_ms() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64() * 1000.0
}

/// Asks `probe` until it gives a value; fails with `what` when `PATIENCE` is over.
pub async fn until<T, F>(what: &str, probe: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    until_over(PATIENCE, what, probe).await
}

/// The same with another patience.
pub async fn until_over<T, F>(
    patience: Duration,
    what: &str,
    mut probe: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let deadline = Instant::now() + patience;
    loop {
        if let Some(value) = probe().await? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            bail!("waited {} s in vain for {what}", patience.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs `work` to its end, or fails with `what` when `PATIENCE` is over.
pub async fn within<T>(what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .with_context(|| format!("waited {} s in vain for {what}", PATIENCE.as_secs()))?
}
