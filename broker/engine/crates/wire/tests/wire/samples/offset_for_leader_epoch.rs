// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::offset_for_leader_epoch::*;

impl Sample for OffsetForLeaderEpochRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            replica_id: if version >= 3 { draw.i32() } else { -2 },
            topics: draw.array(|draw| OffsetForLeaderTopic::sample(draw, version)),
        }
    }
}
impl Sample for OffsetForLeaderTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic: draw.string(),
            partitions: draw.array(|draw| OffsetForLeaderPartition::sample(draw, version)),
        }
    }
}
impl Sample for OffsetForLeaderPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition: draw.i32(), current_leader_epoch: draw.i32(), leader_epoch: draw.i32() }
    }
}
impl Sample for OffsetForLeaderEpochResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| OffsetForLeaderTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for OffsetForLeaderTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic: draw.string(),
            partitions: draw.array(|draw| EpochEndOffset::sample(draw, version)),
        }
    }
}
impl Sample for EpochEndOffset {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            partition: draw.i32(),
            leader_epoch: draw.i32(),
            end_offset: draw.i64(),
        }
    }
}
