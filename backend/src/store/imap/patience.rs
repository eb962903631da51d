//! How long a command is waited for: silence ends it, and so does the whole time.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::wire::Counters;

/// How often it is looked whether the server still speaks; and how long one may be silent that
/// seems to have said everything.
const STEP: Duration = Duration::from_secs(3);

/// The server was waited for long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overdue;

/// What a command is allowed.
#[derive(Debug, Clone)]
pub(super) struct Patience {
    pub(super) silence: Duration,
    pub(super) whole: Duration,
    pub(super) counters: Arc<Counters>,
}

impl Patience {
    /// Waits for a future for as long as bytes go over the wire.
    pub(super) async fn wait<T>(self, future: impl Future<Output = T>) -> Result<T, Overdue> {
        let mut future = pin!(future);
        let mut deadline = pin!(sleep(self.whole));
        let (mut before, mut silent) = (self.counters.traffic(), Duration::ZERO);
        loop {
            let step = STEP.min(self.silence.saturating_sub(silent));
            tokio::select! {
                biased;
                output = &mut future => return Ok(output),
                () = &mut deadline => return Err(Overdue),
                () = sleep(step) => {
                    let now = self.counters.traffic();
                    silent = if now == before { silent + step } else { Duration::ZERO };
                    before = now;
                    let in_vain = silent >= STEP && self.counters.is_overrun();
                    if silent >= self.silence || in_vain {
                        return Err(Overdue);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(counters: &Arc<Counters>) -> Patience {
        let (silence, whole) = (Duration::from_secs(30), Duration::from_secs(100));
        Patience { silence, whole, counters: Arc::clone(counters) }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_not_waited_for() {
        let outcome = patience(&Arc::default()).wait(sleep(Duration::from_secs(31))).await;
        assert_eq!(outcome, Err(Overdue));
        let outcome = patience(&Arc::default()).wait(sleep(Duration::from_secs(29))).await;
        assert_eq!(outcome, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_seems_complete_is_not_waited_for_long() {
        let counters = Arc::new(Counters::default());
        counters.note_overrun(true);
        let waiting = patience(&counters).wait(sleep(Duration::from_secs(29)));
        assert_eq!(tokio::time::timeout(STEP * 2, waiting).await, Ok(Err(Overdue)));
        // As long as more comes it is no end.
        let speaking = async {
            for _ in 0..9 {
                sleep(Duration::from_secs(2)).await;
                counters.note_received(1);
            }
        };
        assert_eq!(patience(&counters).wait(speaking).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_speaks_is_waited_for_but_not_for_ever() {
        let counters = Arc::new(Counters::default());
        let speaking = async |times: u64| {
            for _ in 0..times {
                sleep(Duration::from_secs(20)).await;
                counters.note_received(1);
            }
        };
        assert_eq!(patience(&counters).wait(speaking(4)).await, Ok(()));
        assert_eq!(patience(&counters).wait(speaking(6)).await, Err(Overdue));
    }
}
