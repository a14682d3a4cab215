// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_group_target_assignment_member_record::*;

impl Sample for ShareGroupTargetAssignmentMemberKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for ShareGroupTargetAssignmentMemberValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { topic_partitions: draw.array(|draw| TopicPartition::sample(draw, version)) }
    }
}
impl Sample for TopicPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), partitions: draw.array(|draw| draw.i32()) }
    }
}
