// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_group_member_metadata_record::*;

impl Sample for ShareGroupMemberMetadataKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for ShareGroupMemberMetadataValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            rack_id: draw.option(|draw| draw.string()),
            client_id: draw.string(),
            client_host: draw.string(),
            subscribed_topic_names: draw.array(|draw| draw.string()),
        }
    }
}
