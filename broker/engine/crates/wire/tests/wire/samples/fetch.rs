// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::fetch::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for FetchRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            cluster_id: if version >= 12 { draw.option(|draw| draw.string()) } else { None },
            replica_id: if version <= 14 { draw.i32() } else { -1 },
            replica_state: if version >= 15 {
                ReplicaState::sample(draw, version)
            } else {
                ReplicaState::default()
            },
            max_wait_ms: draw.i32(),
            min_bytes: draw.i32(),
            max_bytes: draw.i32(),
            isolation_level: draw.i8(),
            session_id: if version >= 7 { draw.i32() } else { 0 },
            session_epoch: if version >= 7 { draw.i32() } else { -1 },
            topics: draw.array(|draw| FetchTopic::sample(draw, version)),
            forgotten_topics_data: if version >= 7 {
                draw.array(|draw| ForgottenTopic::sample(draw, version))
            } else {
                Vec::new()
            },
            rack_id: if version >= 11 { draw.string() } else { Str::default() },
        }
    }
}
impl Sample for ReplicaState {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { replica_id: draw.i32(), replica_epoch: draw.i64() }
    }
}
impl Sample for FetchTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic: if version <= 12 { draw.string() } else { Str::default() },
            topic_id: if version >= 13 { draw.uuid() } else { Uuid::nil() },
            partitions: draw.array(|draw| FetchPartition::sample(draw, version)),
        }
    }
}
impl Sample for FetchPartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition: draw.i32(),
            current_leader_epoch: if version >= 9 { draw.i32() } else { -1 },
            fetch_offset: draw.i64(),
            last_fetched_epoch: if version >= 12 { draw.i32() } else { -1 },
            log_start_offset: if version >= 5 { draw.i64() } else { -1 },
            partition_max_bytes: draw.i32(),
            replica_directory_id: if version >= 17 { draw.uuid() } else { Uuid::nil() },
            high_watermark: if version == 18 { draw.i64() } else { i64::MAX },
        }
    }
}
impl Sample for ForgottenTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic: if version <= 12 { draw.string() } else { Str::default() },
            topic_id: if version >= 13 { draw.uuid() } else { Uuid::nil() },
            partitions: draw.array(|draw| draw.i32()),
        }
    }
}
impl Sample for FetchResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: if version >= 7 { draw.i16() } else { 0 },
            session_id: if version >= 7 { draw.i32() } else { 0 },
            responses: draw.array(|draw| FetchableTopicResponse::sample(draw, version)),
            node_endpoints: if version >= 16 {
                draw.array(|draw| NodeEndpoint::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for FetchableTopicResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic: if version <= 12 { draw.string() } else { Str::default() },
            topic_id: if version >= 13 { draw.uuid() } else { Uuid::nil() },
            partitions: draw.array(|draw| PartitionData::sample(draw, version)),
        }
    }
}
impl Sample for PartitionData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            high_watermark: draw.i64(),
            last_stable_offset: draw.i64(),
            log_start_offset: if version >= 5 { draw.i64() } else { -1 },
            diverging_epoch: if version >= 12 {
                EpochEndOffset::sample(draw, version)
            } else {
                EpochEndOffset::default()
            },
            current_leader: if version >= 12 {
                LeaderIdAndEpoch::sample(draw, version)
            } else {
                LeaderIdAndEpoch::default()
            },
            snapshot_id: if version >= 12 {
                SnapshotId::sample(draw, version)
            } else {
                SnapshotId::default()
            },
            aborted_transactions: draw
                .option(|draw| draw.array(|draw| AbortedTransaction::sample(draw, version))),
            preferred_read_replica: if version >= 11 { draw.i32() } else { -1 },
            records: draw.option(|draw| draw.records()),
        }
    }
}
impl Sample for EpochEndOffset {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { epoch: draw.i32(), end_offset: draw.i64() }
    }
}
impl Sample for LeaderIdAndEpoch {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { leader_id: draw.i32(), leader_epoch: draw.i32() }
    }
}
impl Sample for SnapshotId {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { end_offset: draw.i64(), epoch: draw.i32() }
    }
}
impl Sample for AbortedTransaction {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { producer_id: draw.i64(), first_offset: draw.i64() }
    }
}
impl Sample for NodeEndpoint {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            node_id: draw.i32(),
            host: draw.string(),
            port: draw.i32(),
            rack: draw.option(|draw| draw.string()),
        }
    }
}
