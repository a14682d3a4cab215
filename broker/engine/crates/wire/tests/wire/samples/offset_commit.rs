// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::offset_commit::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for OffsetCommitRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            generation_id_or_member_epoch: draw.i32(),
            member_id: draw.string(),
            group_instance_id: if version >= 7 { draw.option(|draw| draw.string()) } else { None },
            retention_time_ms: if version <= 4 { draw.i64() } else { -1 },
            topics: draw.array(|draw| OffsetCommitRequestTopic::sample(draw, version)),
        }
    }
}
impl Sample for OffsetCommitRequestTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version <= 9 { draw.string() } else { Str::default() },
            topic_id: if version == 10 { draw.uuid() } else { Uuid::nil() },
            partitions: draw.array(|draw| OffsetCommitRequestPartition::sample(draw, version)),
        }
    }
}
impl Sample for OffsetCommitRequestPartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            committed_offset: draw.i64(),
            committed_leader_epoch: if version >= 6 { draw.i32() } else { -1 },
            committed_metadata: draw.option(|draw| draw.string()),
        }
    }
}
impl Sample for OffsetCommitResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 3 { draw.i32() } else { 0 },
            topics: draw.array(|draw| OffsetCommitResponseTopic::sample(draw, version)),
        }
    }
}
impl Sample for OffsetCommitResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version <= 9 { draw.string() } else { Str::default() },
            topic_id: if version == 10 { draw.uuid() } else { Uuid::nil() },
            partitions: draw.array(|draw| OffsetCommitResponsePartition::sample(draw, version)),
        }
    }
}
impl Sample for OffsetCommitResponsePartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), error_code: draw.i16() }
    }
}
