// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_member_metadata_record::*;

impl Sample for StreamsGroupMemberMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for StreamsGroupMemberMetadataValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            instance_id: draw.option(|draw| draw.string()),
            rack_id: draw.option(|draw| draw.string()),
            client_id: draw.string(),
            client_host: draw.string(),
            rebalance_timeout_ms: draw.i32(),
            topology_epoch: draw.i32(),
            process_id: draw.string(),
            user_endpoint: draw.option(|draw| Endpoint::sample(draw, version)),
            client_tags: draw.array(|draw| KeyValue::sample(draw, version)),
        }
    }
}
impl Sample for Endpoint {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { host: draw.string(), port: draw.u16() }
    }
}
impl Sample for KeyValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { key: draw.string(), value: draw.string() }
    }
}
