// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::list_groups::*;
use headrace_wire::Str;

impl Sample for ListGroupsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            states_filter: if version >= 4 { draw.array(|draw| draw.string()) } else { Vec::new() },
            types_filter: if version == 5 { draw.array(|draw| draw.string()) } else { Vec::new() },
        }
    }
}
impl Sample for ListGroupsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 1 { draw.i32() } else { 0 },
            error_code: draw.i16(),
            groups: draw.array(|draw| ListedGroup::sample(draw, version)),
        }
    }
}
impl Sample for ListedGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            protocol_type: draw.string(),
            group_state: if version >= 4 { draw.string() } else { Str::default() },
            group_type: if version == 5 { draw.string() } else { Str::default() },
        }
    }
}
