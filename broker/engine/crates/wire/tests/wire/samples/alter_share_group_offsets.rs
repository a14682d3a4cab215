// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::alter_share_group_offsets::*;

impl Sample for AlterShareGroupOffsetsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| AlterShareGroupOffsetsRequestTopic::sample(draw, version)),
        }
    }
}
impl Sample for AlterShareGroupOffsetsRequestTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            partitions: draw
                .array(|draw| AlterShareGroupOffsetsRequestPartition::sample(draw, version)),
        }
    }
}
impl Sample for AlterShareGroupOffsetsRequestPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), start_offset: draw.i64() }
    }
}
impl Sample for AlterShareGroupOffsetsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            responses: draw
                .array(|draw| AlterShareGroupOffsetsResponseTopic::sample(draw, version)),
        }
    }
}
impl Sample for AlterShareGroupOffsetsResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            topic_id: draw.uuid(),
            partitions: draw
                .array(|draw| AlterShareGroupOffsetsResponsePartition::sample(draw, version)),
        }
    }
}
impl Sample for AlterShareGroupOffsetsResponsePartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
