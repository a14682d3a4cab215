// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_topic_partitions::*;

impl Sample for DescribeTopicPartitionsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: draw.array(|draw| TopicRequest::sample(draw, version)),
            response_partition_limit: draw.i32(),
            cursor: draw.option(|draw| Cursor::sample(draw, version)),
        }
    }
}
impl Sample for TopicRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string() }
    }
}
impl Sample for Cursor {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_name: draw.string(), partition_index: draw.i32() }
    }
}
impl Sample for DescribeTopicPartitionsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| DescribeTopicPartitionsResponseTopic::sample(draw, version)),
            next_cursor: draw
                .option(|draw| DescribeTopicPartitionsResponseCursor::sample(draw, version)),
        }
    }
}
impl Sample for DescribeTopicPartitionsResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            name: draw.option(|draw| draw.string()),
            topic_id: draw.uuid(),
            is_internal: draw.bool(),
            partitions: draw
                .array(|draw| DescribeTopicPartitionsResponsePartition::sample(draw, version)),
            topic_authorized_operations: draw.i32(),
        }
    }
}
impl Sample for DescribeTopicPartitionsResponsePartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            partition_index: draw.i32(),
            leader_id: draw.i32(),
            leader_epoch: draw.i32(),
            replica_nodes: draw.array(|draw| draw.i32()),
            isr_nodes: draw.array(|draw| draw.i32()),
            eligible_leader_replicas: draw.option(|draw| draw.array(|draw| draw.i32())),
            last_known_elr: draw.option(|draw| draw.array(|draw| draw.i32())),
            offline_replicas: draw.array(|draw| draw.i32()),
        }
    }
}
impl Sample for DescribeTopicPartitionsResponseCursor {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_name: draw.string(), partition_index: draw.i32() }
    }
}
