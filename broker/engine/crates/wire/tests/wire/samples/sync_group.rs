// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::sync_group::*;

impl Sample for SyncGroupRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            generation_id: draw.i32(),
            member_id: draw.string(),
            group_instance_id: if version >= 3 { draw.option(|draw| draw.string()) } else { None },
            protocol_type: if version == 5 { draw.option(|draw| draw.string()) } else { None },
            protocol_name: if version == 5 { draw.option(|draw| draw.string()) } else { None },
            assignments: draw.array(|draw| SyncGroupRequestAssignment::sample(draw, version)),
        }
    }
}
impl Sample for SyncGroupRequestAssignment {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { member_id: draw.string(), assignment: draw.bytes() }
    }
}
impl Sample for SyncGroupResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { draw.i32() } else { 0 },
            error_code: draw.i16(),
            protocol_type: if version == 5 { draw.option(|draw| draw.string()) } else { None },
            protocol_name: if version == 5 { draw.option(|draw| draw.string()) } else { None },
            assignment: draw.bytes(),
        }
    }
}
