// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::consumer_subscription::*;

impl Sample for ConsumerProtocolSubscription {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topics: gen.array(|gen| gen.string()),
            user_data: gen.option(|gen| gen.bytes()),
            owned_partitions: if version >= 1 {
                gen.array(|gen| TopicPartition::sample(gen, version))
            } else {
                Vec::new()
            },
            generation_id: if version >= 2 { gen.i32() } else { -1 },
            rack_id: if version == 3 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
impl Sample for TopicPartition {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { topic: gen.string(), partitions: gen.array(|gen| gen.i32()) }
    }
}
