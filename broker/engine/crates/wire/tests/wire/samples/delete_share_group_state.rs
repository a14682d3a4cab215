// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::delete_share_group_state::*;

impl Sample for DeleteShareGroupStateRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| DeleteStateData::sample(draw, version)),
        }
    }
}
impl Sample for DeleteStateData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| PartitionData::sample(draw, version)),
        }
    }
}
impl Sample for PartitionData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition: draw.i32() }
    }
}
impl Sample for DeleteShareGroupStateResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { results: draw.array(|draw| DeleteStateResult::sample(draw, version)) }
    }
}
impl Sample for DeleteStateResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            partitions: draw.array(|draw| PartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for PartitionResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
