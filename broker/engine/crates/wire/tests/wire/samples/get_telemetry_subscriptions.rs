// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::get_telemetry_subscriptions::*;

impl Sample for GetTelemetrySubscriptionsRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { client_instance_id: draw.uuid() }
    }
}
impl Sample for GetTelemetrySubscriptionsResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            client_instance_id: draw.uuid(),
            subscription_id: draw.i32(),
            accepted_compression_types: draw.array(|draw| draw.i8()),
            push_interval_ms: draw.i32(),
            telemetry_max_bytes: draw.i32(),
            delta_temporality: draw.bool(),
            requested_metrics: draw.array(|draw| draw.string()),
        }
    }
}
