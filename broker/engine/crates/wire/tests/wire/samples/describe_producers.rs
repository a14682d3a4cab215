// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_producers::*;

impl Sample for DescribeProducersRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { topics: draw.array(|draw| TopicRequest::sample(draw, version)) }
    }
}
impl Sample for TopicRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), partition_indexes: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for DescribeProducersResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| TopicResponse::sample(draw, version)),
        }
    }
}
impl Sample for TopicResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| PartitionResponse::sample(draw, version)),
        }
    }
}
impl Sample for PartitionResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            active_producers: draw.array(|draw| ProducerState::sample(draw, version)),
        }
    }
}
impl Sample for ProducerState {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            producer_id: draw.i64(),
            producer_epoch: draw.i32(),
            last_sequence: draw.i32(),
            last_timestamp: draw.i64(),
            coordinator_epoch: draw.i32(),
            current_txn_start_offset: draw.i64(),
        }
    }
}
