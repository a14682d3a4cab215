// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::offset_commit::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for OffsetCommitRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            generation_id_or_member_epoch: gen.i32(),
            member_id: gen.string(),
            group_instance_id: if version >= 7 { gen.option(|gen| gen.string()) } else { None },
            retention_time_ms: if version <= 4 { gen.i64() } else { -1 },
            topics: gen.array(|gen| OffsetCommitRequestTopic::sample(gen, version)),
        }
    }
}
impl Sample for OffsetCommitRequestTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version <= 9 { gen.string() } else { Str::default() },
            topic_id: if version == 10 { gen.uuid() } else { Uuid::nil() },
            partitions: gen.array(|gen| OffsetCommitRequestPartition::sample(gen, version)),
        }
    }
}
impl Sample for OffsetCommitRequestPartition {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            partition_index: gen.i32(),
            committed_offset: gen.i64(),
            committed_leader_epoch: if version >= 6 { gen.i32() } else { -1 },
            committed_metadata: gen.option(|gen| gen.string()),
        }
    }
}
impl Sample for OffsetCommitResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 3 { gen.i32() } else { 0 },
            topics: gen.array(|gen| OffsetCommitResponseTopic::sample(gen, version)),
        }
    }
}
impl Sample for OffsetCommitResponseTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version <= 9 { gen.string() } else { Str::default() },
            topic_id: if version == 10 { gen.uuid() } else { Uuid::nil() },
            partitions: gen.array(|gen| OffsetCommitResponsePartition::sample(gen, version)),
        }
    }
}
impl Sample for OffsetCommitResponsePartition {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { partition_index: gen.i32(), error_code: gen.i16() }
    }
}
