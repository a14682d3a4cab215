// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::delete_records::*;

impl Sample for DeleteRecordsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: draw.array(|draw| DeleteRecordsTopic::sample(draw, version)),
            timeout_ms: draw.i32(),
        }
    }
}
impl Sample for DeleteRecordsTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| DeleteRecordsPartition::sample(draw, version)),
        }
    }
}
impl Sample for DeleteRecordsPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), offset: draw.i64() }
    }
}
impl Sample for DeleteRecordsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| DeleteRecordsTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for DeleteRecordsTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| DeleteRecordsPartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for DeleteRecordsPartitionResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), low_watermark: draw.i64(), error_code: draw.i16() }
    }
}
