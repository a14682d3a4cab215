// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::delete_topics::*;
use uuid::Uuid;

impl Sample for DeleteTopicsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topics: if version == 6 {
                gen.array(|gen| DeleteTopicState::sample(gen, version))
            } else {
                Vec::new()
            },
            topic_names: if version <= 5 { gen.array(|gen| gen.string()) } else { Vec::new() },
            timeout_ms: gen.i32(),
        }
    }
}
impl Sample for DeleteTopicState {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.option(|gen| gen.string()), topic_id: gen.uuid() }
    }
}
impl Sample for DeleteTopicsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            responses: gen.array(|gen| DeletableTopicResult::sample(gen, version)),
        }
    }
}
impl Sample for DeletableTopicResult {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version == 6 { gen.option(|gen| gen.string()) } else { Some(gen.string()) },
            topic_id: if version == 6 { gen.uuid() } else { Uuid::nil() },
            error_code: gen.i16(),
            error_message: if version >= 5 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
