// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::write_share_group_state::*;

impl Sample for WriteShareGroupStateRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| WriteStateData::sample(draw, version)),
        }
    }
}
impl Sample for WriteStateData {
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
            partition: draw.i32(),
            state_epoch: draw.i32(),
            leader_epoch: draw.i32(),
            start_offset: draw.i64(),
            delivery_complete_count: if version == 1 { draw.i32() } else { -1 },
            state_batches: draw.array(|draw| StateBatch::sample(draw, version)),
        }
    }
}
impl Sample for StateBatch {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            first_offset: draw.i64(),
            last_offset: draw.i64(),
            delivery_state: draw.i8(),
            delivery_count: draw.i16(),
        }
    }
}
impl Sample for WriteShareGroupStateResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { results: draw.array(|draw| WriteStateResult::sample(draw, version)) }
    }
}
impl Sample for WriteStateResult {
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
