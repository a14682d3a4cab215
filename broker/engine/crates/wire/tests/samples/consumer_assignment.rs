// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::consumer_assignment::*;

impl Sample for ConsumerProtocolAssignment {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            assigned_partitions: gen.array(|gen| TopicPartition::sample(gen, version)),
            user_data: gen.option(|gen| gen.bytes()),
        }
    }
}
impl Sample for TopicPartition {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { topic: gen.string(), partitions: gen.array(|gen| gen.i32()) }
    }
}
