// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::join_group::*;

impl Sample for JoinGroupRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            session_timeout_ms: draw.i32(),
            rebalance_timeout_ms: if version >= 1 { draw.i32() } else { -1 },
            member_id: draw.string(),
            group_instance_id: if version >= 5 { draw.option(|draw| draw.string()) } else { None },
            protocol_type: draw.string(),
            protocols: draw.array(|draw| JoinGroupRequestProtocol::sample(draw, version)),
            reason: if version >= 8 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
impl Sample for JoinGroupRequestProtocol {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), metadata: draw.bytes() }
    }
}
impl Sample for JoinGroupResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 2 { draw.i32() } else { 0 },
            error_code: draw.i16(),
            generation_id: draw.i32(),
            protocol_type: if version >= 7 { draw.option(|draw| draw.string()) } else { None },
            protocol_name: if version >= 7 {
                draw.option(|draw| draw.string())
            } else {
                Some(draw.string())
            },
            leader: draw.string(),
            skip_assignment: if version == 9 { draw.bool() } else { false },
            member_id: draw.string(),
            members: draw.array(|draw| JoinGroupResponseMember::sample(draw, version)),
        }
    }
}
impl Sample for JoinGroupResponseMember {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_id: draw.string(),
            group_instance_id: if version >= 5 { draw.option(|draw| draw.string()) } else { None },
            metadata: draw.bytes(),
        }
    }
}
