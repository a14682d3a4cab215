// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::delete_groups::*;

impl Sample for DeleteGroupsRequest {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { groups_names: gen.array(|gen| gen.string()) }
    }
}
impl Sample for DeleteGroupsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            results: gen.array(|gen| DeletableGroupResult::sample(gen, version)),
        }
    }
}
impl Sample for DeletableGroupResult {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { group_id: gen.string(), error_code: gen.i16() }
    }
}
