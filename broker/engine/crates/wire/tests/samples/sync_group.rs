// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::sync_group::*;

impl Sample for SyncGroupRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            generation_id: gen.i32(),
            member_id: gen.string(),
            group_instance_id: if version >= 3 { gen.option(|gen| gen.string()) } else { None },
            protocol_type: if version == 5 { gen.option(|gen| gen.string()) } else { None },
            protocol_name: if version == 5 { gen.option(|gen| gen.string()) } else { None },
            assignments: gen.array(|gen| SyncGroupRequestAssignment::sample(gen, version)),
        }
    }
}
impl Sample for SyncGroupRequestAssignment {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { member_id: gen.string(), assignment: gen.bytes() }
    }
}
impl Sample for SyncGroupResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { gen.i32() } else { 0 },
            error_code: gen.i16(),
            protocol_type: if version == 5 { gen.option(|gen| gen.string()) } else { None },
            protocol_name: if version == 5 { gen.option(|gen| gen.string()) } else { None },
            assignment: gen.bytes(),
        }
    }
}
