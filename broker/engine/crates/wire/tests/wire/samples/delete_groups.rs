// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::delete_groups::*;

impl Sample for DeleteGroupsRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { groups_names: draw.array(|draw| draw.string()) }
    }
}
impl Sample for DeleteGroupsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            results: draw.array(|draw| DeletableGroupResult::sample(draw, version)),
        }
    }
}
impl Sample for DeletableGroupResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), error_code: draw.i16() }
    }
}
