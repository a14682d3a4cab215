//! What a node counts: per node and shard, never per partition.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{exponential_buckets, Histogram};
use prometheus_client::registry::{Registry, Unit};

/// All counters of the replication plane.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub(crate) rounds: Counter,
    pub(crate) round_seconds: Histogram,
    pub(crate) appended_batches: Counter,
    pub(crate) appended_bytes: Counter,
    pub(crate) elections_won: Counter,
    pub(crate) group_sleeps: Counter,
    pub(crate) rpc_sent_bytes: Counter,
    pub(crate) rpc_received_bytes: Counter,
    pub(crate) rpc_dropped_frames: Counter,
    pub(crate) fenced_replicas: Counter,
    pub(crate) replicas: Gauge,
    pub(crate) leaders: Gauge,
    pub(crate) under_replicated: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("headrace");
        let counter = |registry: &mut Registry, name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let gauge = |registry: &mut Registry, name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let round_seconds = Histogram::new(exponential_buckets(0.000_05, 2.0, 16));
        registry.register_with_unit(
            "journal_round",
            "Time to write and sync one round of the journal",
            Unit::Seconds,
            round_seconds.clone(),
        );
        let r = &mut registry;
        Metrics {
            round_seconds,
            rounds: counter(r, "journal_rounds", "Rounds written and synced"),
            appended_batches: counter(r, "appended_batches", "Batches appended by leaders here"),
            appended_bytes: counter(r, "appended_bytes", "Their bytes"),
            elections_won: counter(r, "elections_won", "Times that a replica here began to lead"),
            group_sleeps: counter(r, "group_sleeps", "Times that a replica here fell asleep"),
            rpc_sent_bytes: counter(r, "rpc_sent_bytes", "Bytes sent to other nodes"),
            rpc_received_bytes: counter(r, "rpc_received_bytes", "Bytes received from nodes"),
            rpc_dropped_frames: counter(
                r,
                "rpc_dropped_frames",
                "Frames dropped since a node did not take them in time",
            ),
            fenced_replicas: counter(r, "fenced_replicas", "Replicas taken out of service"),
            replicas: gauge(r, "replicas", "Replicas hosted on this node"),
            leaders: gauge(r, "leaders", "Replicas that lead"),
            under_replicated: gauge(
                r,
                "under_replicated_partitions",
                "Partitions led here of which a replica is not in sync",
            ),
            registry,
        }
    }
}

impl Metrics {
    /// The Prometheus text format, without the closing `# EOF`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text.trim_end().trim_end_matches("# EOF").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_can_be_continued() {
        let metrics = Metrics::default();
        metrics.rounds.inc();
        let text = metrics.text();
        assert!(text.contains("headrace_journal_rounds_total 1"), "{text}");
        assert!(!text.contains("# EOF"));
        assert!(text.ends_with('\n'));
    }
}
