// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::find_coordinator::*;
use headrace_wire::Str;

impl Sample for FindCoordinatorRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            key: if version <= 3 { draw.string() } else { Str::default() },
            key_type: if version >= 1 { draw.i8() } else { 0 },
            coordinator_keys: if version >= 4 {
                draw.array(|draw| draw.string())
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for FindCoordinatorResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { draw.i32() } else { 0 },
            error_code: if version <= 3 { draw.i16() } else { 0 },
            error_message: if (1..=3).contains(&version) {
                draw.option(|draw| draw.string())
            } else {
                None
            },
            node_id: if version <= 3 { draw.i32() } else { 0 },
            host: if version <= 3 { draw.string() } else { Str::default() },
            port: if version <= 3 { draw.i32() } else { 0 },
            coordinators: if version >= 4 {
                draw.array(|draw| Coordinator::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for Coordinator {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            key: draw.string(),
            node_id: draw.i32(),
            host: draw.string(),
            port: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
