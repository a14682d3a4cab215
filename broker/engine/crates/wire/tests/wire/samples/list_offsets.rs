// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::list_offsets::*;

impl Sample for ListOffsetsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            replica_id: draw.i32(),
            isolation_level: if version >= 2 { draw.i8() } else { 0 },
            topics: draw.array(|draw| ListOffsetsTopic::sample(draw, version)),
            timeout_ms: if version >= 10 { draw.i32() } else { 0 },
        }
    }
}
impl Sample for ListOffsetsTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| ListOffsetsPartition::sample(draw, version)),
        }
    }
}
impl Sample for ListOffsetsPartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            current_leader_epoch: if version >= 4 { draw.i32() } else { -1 },
            timestamp: draw.i64(),
        }
    }
}
impl Sample for ListOffsetsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 2 { draw.i32() } else { 0 },
            topics: draw.array(|draw| ListOffsetsTopicResponse::sample(draw, version)),
        }
    }
}
impl Sample for ListOffsetsTopicResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| ListOffsetsPartitionResponse::sample(draw, version)),
        }
    }
}
impl Sample for ListOffsetsPartitionResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            timestamp: draw.i64(),
            offset: draw.i64(),
            leader_epoch: if version >= 4 { draw.i32() } else { -1 },
        }
    }
}
