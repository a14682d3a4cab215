// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::delete_topics::*;
use uuid::Uuid;

impl Sample for DeleteTopicsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: if version == 6 {
                draw.array(|draw| DeleteTopicState::sample(draw, version))
            } else {
                Vec::new()
            },
            topic_names: if version <= 5 { draw.array(|draw| draw.string()) } else { Vec::new() },
            timeout_ms: draw.i32(),
        }
    }
}
impl Sample for DeleteTopicState {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.option(|draw| draw.string()), topic_id: draw.uuid() }
    }
}
impl Sample for DeleteTopicsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            responses: draw.array(|draw| DeletableTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for DeletableTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version == 6 {
                draw.option(|draw| draw.string())
            } else {
                Some(draw.string())
            },
            topic_id: if version == 6 { draw.uuid() } else { Uuid::nil() },
            error_code: draw.i16(),
            error_message: if version >= 5 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
