// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::push_telemetry::*;

impl Sample for PushTelemetryRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            client_instance_id: draw.uuid(),
            subscription_id: draw.i32(),
            terminating: draw.bool(),
            compression_type: draw.i8(),
            metrics: draw.bytes(),
        }
    }
}
impl Sample for PushTelemetryResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { throttle_time_ms: draw.i32(), error_code: draw.i16() }
    }
}
