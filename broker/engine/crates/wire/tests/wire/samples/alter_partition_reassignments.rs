// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::alter_partition_reassignments::*;

impl Sample for AlterPartitionReassignmentsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            timeout_ms: draw.i32(),
            allow_replication_factor_change: if version == 1 { draw.bool() } else { true },
            topics: draw.array(|draw| ReassignableTopic::sample(draw, version)),
        }
    }
}
impl Sample for ReassignableTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| ReassignablePartition::sample(draw, version)),
        }
    }
}
impl Sample for ReassignablePartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            replicas: draw.option(|draw| draw.array(|draw| draw.i32())),
        }
    }
}
impl Sample for AlterPartitionReassignmentsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            allow_replication_factor_change: if version == 1 { draw.bool() } else { true },
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            responses: draw.array(|draw| ReassignableTopicResponse::sample(draw, version)),
        }
    }
}
impl Sample for ReassignableTopicResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| ReassignablePartitionResponse::sample(draw, version)),
        }
    }
}
impl Sample for ReassignablePartitionResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
