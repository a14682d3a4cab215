// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::describe_groups::*;

impl Sample for DescribeGroupsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            groups: gen.array(|gen| gen.string()),
            include_authorized_operations: if version >= 3 { gen.bool() } else { false },
        }
    }
}
impl Sample for DescribeGroupsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { gen.i32() } else { 0 },
            groups: gen.array(|gen| DescribedGroup::sample(gen, version)),
        }
    }
}
impl Sample for DescribedGroup {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            error_message: if version == 6 { gen.option(|gen| gen.string()) } else { None },
            group_id: gen.string(),
            group_state: gen.string(),
            protocol_type: gen.string(),
            protocol_data: gen.string(),
            members: gen.array(|gen| DescribedGroupMember::sample(gen, version)),
            authorized_operations: if version >= 3 { gen.i32() } else { i32::MIN },
        }
    }
}
impl Sample for DescribedGroupMember {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            member_id: gen.string(),
            group_instance_id: if version >= 4 { gen.option(|gen| gen.string()) } else { None },
            client_id: gen.string(),
            client_host: gen.string(),
            member_metadata: gen.bytes(),
            member_assignment: gen.bytes(),
        }
    }
}
