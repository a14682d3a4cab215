// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_current_member_assignment_record::*;

impl Sample for ConsumerGroupCurrentMemberAssignmentKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for ConsumerGroupCurrentMemberAssignmentValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_epoch: draw.i32(),
            previous_member_epoch: draw.i32(),
            state: draw.i8(),
            assigned_partitions: draw.array(|draw| TopicPartitions::sample(draw, version)),
            partitions_pending_revocation: draw
                .array(|draw| TopicPartitions::sample(draw, version)),
        }
    }
}
impl Sample for TopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| draw.i32()),
            assignment_epochs: draw.option(|draw| draw.array(|draw| draw.i32())),
        }
    }
}
