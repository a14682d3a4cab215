// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_partition_metadata_record::*;

impl Sample for ConsumerGroupPartitionMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for ConsumerGroupPartitionMetadataValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { topics: draw.array(|draw| TopicMetadata::sample(draw, version)) }
    }
}
impl Sample for TopicMetadata {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            topic_name: draw.string(),
            num_partitions: draw.i32(),
            partition_metadata: draw.array(|draw| PartitionMetadata::sample(draw, version)),
        }
    }
}
impl Sample for PartitionMetadata {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition: draw.i32(), racks: draw.array(|draw| draw.string()) }
    }
}
