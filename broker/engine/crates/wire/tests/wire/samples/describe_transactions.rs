// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_transactions::*;

impl Sample for DescribeTransactionsRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { transactional_ids: draw.array(|draw| draw.string()) }
    }
}
impl Sample for DescribeTransactionsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            transaction_states: draw.array(|draw| TransactionState::sample(draw, version)),
        }
    }
}
impl Sample for TransactionState {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            transactional_id: draw.string(),
            transaction_state: draw.string(),
            transaction_timeout_ms: draw.i32(),
            transaction_start_time_ms: draw.i64(),
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            topics: draw.array(|draw| TopicData::sample(draw, version)),
        }
    }
}
impl Sample for TopicData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
