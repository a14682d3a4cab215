//! What the listener counts, in Prometheus' terms.

use std::sync::Arc;
use std::time::Duration;

use headrace_wire::{ApiKey, ErrorCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{exponential_buckets, Histogram};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Api {
    api: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ApiError {
    api: &'static str,
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerName {
    listener: String,
}

/// 0.1 ms, doubled up to 52 s.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.0001, 2.0, 20))
}

/// Counters of all connections; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<Api, Counter>,
    errors: Family<ApiError, Counter>,
    seconds: Family<Api, Histogram, fn() -> Histogram>,
    connections: Family<ListenerName, Gauge>,
    accepted: Family<ListenerName, Counter>,
    read_bytes: Counter,
    written_bytes: Counter,
    refused: Counter,
    telemetry_bytes: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("headrace_kafka");
        let inner = Inner {
            requests: Family::default(),
            errors: Family::default(),
            seconds: Family::new_with_constructor(latency),
            connections: Family::default(),
            accepted: Family::default(),
            read_bytes: Counter::default(),
            written_bytes: Counter::default(),
            refused: Counter::default(),
            telemetry_bytes: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests answered, by API", inner.requests.clone());
        registry.register("errors", "Error codes answered, by API", inner.errors.clone());
        registry.register(
            "request_latency_seconds",
            "From a request's last byte to its answer, by API; long polls wait on purpose",
            inner.seconds.clone(),
        );
        registry.register("connections", "Open connections", inner.connections.clone());
        registry.register("connections_accepted", "Connections opened", inner.accepted.clone());
        registry.register("read_bytes", "Request bytes received", inner.read_bytes.clone());
        registry.register("written_bytes", "Response bytes sent", inner.written_bytes.clone());
        registry.register(
            "refused_requests",
            "Requests that ended their connection: malformed, unknown, or of another version",
            inner.refused.clone(),
        );
        registry.register(
            "client_telemetry_bytes",
            "Metrics that clients pushed (KIP-714), compressed",
            inner.telemetry_bytes.clone(),
        );
        Metrics(Arc::new(Inner { registry, ..inner }))
    }

    /// Prometheus text without the final `# EOF`.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // writing to a String cannot fail
        let _ = encode(&mut out, &self.0.registry);
        out.truncate(out.trim_end_matches("# EOF\n").len());
        out
    }

    pub(crate) fn answered(&self, api: ApiKey, took: Duration) {
        let label = Api { api: api.name() };
        self.0.requests.get_or_create(&label).inc();
        self.0.seconds.get_or_create(&label).observe(took.as_secs_f64());
    }

    pub(crate) fn error(&self, api: ApiKey, error: ErrorCode) {
        let label = ApiError { api: api.name(), error: error.name() };
        self.0.errors.get_or_create(&label).inc();
    }

    pub(crate) fn refused(&self) {
        self.0.refused.inc();
    }

    pub(crate) fn telemetry(&self, bytes: usize) {
        self.0.telemetry_bytes.inc_by(bytes as u64);
    }

    pub(crate) fn traffic(&self, read_bytes: usize, written_bytes: usize) {
        self.0.read_bytes.inc_by(read_bytes as u64);
        self.0.written_bytes.inc_by(written_bytes as u64);
    }

    pub(crate) fn opened(&self, listener: &str) {
        let label = ListenerName { listener: listener.to_owned() };
        self.0.connections.get_or_create(&label).inc();
        self.0.accepted.get_or_create(&label).inc();
    }

    pub(crate) fn closed(&self, listener: &str) {
        self.0.connections.get_or_create(&ListenerName { listener: listener.to_owned() }).dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_apis_and_errors() {
        let metrics = Metrics::new();
        metrics.answered(ApiKey::Produce, Duration::from_millis(3));
        metrics.error(ApiKey::Produce, ErrorCode::NotLeaderOrFollower);
        metrics.opened("internal");
        let text = metrics.text();
        for line in [
            "headrace_kafka_requests_total{api=\"Produce\"} 1",
            "headrace_kafka_errors_total{api=\"Produce\",error=\"NOT_LEADER_OR_FOLLOWER\"} 1",
            "headrace_kafka_connections{listener=\"internal\"} 1",
            "headrace_kafka_request_latency_seconds_count{api=\"Produce\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("# EOF"));
    }
}
