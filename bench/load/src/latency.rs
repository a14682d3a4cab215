//! A histogram of latencies, and how it is told.

use hdrhistogram::Histogram;
use serde::Serialize;

/// The largest latency that is told apart: ten minutes, in µs.
const MOST_US: u64 = 600_000_000;
const DIGITS: u8 = 3;
const QUANTILES: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("max", 1.0),
];

/// Latencies, in microseconds.
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Self {
        Latency(Histogram::new_with_bounds(1, MOST_US, DIGITS).expect("sound bounds"))
    }
}

/// Milliseconds at the usual places, and the curve: fraction of records, milliseconds.
#[derive(Serialize)]
pub struct Told {
    pub count: u64,
    pub ms: std::collections::BTreeMap<&'static str, f64>,
    pub curve: Vec<(f64, f64)>,
}

impl Latency {
    pub fn record(&mut self, nanos: u64) {
        self.0.saturating_record(nanos / 1000);
    }

    pub fn told(&self) -> Told {
        let ms = |us: u64| us as f64 / 1000.0;
        let at = |&(name, quantile): &(&'static str, f64)| {
            (name, ms(self.0.value_at_quantile(quantile)))
        };
        let curve = self.0.iter_quantiles(2);
        Told {
            count: self.0.len(),
            ms: QUANTILES.iter().map(at).collect(),
            curve: curve
                .map(|step| (step.quantile(), ms(step.value_iterated_to())))
                .collect(),
        }
    }
}
