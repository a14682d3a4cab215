// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_target_assignment_member_record::*;

impl Sample for StreamsGroupTargetAssignmentMemberKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for StreamsGroupTargetAssignmentMemberValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            active_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            standby_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            warmup_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
        }
    }
}
impl Sample for TaskIds {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { subtopology_id: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
