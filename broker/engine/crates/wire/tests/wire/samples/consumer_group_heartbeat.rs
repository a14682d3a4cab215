// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_heartbeat::*;

impl Sample for ConsumerGroupHeartbeatRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            member_id: draw.string(),
            member_epoch: draw.i32(),
            instance_id: draw.option(|draw| draw.string()),
            rack_id: draw.option(|draw| draw.string()),
            rebalance_timeout_ms: draw.i32(),
            subscribed_topic_names: draw.option(|draw| draw.array(|draw| draw.string())),
            subscribed_topic_regex: if version == 1 {
                draw.option(|draw| draw.string())
            } else {
                None
            },
            server_assignor: draw.option(|draw| draw.string()),
            topic_partitions: draw
                .option(|draw| draw.array(|draw| TopicPartitions::sample(draw, version))),
        }
    }
}
impl Sample for TopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for ConsumerGroupHeartbeatResponse {
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
        Self {
            topic_partitions: draw
                .array(|draw| ConsumerGroupHeartbeatResponseTopicPartitions::sample(draw, version)),
        }
    }
}
impl Sample for ConsumerGroupHeartbeatResponseTopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_id: draw.uuid(), partitions: draw.array(|draw| draw.i32()) }
    }
}
