// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_fetch::*;

impl Sample for ShareFetchRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.option(|draw| draw.string()),
            member_id: draw.option(|draw| draw.string()),
            share_session_epoch: draw.i32(),
            max_wait_ms: draw.i32(),
            min_bytes: draw.i32(),
            max_bytes: draw.i32(),
            max_records: draw.i32(),
            batch_size: draw.i32(),
            share_acquire_mode: if version == 2 { draw.i8() } else { 0 },
            is_renew_ack: if version == 2 { draw.bool() } else { false },
            topics: draw.array(|draw| FetchTopic::sample(draw, version)),
            forgotten_topics_data: draw.array(|draw| ForgottenTopic::sample(draw, version)),
        }
    }
}
impl Sample for FetchTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| FetchPartition::sample(draw, version)),
        }
    }
}
impl Sample for FetchPartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            acknowledgement_batches: draw.array(|draw| AcknowledgementBatch::sample(draw, version)),
        }
    }
}
impl Sample for AcknowledgementBatch {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            first_offset: draw.i64(),
            last_offset: draw.i64(),
            acknowledge_types: draw.array(|draw| draw.i8()),
        }
    }
}
impl Sample for ForgottenTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for ShareFetchResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            acquisition_lock_timeout_ms: draw.i32(),
            responses: draw.array(|draw| ShareFetchableTopicResponse::sample(draw, version)),
            node_endpoints: draw.array(|draw| NodeEndpoint::sample(draw, version)),
        }
    }
}
impl Sample for ShareFetchableTopicResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| PartitionData::sample(draw, version)),
        }
    }
}
impl Sample for PartitionData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            acknowledge_error_code: draw.i16(),
            acknowledge_error_message: draw.option(|draw| draw.string()),
            current_leader: LeaderIdAndEpoch::sample(draw, version),
            records: draw.records(),
            acquired_records: draw.array(|draw| AcquiredRecords::sample(draw, version)),
        }
    }
}
impl Sample for LeaderIdAndEpoch {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { leader_id: draw.i32(), leader_epoch: draw.i32() }
    }
}
impl Sample for AcquiredRecords {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { first_offset: draw.i64(), last_offset: draw.i64(), delivery_count: draw.i16() }
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
