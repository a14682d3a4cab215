// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_group_metadata_record::*;

impl Sample for ShareGroupMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for ShareGroupMetadataValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { epoch: draw.i32(), metadata_hash: draw.i64() }
    }
}
