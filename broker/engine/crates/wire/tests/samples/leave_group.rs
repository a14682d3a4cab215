// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::leave_group::*;
use headrace_wire::Str;

impl Sample for LeaveGroupRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            member_id: if version <= 2 { gen.string() } else { Str::default() },
            members: if version >= 3 {
                gen.array(|gen| MemberIdentity::sample(gen, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for MemberIdentity {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            member_id: gen.string(),
            group_instance_id: gen.option(|gen| gen.string()),
            reason: if version == 5 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
impl Sample for LeaveGroupResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { gen.i32() } else { 0 },
            error_code: gen.i16(),
            members: if version >= 3 {
                gen.array(|gen| MemberResponse::sample(gen, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for MemberResponse {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            member_id: gen.string(),
            group_instance_id: gen.option(|gen| gen.string()),
            error_code: gen.i16(),
        }
    }
}
