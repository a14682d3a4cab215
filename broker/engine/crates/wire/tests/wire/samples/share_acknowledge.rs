// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_acknowledge::*;

impl Sample for ShareAcknowledgeRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.option(|draw| draw.string()),
            member_id: draw.option(|draw| draw.string()),
            share_session_epoch: draw.i32(),
            is_renew_ack: if version == 2 { draw.bool() } else { false },
            topics: draw.array(|draw| AcknowledgeTopic::sample(draw, version)),
        }
    }
}
impl Sample for AcknowledgeTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| AcknowledgePartition::sample(draw, version)),
        }
    }
}
impl Sample for AcknowledgePartition {
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
impl Sample for ShareAcknowledgeResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            acquisition_lock_timeout_ms: if version == 2 { draw.i32() } else { 0 },
            responses: draw.array(|draw| ShareAcknowledgeTopicResponse::sample(draw, version)),
            node_endpoints: draw.array(|draw| NodeEndpoint::sample(draw, version)),
        }
    }
}
impl Sample for ShareAcknowledgeTopicResponse {
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
            current_leader: LeaderIdAndEpoch::sample(draw, version),
        }
    }
}
impl Sample for LeaderIdAndEpoch {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { leader_id: draw.i32(), leader_epoch: draw.i32() }
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
