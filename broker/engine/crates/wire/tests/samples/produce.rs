// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::produce::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for ProduceRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            transactional_id: gen.option(|gen| gen.string()),
            acks: gen.i16(),
            timeout_ms: gen.i32(),
            topic_data: gen.array(|gen| TopicProduceData::sample(gen, version)),
        }
    }
}
impl Sample for TopicProduceData {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version <= 12 { gen.string() } else { Str::default() },
            topic_id: if version == 13 { gen.uuid() } else { Uuid::nil() },
            partition_data: gen.array(|gen| PartitionProduceData::sample(gen, version)),
        }
    }
}
impl Sample for PartitionProduceData {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { index: gen.i32(), records: gen.option(|gen| gen.records()) }
    }
}
impl Sample for ProduceResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            responses: gen.array(|gen| TopicProduceResponse::sample(gen, version)),
            throttle_time_ms: gen.i32(),
            node_endpoints: if version >= 10 {
                gen.array(|gen| NodeEndpoint::sample(gen, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for TopicProduceResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version <= 12 { gen.string() } else { Str::default() },
            topic_id: if version == 13 { gen.uuid() } else { Uuid::nil() },
            partition_responses: gen.array(|gen| PartitionProduceResponse::sample(gen, version)),
        }
    }
}
impl Sample for PartitionProduceResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            index: gen.i32(),
            error_code: gen.i16(),
            base_offset: gen.i64(),
            log_append_time_ms: gen.i64(),
            log_start_offset: if version >= 5 { gen.i64() } else { -1 },
            record_errors: if version >= 8 {
                gen.array(|gen| BatchIndexAndErrorMessage::sample(gen, version))
            } else {
                Vec::new()
            },
            error_message: if version >= 8 { gen.option(|gen| gen.string()) } else { None },
            current_leader: if version >= 10 {
                LeaderIdAndEpoch::sample(gen, version)
            } else {
                LeaderIdAndEpoch::default()
            },
        }
    }
}
impl Sample for BatchIndexAndErrorMessage {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { batch_index: gen.i32(), batch_index_error_message: gen.option(|gen| gen.string()) }
    }
}
impl Sample for LeaderIdAndEpoch {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { leader_id: gen.i32(), leader_epoch: gen.i32() }
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
