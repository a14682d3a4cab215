// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_group_current_member_assignment_record::*;

impl Sample for ShareGroupCurrentMemberAssignmentKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for ShareGroupCurrentMemberAssignmentValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_epoch: draw.i32(),
            previous_member_epoch: draw.i32(),
            state: draw.i8(),
            assigned_partitions: draw.array(|draw| TopicPartitions::sample(draw, version)),
        }
    }
}
impl Sample for TopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), partitions: draw.array(|draw| draw.i32()) }
    }
}
