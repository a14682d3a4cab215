// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::delete_share_group_offsets::*;

impl Sample for DeleteShareGroupOffsetsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| DeleteShareGroupOffsetsRequestTopic::sample(draw, version)),
        }
    }
}
impl Sample for DeleteShareGroupOffsetsRequestTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_name: draw.string() }
    }
}
impl Sample for DeleteShareGroupOffsetsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            responses: draw
                .array(|draw| DeleteShareGroupOffsetsResponseTopic::sample(draw, version)),
        }
    }
}
impl Sample for DeleteShareGroupOffsetsResponseTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            topic_id: draw.uuid(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
