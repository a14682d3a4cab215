// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_groups::*;

impl Sample for DescribeGroupsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            groups: draw.array(|draw| draw.string()),
            include_authorized_operations: if version >= 3 { draw.bool() } else { false },
        }
    }
}
impl Sample for DescribeGroupsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { draw.i32() } else { 0 },
            groups: draw.array(|draw| DescribedGroup::sample(draw, version)),
        }
    }
}
impl Sample for DescribedGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: if version == 6 { draw.option(|draw| draw.string()) } else { None },
            group_id: draw.string(),
            group_state: draw.string(),
            protocol_type: draw.string(),
            protocol_data: draw.string(),
            members: draw.array(|draw| DescribedGroupMember::sample(draw, version)),
            authorized_operations: if version >= 3 { draw.i32() } else { i32::MIN },
        }
    }
}
impl Sample for DescribedGroupMember {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_id: draw.string(),
            group_instance_id: if version >= 4 { draw.option(|draw| draw.string()) } else { None },
            client_id: draw.string(),
            client_host: draw.string(),
            member_metadata: draw.bytes(),
            member_assignment: draw.bytes(),
        }
    }
}
