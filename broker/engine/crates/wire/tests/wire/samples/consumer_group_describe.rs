// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::consumer_group_describe::*;

impl Sample for ConsumerGroupDescribeRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            group_ids: draw.array(|draw| draw.string()),
            include_authorized_operations: draw.bool(),
        }
    }
}
impl Sample for ConsumerGroupDescribeResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            groups: draw.array(|draw| DescribedGroup::sample(draw, version)),
        }
    }
}
impl Sample for DescribedGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            group_id: draw.string(),
            group_state: draw.string(),
            group_epoch: draw.i32(),
            assignment_epoch: draw.i32(),
            assignor_name: draw.string(),
            members: draw.array(|draw| Member::sample(draw, version)),
            authorized_operations: draw.i32(),
        }
    }
}
impl Sample for Member {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_id: draw.string(),
            instance_id: draw.option(|draw| draw.string()),
            rack_id: draw.option(|draw| draw.string()),
            member_epoch: draw.i32(),
            client_id: draw.string(),
            client_host: draw.string(),
            subscribed_topic_names: draw.array(|draw| draw.string()),
            subscribed_topic_regex: draw.option(|draw| draw.string()),
            assignment: Assignment::sample(draw, version),
            target_assignment: Assignment::sample(draw, version),
            member_type: if version == 1 { draw.i8() } else { -1 },
        }
    }
}
impl Sample for Assignment {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { topic_partitions: draw.array(|draw| TopicPartitions::sample(draw, version)) }
    }
}
impl Sample for TopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            topic_id: draw.uuid(),
            topic_name: draw.string(),
            partitions: draw.array(|draw| draw.i32()),
        }
    }
}
