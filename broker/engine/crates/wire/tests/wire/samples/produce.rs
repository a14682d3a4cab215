// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::produce::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for ProduceRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            transactional_id: draw.option(|draw| draw.string()),
            acks: draw.i16(),
            timeout_ms: draw.i32(),
            topic_data: draw.array(|draw| TopicProduceData::sample(draw, version)),
        }
    }
}
impl Sample for TopicProduceData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version <= 12 { draw.string() } else { Str::default() },
            topic_id: if version == 13 { draw.uuid() } else { Uuid::nil() },
            partition_data: draw.array(|draw| PartitionProduceData::sample(draw, version)),
        }
    }
}
impl Sample for PartitionProduceData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { index: draw.i32(), records: draw.option(|draw| draw.records()) }
    }
}
impl Sample for ProduceResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            responses: draw.array(|draw| TopicProduceResponse::sample(draw, version)),
            throttle_time_ms: draw.i32(),
            node_endpoints: if version >= 10 {
                draw.array(|draw| NodeEndpoint::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for TopicProduceResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version <= 12 { draw.string() } else { Str::default() },
            topic_id: if version == 13 { draw.uuid() } else { Uuid::nil() },
            partition_responses: draw.array(|draw| PartitionProduceResponse::sample(draw, version)),
        }
    }
}
impl Sample for PartitionProduceResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            index: draw.i32(),
            error_code: draw.i16(),
            base_offset: draw.i64(),
            log_append_time_ms: draw.i64(),
            log_start_offset: if version >= 5 { draw.i64() } else { -1 },
            record_errors: if version >= 8 {
                draw.array(|draw| BatchIndexAndErrorMessage::sample(draw, version))
            } else {
                Vec::new()
            },
            error_message: if version >= 8 { draw.option(|draw| draw.string()) } else { None },
            current_leader: if version >= 10 {
                LeaderIdAndEpoch::sample(draw, version)
            } else {
                LeaderIdAndEpoch::default()
            },
        }
    }
}
impl Sample for BatchIndexAndErrorMessage {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            batch_index: draw.i32(),
            batch_index_error_message: draw.option(|draw| draw.string()),
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
