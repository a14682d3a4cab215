// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::heartbeat::*;

impl Sample for HeartbeatRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            generation_id: gen.i32(),
            member_id: gen.string(),
            group_instance_id: if version >= 3 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
impl Sample for HeartbeatResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self { throttle_time_ms: if version >= 1 { gen.i32() } else { 0 }, error_code: gen.i16() }
    }
}
