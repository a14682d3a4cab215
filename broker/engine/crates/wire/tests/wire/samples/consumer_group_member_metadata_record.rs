// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_member_metadata_record::*;

impl Sample for ConsumerGroupMemberMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for ConsumerGroupMemberMetadataValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            instance_id: draw.option(|draw| draw.string()),
            rack_id: draw.option(|draw| draw.string()),
            client_id: draw.string(),
            client_host: draw.string(),
            subscribed_topic_names: draw.array(|draw| draw.string()),
            subscribed_topic_regex: draw.option(|draw| draw.string()),
            rebalance_timeout_ms: draw.i32(),
            server_assignor: draw.option(|draw| draw.string()),
            classic_member_metadata: draw
                .option(|draw| ClassicMemberMetadata::sample(draw, version)),
        }
    }
}
impl Sample for ClassicMemberMetadata {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            session_timeout_ms: draw.i32(),
            supported_protocols: draw.array(|draw| ClassicProtocol::sample(draw, version)),
        }
    }
}
impl Sample for ClassicProtocol {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), metadata: draw.bytes() }
    }
}
