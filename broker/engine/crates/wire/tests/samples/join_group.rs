// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::join_group::*;

impl Sample for JoinGroupRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            session_timeout_ms: gen.i32(),
            rebalance_timeout_ms: if version >= 1 { gen.i32() } else { -1 },
            member_id: gen.string(),
            group_instance_id: if version >= 5 { gen.option(|gen| gen.string()) } else { None },
            protocol_type: gen.string(),
            protocols: gen.array(|gen| JoinGroupRequestProtocol::sample(gen, version)),
            reason: if version >= 8 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
impl Sample for JoinGroupRequestProtocol {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), metadata: gen.bytes() }
    }
}
impl Sample for JoinGroupResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 2 { gen.i32() } else { 0 },
            error_code: gen.i16(),
            generation_id: gen.i32(),
            protocol_type: if version >= 7 { gen.option(|gen| gen.string()) } else { None },
            protocol_name: if version >= 7 {
                gen.option(|gen| gen.string())
            } else {
                Some(gen.string())
            },
            leader: gen.string(),
            skip_assignment: if version == 9 { gen.bool() } else { false },
            member_id: gen.string(),
            members: gen.array(|gen| JoinGroupResponseMember::sample(gen, version)),
        }
    }
}
impl Sample for JoinGroupResponseMember {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            member_id: gen.string(),
            group_instance_id: if version >= 5 { gen.option(|gen| gen.string()) } else { None },
            metadata: gen.bytes(),
        }
    }
}
