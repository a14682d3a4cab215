// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::offset_delete::*;

impl Sample for OffsetDeleteRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| OffsetDeleteRequestTopic::sample(draw, version)),
        }
    }
}
impl Sample for OffsetDeleteRequestTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| OffsetDeleteRequestPartition::sample(draw, version)),
        }
    }
}
impl Sample for OffsetDeleteRequestPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32() }
    }
}
impl Sample for OffsetDeleteResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| OffsetDeleteResponseTopic::sample(draw, version)),
        }
    }
}
impl Sample for OffsetDeleteResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| OffsetDeleteResponsePartition::sample(draw, version)),
        }
    }
}
impl Sample for OffsetDeleteResponsePartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), error_code: draw.i16() }
    }
}
