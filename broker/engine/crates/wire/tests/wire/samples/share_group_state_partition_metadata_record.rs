// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_group_state_partition_metadata_record::*;

impl Sample for ShareGroupStatePartitionMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for ShareGroupStatePartitionMetadataValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            initializing_topics: draw.array(|draw| TopicPartitionsInfo::sample(draw, version)),
            initialized_topics: draw.array(|draw| TopicPartitionsInfo::sample(draw, version)),
            deleting_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
        }
    }
}
impl Sample for TopicPartitionsInfo {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            topic_name: draw.string(),
            partitions: draw.array(|draw| draw.i32()),
        }
    }
}
impl Sample for TopicInfo {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), topic_name: draw.string() }
    }
}
