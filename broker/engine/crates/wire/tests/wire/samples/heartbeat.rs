// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::heartbeat::*;

impl Sample for HeartbeatRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            generation_id: draw.i32(),
            member_id: draw.string(),
            group_instance_id: if version >= 3 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
impl Sample for HeartbeatResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { throttle_time_ms: if version >= 1 { draw.i32() } else { 0 }, error_code: draw.i16() }
    }
}
