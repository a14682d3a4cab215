// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::list_groups::*;
use headrace_wire::Str;

impl Sample for ListGroupsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            states_filter: if version >= 4 { gen.array(|gen| gen.string()) } else { Vec::new() },
            types_filter: if version == 5 { gen.array(|gen| gen.string()) } else { Vec::new() },
        }
    }
}
impl Sample for ListGroupsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { gen.i32() } else { 0 },
            error_code: gen.i16(),
            groups: gen.array(|gen| ListedGroup::sample(gen, version)),
        }
    }
}
impl Sample for ListedGroup {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            protocol_type: gen.string(),
            group_state: if version >= 4 { gen.string() } else { Str::default() },
            group_type: if version == 5 { gen.string() } else { Str::default() },
        }
    }
}
