// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::list_offsets::*;

impl Sample for ListOffsetsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            replica_id: gen.i32(),
            isolation_level: if version >= 2 { gen.i8() } else { 0 },
            topics: gen.array(|gen| ListOffsetsTopic::sample(gen, version)),
            timeout_ms: if version >= 10 { gen.i32() } else { 0 },
        }
    }
}
impl Sample for ListOffsetsTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            partitions: gen.array(|gen| ListOffsetsPartition::sample(gen, version)),
        }
    }
}
impl Sample for ListOffsetsPartition {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            partition_index: gen.i32(),
            current_leader_epoch: if version >= 4 { gen.i32() } else { -1 },
            timestamp: gen.i64(),
        }
    }
}
impl Sample for ListOffsetsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 2 { gen.i32() } else { 0 },
            topics: gen.array(|gen| ListOffsetsTopicResponse::sample(gen, version)),
        }
    }
}
impl Sample for ListOffsetsTopicResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            partitions: gen.array(|gen| ListOffsetsPartitionResponse::sample(gen, version)),
        }
    }
}
impl Sample for ListOffsetsPartitionResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            partition_index: gen.i32(),
            error_code: gen.i16(),
            timestamp: gen.i64(),
            offset: gen.i64(),
            leader_epoch: if version >= 4 { gen.i32() } else { -1 },
        }
    }
}
