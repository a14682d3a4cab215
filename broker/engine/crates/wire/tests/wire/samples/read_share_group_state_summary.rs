// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::read_share_group_state_summary::*;

impl Sample for ReadShareGroupStateSummaryRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| ReadStateSummaryData::sample(draw, version)),
        }
    }
}
impl Sample for ReadStateSummaryData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| PartitionData::sample(draw, version)),
        }
    }
}
impl Sample for PartitionData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition: draw.i32(), leader_epoch: draw.i32() }
    }
}
impl Sample for ReadShareGroupStateSummaryResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { results: draw.array(|draw| ReadStateSummaryResult::sample(draw, version)) }
    }
}
impl Sample for ReadStateSummaryResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| PartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for PartitionResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            state_epoch: draw.i32(),
            leader_epoch: draw.i32(),
            start_offset: draw.i64(),
            delivery_complete_count: if version == 1 { draw.i32() } else { -1 },
        }
    }
}
