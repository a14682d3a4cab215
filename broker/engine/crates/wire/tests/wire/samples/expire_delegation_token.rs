// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::expire_delegation_token::*;

impl Sample for ExpireDelegationTokenRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { hmac: draw.bytes(), expiry_time_period_ms: draw.i64() }
    }
}
impl Sample for ExpireDelegationTokenResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            expiry_timestamp_ms: draw.i64(),
            throttle_time_ms: draw.i32(),
        }
    }
}
