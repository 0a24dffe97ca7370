use std::time::Duration;

use serde_json::{Value, json};

/// What came of a load.
#[derive(Debug)]
pub struct Report {
    latencies: Vec<Duration>,
    elapsed: Duration,
    failures: usize,
    first_failure: Option<String>,
}

impl Report {
    pub fn new(
        mut latencies: Vec<Duration>,
        elapsed: Duration,
        failures: usize,
        first_failure: Option<String>,
    ) -> Self {
        latencies.sort_unstable();
        Self { latencies, elapsed, failures, first_failure }
    }

    /// Times in milliseconds; `calls` are those that succeeded.
    pub fn line(&self) -> Value {
        json!({
            "calls": self.latencies.len(),
            "seconds": self.elapsed.as_secs_f64(),
            "per_second": self.latencies.len() as f64 / self.elapsed.as_secs_f64(),
            "p50_ms": self.part(0.5),
            "p99_ms": self.part(0.99),
            "max_ms": self.part(1.0),
            "failures": self.failures,
            "first_failure": self.first_failure,
        })
    }

    /// The latency that a part of all calls stays within.
    fn part(&self, part: f64) -> Option<f64> {
        let rank = (self.latencies.len() as f64 * part).ceil() as usize;
        self.latencies.get(rank.saturating_sub(1)).map(|latency| latency.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p99_of_a_hundred_calls_is_the_second_slowest() {
        let latencies = (1..=100).rev().map(Duration::from_millis).collect();
        let line = Report::new(latencies, Duration::from_secs(2), 1, None).line();
        assert_eq!([&line["p50_ms"], &line["p99_ms"], &line["max_ms"]], [50.0, 99.0, 100.0]);
        assert_eq!((line["calls"].as_u64(), line["per_second"].as_f64()), (Some(100), Some(50.0)));
    }
}
