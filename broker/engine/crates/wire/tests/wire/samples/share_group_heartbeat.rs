// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_group_heartbeat::*;

impl Sample for ShareGroupHeartbeatRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            group_id: draw.string(),
            member_id: draw.string(),
            member_epoch: draw.i32(),
            rack_id: draw.option(|draw| draw.string()),
            subscribed_topic_names: draw.option(|draw| draw.array(|draw| draw.string())),
        }
    }
}
impl Sample for ShareGroupHeartbeatResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            member_id: draw.option(|draw| draw.string()),
            member_epoch: draw.i32(),
            heartbeat_interval_ms: draw.i32(),
            assignment: draw.option(|draw| Assignment::sample(draw, version)),
        }
    }
}
impl Sample for Assignment {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { topic_partitions: draw.array(|draw| TopicPartitions::sample(draw, version)) }
    }
}
impl Sample for TopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), partitions: draw.array(|draw| draw.i32()) }
    }
}
