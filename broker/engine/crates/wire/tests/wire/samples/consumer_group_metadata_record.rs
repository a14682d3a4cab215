// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_metadata_record::*;

impl Sample for ConsumerGroupMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for ConsumerGroupMetadataValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { epoch: draw.i32(), metadata_hash: draw.i64() }
    }
}
