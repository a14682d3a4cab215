// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::find_coordinator::*;
use headrace_wire::Str;

impl Sample for FindCoordinatorRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            key: if version <= 3 { gen.string() } else { Str::default() },
            key_type: if version >= 1 { gen.i8() } else { 0 },
            coordinator_keys: if version >= 4 { gen.array(|gen| gen.string()) } else { Vec::new() },
        }
    }
}
impl Sample for FindCoordinatorResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { gen.i32() } else { 0 },
            error_code: if version <= 3 { gen.i16() } else { 0 },
            error_message: if (1..=3).contains(&version) {
                gen.option(|gen| gen.string())
            } else {
                None
            },
            node_id: if version <= 3 { gen.i32() } else { 0 },
            host: if version <= 3 { gen.string() } else { Str::default() },
            port: if version <= 3 { gen.i32() } else { 0 },
            coordinators: if version >= 4 {
                gen.array(|gen| Coordinator::sample(gen, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for Coordinator {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            key: gen.string(),
            node_id: gen.i32(),
            host: gen.string(),
            port: gen.i32(),
            error_code: gen.i16(),
            error_message: gen.option(|gen| gen.string()),
        }
    }
}
