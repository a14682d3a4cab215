// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_metadata_record::*;

impl Sample for StreamsGroupMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for StreamsGroupMetadataValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            epoch: draw.i32(),
            metadata_hash: draw.i64(),
            validated_topology_epoch: draw.i32(),
            last_assignment_configs: draw
                .option(|draw| draw.array(|draw| LastAssignmentConfig::sample(draw, version))),
        }
    }
}
impl Sample for LastAssignmentConfig {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { key: draw.string(), value: draw.string() }
    }
}
