// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_subscription::*;

impl Sample for ConsumerProtocolSubscription {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: draw.array(|draw| draw.string()),
            user_data: draw.option(|draw| draw.bytes()),
            owned_partitions: if version >= 1 {
                draw.array(|draw| TopicPartition::sample(draw, version))
            } else {
                Vec::new()
            },
            generation_id: if version >= 2 { draw.i32() } else { -1 },
            rack_id: if version == 3 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
impl Sample for TopicPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
