// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_target_assignment_metadata_record::*;

impl Sample for ConsumerGroupTargetAssignmentMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for ConsumerGroupTargetAssignmentMetadataValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { assignment_epoch: draw.i32(), assignment_timestamp: draw.i64() }
    }
}
