// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::fetch::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for FetchRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            cluster_id: if version >= 12 { gen.option(|gen| gen.string()) } else { None },
            replica_id: if version <= 14 { gen.i32() } else { -1 },
            replica_state: if version >= 15 {
                ReplicaState::sample(gen, version)
            } else {
                ReplicaState::default()
            },
            max_wait_ms: gen.i32(),
            min_bytes: gen.i32(),
            max_bytes: gen.i32(),
            isolation_level: gen.i8(),
            session_id: if version >= 7 { gen.i32() } else { 0 },
            session_epoch: if version >= 7 { gen.i32() } else { -1 },
            topics: gen.array(|gen| FetchTopic::sample(gen, version)),
            forgotten_topics_data: if version >= 7 {
                gen.array(|gen| ForgottenTopic::sample(gen, version))
            } else {
                Vec::new()
            },
            rack_id: if version >= 11 { gen.string() } else { Str::default() },
        }
    }
}
impl Sample for ReplicaState {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { replica_id: gen.i32(), replica_epoch: gen.i64() }
    }
}
impl Sample for FetchTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topic: if version <= 12 { gen.string() } else { Str::default() },
            topic_id: if version >= 13 { gen.uuid() } else { Uuid::nil() },
            partitions: gen.array(|gen| FetchPartition::sample(gen, version)),
        }
    }
}
impl Sample for FetchPartition {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            partition: gen.i32(),
            current_leader_epoch: if version >= 9 { gen.i32() } else { -1 },
            fetch_offset: gen.i64(),
            last_fetched_epoch: if version >= 12 { gen.i32() } else { -1 },
            log_start_offset: if version >= 5 { gen.i64() } else { -1 },
            partition_max_bytes: gen.i32(),
            replica_directory_id: if version >= 17 { gen.uuid() } else { Uuid::nil() },
            high_watermark: if version == 18 { gen.i64() } else { i64::MAX },
        }
    }
}
impl Sample for ForgottenTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topic: if version <= 12 { gen.string() } else { Str::default() },
            topic_id: if version >= 13 { gen.uuid() } else { Uuid::nil() },
            partitions: gen.array(|gen| gen.i32()),
        }
    }
}
impl Sample for FetchResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            error_code: if version >= 7 { gen.i16() } else { 0 },
            session_id: if version >= 7 { gen.i32() } else { 0 },
            responses: gen.array(|gen| FetchableTopicResponse::sample(gen, version)),
            node_endpoints: if version >= 16 {
                gen.array(|gen| NodeEndpoint::sample(gen, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for FetchableTopicResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topic: if version <= 12 { gen.string() } else { Str::default() },
            topic_id: if version >= 13 { gen.uuid() } else { Uuid::nil() },
            partitions: gen.array(|gen| PartitionData::sample(gen, version)),
        }
    }
}
impl Sample for PartitionData {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            partition_index: gen.i32(),
            error_code: gen.i16(),
            high_watermark: gen.i64(),
            last_stable_offset: gen.i64(),
            log_start_offset: if version >= 5 { gen.i64() } else { -1 },
            diverging_epoch: if version >= 12 {
                EpochEndOffset::sample(gen, version)
            } else {
                EpochEndOffset::default()
            },
            current_leader: if version >= 12 {
                LeaderIdAndEpoch::sample(gen, version)
            } else {
                LeaderIdAndEpoch::default()
            },
            snapshot_id: if version >= 12 {
                SnapshotId::sample(gen, version)
            } else {
                SnapshotId::default()
            },
            aborted_transactions: gen
                .option(|gen| gen.array(|gen| AbortedTransaction::sample(gen, version))),
            preferred_read_replica: if version >= 11 { gen.i32() } else { -1 },
            records: gen.option(|gen| gen.records()),
        }
    }
}
impl Sample for EpochEndOffset {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { epoch: gen.i32(), end_offset: gen.i64() }
    }
}
impl Sample for LeaderIdAndEpoch {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { leader_id: gen.i32(), leader_epoch: gen.i32() }
    }
}
impl Sample for SnapshotId {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { end_offset: gen.i64(), epoch: gen.i32() }
    }
}
impl Sample for AbortedTransaction {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { producer_id: gen.i64(), first_offset: gen.i64() }
    }
}
impl Sample for NodeEndpoint {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            node_id: gen.i32(),
            host: gen.string(),
            port: gen.i32(),
            rack: gen.option(|gen| gen.string()),
        }
    }
}
