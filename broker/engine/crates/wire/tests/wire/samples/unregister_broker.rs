// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::unregister_broker::*;

impl Sample for UnregisterBrokerRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { broker_id: draw.i32() }
    }
}
impl Sample for UnregisterBrokerResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
