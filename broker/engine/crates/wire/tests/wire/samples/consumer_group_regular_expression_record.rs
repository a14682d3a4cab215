// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_regular_expression_record::*;

impl Sample for ConsumerGroupRegularExpressionKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), regular_expression: draw.string() }
    }
}
impl Sample for ConsumerGroupRegularExpressionValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            topics: draw.array(|draw| draw.string()),
            version: draw.i64(),
            timestamp: draw.i64(),
        }
    }
}
