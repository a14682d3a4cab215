// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_assignment::*;

impl Sample for ConsumerProtocolAssignment {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            assigned_partitions: draw.array(|draw| TopicPartition::sample(draw, version)),
            user_data: draw.option(|draw| draw.bytes()),
        }
    }
}
impl Sample for TopicPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
