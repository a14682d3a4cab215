// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::txn_offset_commit::*;
use headrace_wire::Str;

impl Sample for TxnOffsetCommitRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            transactional_id: draw.string(),
            group_id: draw.string(),
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            generation_id: if version >= 3 { draw.i32() } else { -1 },
            member_id: if version >= 3 { draw.string() } else { Str::default() },
            group_instance_id: if version >= 3 { draw.option(|draw| draw.string()) } else { None },
            topics: draw.array(|draw| TxnOffsetCommitRequestTopic::sample(draw, version)),
        }
    }
}
impl Sample for TxnOffsetCommitRequestTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| TxnOffsetCommitRequestPartition::sample(draw, version)),
        }
    }
}
impl Sample for TxnOffsetCommitRequestPartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            committed_offset: draw.i64(),
            committed_leader_epoch: if version >= 2 { draw.i32() } else { -1 },
            committed_metadata: draw.option(|draw| draw.string()),
        }
    }
}
impl Sample for TxnOffsetCommitResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| TxnOffsetCommitResponseTopic::sample(draw, version)),
        }
    }
}
impl Sample for TxnOffsetCommitResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| TxnOffsetCommitResponsePartition::sample(draw, version)),
        }
    }
}
impl Sample for TxnOffsetCommitResponsePartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), error_code: draw.i16() }
    }
}
