// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::leave_group::*;
use headrace_wire::Str;

impl Sample for LeaveGroupRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            member_id: if version <= 2 { draw.string() } else { Str::default() },
            members: if version >= 3 {
                draw.array(|draw| MemberIdentity::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for MemberIdentity {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_id: draw.string(),
            group_instance_id: draw.option(|draw| draw.string()),
            reason: if version == 5 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
impl Sample for LeaveGroupResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { draw.i32() } else { 0 },
            error_code: draw.i16(),
            members: if version >= 3 {
                draw.array(|draw| MemberResponse::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for MemberResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            member_id: draw.string(),
            group_instance_id: draw.option(|draw| draw.string()),
            error_code: draw.i16(),
        }
    }
}
