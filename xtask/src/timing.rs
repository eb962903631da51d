//! How long each part took, told at the end.

use std::time::{Duration, Instant};

use anyhow::Result;

/// The parts that ran, in order.
#[derive(Default)]
pub struct Timing {
    parts: Vec<(String, Duration, Option<String>)>,
}

impl Timing {
    /// Runs one part; a failure is told at once, kept for the end, and does not stop the others.
    #[expect(clippy::disallowed_methods, reason = "a build tool measures the real clock")]
    pub fn part(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        println!("\n== {name}");
        let start = Instant::now();
        let failure = work().err().map(|error| format!("{error:#}"));
        if let Some(text) = &failure {
            eprintln!("xtask: {name}: {text}");
        }
        self.parts.push((name.to_owned(), start.elapsed(), failure));
    }

    /// Prints the table; the names of the parts that failed are the error.
    pub fn finish(self) -> Result<()> {
        println!("\n{:<14} {:>8}  result", "part", "time");
        for (name, time, failure) in &self.parts {
            let result = failure.as_deref().unwrap_or("ok");
            println!("{name:<14} {:>7.1}s  {result}", time.as_secs_f64());
        }
        let total: Duration = self.parts.iter().map(|(_, time, _)| *time).sum();
        println!("{:<14} {:>7.1}s", "total", total.as_secs_f64());
        let failed: Vec<&str> =
            self.parts.iter().filter(|part| part.2.is_some()).map(|part| part.0.as_str()).collect();
        anyhow::ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
    }
}
