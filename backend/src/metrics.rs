//! Numbers for Prometheus: whoever has one registers how it is read.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

type Read = Box<dyn Fn() -> u64 + Send>;

/// Every gauge of this bridge.
#[derive(Default)]
pub struct Metrics(Mutex<Vec<(&'static str, &'static str, Read)>>);

impl Metrics {
    /// Registers a gauge: a name such as `postern_links`, what it means, and how it is read.
    pub fn gauge(
        &self,
        name: &'static str,
        meaning: &'static str,
        read: impl Fn() -> u64 + Send + 'static,
    ) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name, meaning, Box::new(read)));
    }

    /// The text exposition format, version 0.0.4.
    pub fn render(&self, uptime: Duration) -> String {
        let mut text = format!(
            "# HELP postern_build_info Version of the bridge.\n# TYPE postern_build_info gauge\n\
             postern_build_info{{version=\"{}\"}} 1\n\
             # HELP postern_uptime_seconds Time since the bridge started.\n\
             # TYPE postern_uptime_seconds gauge\npostern_uptime_seconds {}\n",
            env!("CARGO_PKG_VERSION"),
            uptime.as_secs()
        );
        for (name, meaning, read) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Writing into a String cannot fail.
            let _ =
                write!(text, "# HELP {name} {meaning}\n# TYPE {name} gauge\n{name} {}\n", read());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_are_read_when_asked() {
        let metrics = Metrics::default();
        metrics.gauge("postern_links", "Open links.", || 3);
        let text = metrics.render(Duration::from_secs(7));
        assert!(text.contains("\npostern_uptime_seconds 7\n"));
        assert!(text.ends_with(
            "# HELP postern_links Open links.\n# TYPE postern_links gauge\npostern_links 3\n"
        ));
    }
}
