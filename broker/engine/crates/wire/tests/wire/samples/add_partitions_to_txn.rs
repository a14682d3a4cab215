// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::add_partitions_to_txn::*;
use headrace_wire::Str;

impl Sample for AddPartitionsToTxnRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            transactions: if version >= 4 {
                draw.array(|draw| AddPartitionsToTxnTransaction::sample(draw, version))
            } else {
                Vec::new()
            },
            v3_and_below_transactional_id: if version <= 3 {
                draw.string()
            } else {
                Str::default()
            },
            v3_and_below_producer_id: if version <= 3 { draw.i64() } else { 0 },
            v3_and_below_producer_epoch: if version <= 3 { draw.i16() } else { 0 },
            v3_and_below_topics: if version <= 3 {
                draw.array(|draw| AddPartitionsToTxnTopic::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for AddPartitionsToTxnTransaction {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            transactional_id: draw.string(),
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            verify_only: draw.bool(),
            topics: draw.array(|draw| AddPartitionsToTxnTopic::sample(draw, version)),
        }
    }
}
impl Sample for AddPartitionsToTxnTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for AddPartitionsToTxnResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: if version >= 4 { draw.i16() } else { 0 },
            results_by_transaction: if version >= 4 {
                draw.array(|draw| AddPartitionsToTxnResult::sample(draw, version))
            } else {
                Vec::new()
            },
            results_by_topic_v3_and_below: if version <= 3 {
                draw.array(|draw| AddPartitionsToTxnTopicResult::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for AddPartitionsToTxnResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            transactional_id: draw.string(),
            topic_results: draw.array(|draw| AddPartitionsToTxnTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for AddPartitionsToTxnTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            results_by_partition: draw
                .array(|draw| AddPartitionsToTxnPartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for AddPartitionsToTxnPartitionResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), partition_error_code: draw.i16() }
    }
}
