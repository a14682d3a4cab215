// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::offset_for_leader_epoch::*;

impl Sample for OffsetForLeaderEpochRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            replica_id: if version >= 3 { gen.i32() } else { -2 },
            topics: gen.array(|gen| OffsetForLeaderTopic::sample(gen, version)),
        }
    }
}
impl Sample for OffsetForLeaderTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topic: gen.string(),
            partitions: gen.array(|gen| OffsetForLeaderPartition::sample(gen, version)),
        }
    }
}
impl Sample for OffsetForLeaderPartition {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { partition: gen.i32(), current_leader_epoch: gen.i32(), leader_epoch: gen.i32() }
    }
}
impl Sample for OffsetForLeaderEpochResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            topics: gen.array(|gen| OffsetForLeaderTopicResult::sample(gen, version)),
        }
    }
}
impl Sample for OffsetForLeaderTopicResult {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topic: gen.string(),
            partitions: gen.array(|gen| EpochEndOffset::sample(gen, version)),
        }
    }
}
impl Sample for EpochEndOffset {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            partition: gen.i32(),
            leader_epoch: gen.i32(),
            end_offset: gen.i64(),
        }
    }
}
